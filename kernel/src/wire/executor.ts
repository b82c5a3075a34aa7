import type { Language, Prepared } from '../language/api.js';
import { LanguageError } from '../language/client.js';
import type { Audience, CellError, MimeBundle } from '../runner/contract.js';
import { INTERRUPTED, type CellRunner, type Outcome } from './cellRunner.js';
import { diagnosticsError, warningsText } from './diagnostics.js';
import type { History } from './history.js';
import type { IopubPublisher } from './iopub.js';
import type { Header, JsonObject, Message } from './message.js';
import type { InputRequest } from './stdin.js';

/** What executing needs of the kernel. */
export interface ExecutorHooks {
  readonly iopub: IopubPublisher;
  readonly runner: CellRunner;
  readonly language: Language;
  readonly history: History;
  reply(request: Message, content: JsonObject, metadata: JsonObject): Promise<void>;
  /** Asks the front end that sent a cell for input. */
  ask(request: Message, input: InputRequest): Promise<string>;
  /** The cell has ended: what it asked needs no answer. */
  askedEnough(): void;
  /** Whether a front end of ours is connected, or the one of a session. */
  attached(session?: string): boolean;
  /** A cell is about to run: what its last run left in the engine is only kept for what it makes anew. */
  retireOwner(owner: string): void;
  /** The cell has run: what it did not make again goes. */
  settleOwner(owner: string): void;
}

/** `execute_request` as it is meant, its defaults filled in. */
interface Job {
  readonly message: Message;
  readonly code: string;
  readonly silent: boolean;
  readonly counted: boolean;
  readonly stopOnError: boolean;
  readonly userExpressions: Readonly<Record<string, string>>;
}

/** How often a cell is sent to a process that ends before the cell begins. */
const MOST_ATTEMPTS = 3;
/** `name?` shows what is known of the name, as in IPython. */
const PAGER = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$.]*)\?\s*$/u;

/** The queue of cells: one runs at a time, in the order in which they came; an error ends those that wait. */
export class Executor {
  readonly #hooks: ExecutorHooks;
  readonly #queue: Job[] = [];
  #current: { readonly job: Job; cancelled: boolean; prepared: boolean; replied: boolean } | null = null;
  #count = 0;
  #attended = false;

  constructor(hooks: ExecutorHooks) {
    this.#hooks = hooks;
  }

  /** The request that runs now: its header is whose `busy` is in force. */
  get running(): Header | null {
    return this.#current?.replied === false ? this.#current.job.message.header : null;
  }

  /** Whether there is somebody who can run cells: of the cell that runs, or ran last. */
  get attended(): boolean {
    return this.#attended;
  }

  enqueue(message: Message): void {
    const { content } = message;
    const silent = content.silent === true;
    this.#queue.push({
      message,
      code: typeof content.code === 'string' ? content.code : '',
      silent,
      counted: !silent && content.store_history !== false,
      stopOnError: content.stop_on_error !== false,
      userExpressions: strings(content.user_expressions),
    });
    if (this.#current === null) void this.#work();
  }

  /** Stops the running cell, wherever it is on its way. */
  interrupt(): void {
    const current = this.#current;
    if (current !== null) current.cancelled = true;
    if (current === null || current.prepared) this.#hooks.runner.interrupt();
  }

  #isCancelled(): boolean {
    return this.#current?.cancelled === true;
  }

  async #work(): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#current = { job, cancelled: false, prepared: false, replied: false };
      const failed = await this.#execute(job).catch((error: unknown) => {
        console.error(error);
        return true;
      });
      if (failed && job.stopOnError) await this.#abortQueue();
    }
    this.#current = null;
  }

  async #abortQueue(): Promise<void> {
    for (const job of this.#queue.splice(0)) {
      const { header } = job.message;
      void this.#hooks.iopub.publish('status', header, { execution_state: 'busy' });
      await this.#hooks.reply(job.message, { status: 'aborted' }, { status: 'aborted' });
      void this.#hooks.iopub.publish('status', header, { execution_state: 'idle' });
    }
  }

  /** Executes one request from busy to idle. Resolves with whether it failed. */
  async #execute(job: Job): Promise<boolean> {
    const { iopub } = this.#hooks;
    const parent = job.message.header;
    const started = new Date().toISOString();
    void iopub.publish('status', parent, { execution_state: 'busy' });
    if (job.counted) {
      this.#count += 1;
      this.#hooks.history.add(this.#count, job.code);
    }
    if (!job.silent) {
      void iopub.publish('execute_input', parent, { code: job.code, execution_count: this.#count });
    }
    const { error, payload } = await this.#evaluate(job).catch(failure);
    if (error !== null && !job.silent) void iopub.publish('error', parent, { ...error });
    const expressions = error === null ? await this.#expressions(job) : {};
    await iopub.flushed();
    const status = error === null ? 'ok' : 'error';
    const content = {
      status,
      execution_count: this.#count,
      user_expressions: expressions,
      payload,
      ...error,
    };
    if (this.#current !== null) this.#current.replied = true;
    await this.#hooks.reply(job.message, content, { started, dependencies_met: true, status });
    void iopub.publish('status', parent, { execution_state: 'idle' });
    return error !== null;
  }

  async #evaluate(job: Job): Promise<{ error: CellError | null; payload: readonly JsonObject[] }> {
    const asked = PAGER.exec(job.code);
    if (asked !== null) return { error: null, payload: await this.#page(asked[1]) };
    let outcome = await this.#attempt(job);
    // Its process had ended before the cell began: it is prepared anew, since variables are gone, and run in the next one.
    for (let again = 1; again < MOST_ATTEMPTS && !outcome.begun; again++) outcome = await this.#attempt(job);
    return { error: outcome.error, payload: [] };
  }

  async #attempt(job: Job): Promise<Pick<Outcome, 'error' | 'begun'>> {
    const { language, history } = this.#hooks;
    const cellId = this.#cellId(job);
    const filename = `Cell [${this.#count}]`;
    const prepared = await language.prepare({ cellId, executionCount: this.#count, code: job.code });
    const current = this.#current;
    if (current?.cancelled === true) return { error: INTERRUPTED, begun: true };
    if (current !== null) current.prepared = true;
    this.#warn(job, prepared, filename);
    if (prepared.cell === null) {
      return { error: diagnosticsError(prepared.diagnostics, job.code, filename), begun: true };
    }
    const outcome = await this.#run(prepared.cell, cellId, job);
    if (outcome.resultText !== null && job.counted) history.setOutput(this.#count, outcome.resultText);
    this.#commit(cellId, outcome);
    return outcome;
  }

  async #run(cell: NonNullable<Prepared['cell']>, cellId: string, job: Job): Promise<Outcome> {
    const { runner } = this.#hooks;
    this.#hooks.retireOwner(cellId);
    const audience = this.#audience(job);
    this.#attended = audience !== 'nobody';
    try {
      const mayAsk = job.message.content.allow_stdin !== false;
      const ask = mayAsk ? (input: InputRequest) => this.#hooks.ask(job.message, input) : null;
      return await runner.run(cell, job.message.header, job.silent, audience, ask);
    } finally {
      this.#hooks.askedEnough();
      this.#hooks.settleOwner(cellId);
    }
  }

  /** Who takes questions has somebody at it. */
  #audience({ message: { header, content } }: Job): Audience {
    const { attached } = this.#hooks;
    if (attached(header.session)) return 'extension';
    if (content.allow_stdin !== false) return 'person';
    return attached() ? 'extension' : 'nobody';
  }

  /** Makes the cell's names known to later ones; requests to the language are answered in order, so nothing waits. */
  #commit(cellId: string, outcome: Outcome): void {
    this.#hooks.language
      .commit(cellId, outcome.provided, outcome.assigned)
      .catch((error: unknown) => console.error(error));
  }

  #warn(job: Job, prepared: Prepared, filename: string): void {
    if (job.silent) return;
    this.#hooks.iopub.stream(
      job.message.header,
      'stderr',
      warningsText(prepared.diagnostics, job.code, filename),
    );
  }

  /** JupyterLab says which cell it is; elsewhere the count stands for it. */
  #cellId(job: Job): string {
    const { cellId } = job.message.metadata;
    return typeof cellId === 'string' && cellId !== '' ? cellId : `cell-${this.#count}`;
  }

  async #page(name: string): Promise<readonly JsonObject[]> {
    const data = await this.#hooks.language.inspect(name, name.length, 1);
    const shown = data ?? { 'text/plain': `Nothing is known of '${name}'.` };
    return [{ source: 'page', data: { 'text/plain': '', ...shown }, start: 0 }];
  }

  async #expressions(job: Job): Promise<JsonObject> {
    const results: Record<string, unknown> = {};
    for (const [name, code] of Object.entries(job.userExpressions)) {
      const value = await this.#expression(name, code).catch(error => failure(error).error);
      results[name] = isError(value)
        ? { status: 'error', ...value }
        : { status: 'ok', data: value, metadata: {} };
    }
    return results;
  }

  async #expression(name: string, code: string): Promise<MimeBundle | CellError> {
    const source = { cellId: `expression-${name}`, executionCount: this.#count, code };
    if (this.#isCancelled()) return INTERRUPTED;
    const { cell, diagnostics } = await this.#hooks.language.prepare(source);
    if (cell === null) return diagnosticsError(diagnostics, code, name);
    // An interrupt ends the expression that is evaluated, and those after it.
    if (this.#isCancelled()) return INTERRUPTED;
    return this.#hooks.runner.evaluate(cell);
  }
}

function isError(value: MimeBundle | CellError): value is CellError {
  return typeof value.ename === 'string' && Array.isArray(value.traceback);
}

/** An error of the kernel itself, shown as the cell's. */
function failure(error: unknown): { error: CellError; payload: readonly JsonObject[] } {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  // Where the wire process has heard of it says nothing to the user.
  const shown = error instanceof LanguageError ? `${name}: ${message}` : (stack ?? message);
  return { error: { ename: name, evalue: message, traceback: shown.split('\n') }, payload: [] };
}

function strings(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
