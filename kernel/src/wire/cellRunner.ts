import type { HostEvent, HostRequest } from 'millrace/session';
import type {
  Audience,
  CellError,
  LiveOutput,
  MimeBundle,
  PreparedCell,
  ProvidedType,
} from '../runner/contract.js';
import type { OutputFrame } from '../runner/outputFrames.js';
import type { FromRunner, HostResult, RunId, ToRunner } from '../runner/outputMessages.js';
import type { IopubPublisher } from './iopub.js';
import type { Header } from './message.js';
import type { InputRequest } from './stdin.js';
import { RunnerProcess } from './runnerProcess.js';
import type { Settings } from './settings.js';

/** Runs whose later output, by timers and promises, still finds its cell. */
const REMEMBERED_RUNS = 1000;
/** A runner that ends before it was ready is started again after this time only. */
const RETRY_MS = 2_000;

/** A user expression that was still on its way to the runner is interrupted again after this time. */
const AGAIN_MS = 100;

/** The error of a cell that was interrupted before it began. */
export const INTERRUPTED: CellError = {
  ename: 'Interrupted',
  evalue: 'The cell was interrupted before it ran.',
  traceback: ['Interrupted: The cell was interrupted before it ran.'],
};

/** How a run ended. */
export interface Outcome {
  readonly error: CellError | null;
  /** Whether the cell began at all: where its process had ended before, it can be run in the next one. */
  readonly begun: boolean;
  readonly provided: readonly ProvidedType[];
  /** For a cell that failed: the names that it did give a value. */
  readonly assigned: readonly string[] | null;
  /** The text of the result, for the history. */
  readonly resultText: string | null;
}

/** A run as its output needs it. */
interface Run {
  readonly parent: Header;
  readonly executionCount: number;
  /** A silent run shows nothing. */
  readonly silent: boolean;
  readonly owner: string;
  /** Asks the front end; null where it takes no questions. */
  readonly ask: Ask | null;
  readonly audience: Audience;
  resultText: string | null;
}

/** Asks the front end that sent a cell for a line of input. */
type Ask = (request: InputRequest) => Promise<string>;

export interface CellRunnerHooks {
  host(request: HostRequest): Promise<HostResult>;
  /** A cell has set an environment variable, or removed it. */
  env(name: string, value: string | null): void;
  /** The runner has been started again: variables are gone. */
  restarted(): void;
  readonly outputs: OutputWatcher;
}

/** Told of the outputs of cells that can be updated, see `Fallback`. */
export interface OutputWatcher {
  /** A cell runs from here on, until `ended`. */
  began(parent: Header): void;
  ended(): void;
  /** An output shows a live view, or something else. */
  shown(displayId: string, live: LiveOutput | null, parent: Header, audience: Audience): void;
  /** What a cell has shown so far is gone. */
  cleared(parent: Header): void;
}

/** Answers that a runner owes; a runner that ends leaves them to be answered here. */
type Pending = {
  readonly done: (outcome: Omit<Outcome, 'resultText'>) => void;
  readonly run: RunId;
  begun: boolean;
  /** Whether it was interrupted before it has begun. */
  interrupted: boolean;
};
type PendingValue = (value: MimeBundle | CellError) => void;

/**
 * The runner as the wire process sees it: it runs one cell at a time, publishes what cells put out, is interrupted, and is
 * started again when it ends.
 */
export class CellRunner {
  readonly #directory: string;
  readonly #settings: Settings;
  readonly #iopub: IopubPublisher;
  readonly #hooks: CellRunnerHooks;
  readonly #runs = new Map<RunId, Run>();
  readonly #values = new Map<number, PendingValue>();
  #process: RunnerProcess;
  #pending: Pending | null = null;
  /** A cell that waits for a process. */
  #arriving: { interrupted: boolean } | null = null;
  #lastRun: RunId = 0;
  #lastValue = 0;
  #congested = false;
  #closing = false;
  #ready = false;
  /** Resolves when there is a process to send to. */
  #available: Promise<void> = Promise.resolve();
  #interruptTimers: NodeJS.Timeout[] = [];

  constructor(directory: string, settings: Settings, iopub: IopubPublisher, hooks: CellRunnerHooks) {
    this.#directory = directory;
    this.#settings = settings;
    this.#iopub = iopub;
    this.#hooks = hooks;
    this.#process = this.#start();
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Runs a cell; its output is published as it comes, and all of it before the outcome. Never rejects. */
  async run(
    cell: PreparedCell,
    parent: Header,
    silent: boolean,
    audience: Audience,
    ask: Ask | null,
  ): Promise<Outcome> {
    const arriving = (this.#arriving = { interrupted: false });
    await this.#available;
    await this.#process.settled();
    this.#arriving = null;
    if (arriving.interrupted)
      return { error: INTERRUPTED, begun: true, provided: [], assigned: [], resultText: null };
    const id = ++this.#lastRun;
    const { executionCount, cellId } = cell;
    const run: Run = { parent, executionCount, silent, owner: cellId, ask, audience, resultText: null };
    this.#runs.set(id, run);
    this.#runs.delete(id - REMEMBERED_RUNS);
    this.#hooks.outputs.began(parent);
    const outcome = await new Promise<Omit<Outcome, 'resultText'>>(done => {
      this.#pending = { done, run: id, begun: false, interrupted: false };
      this.#send({ type: 'execute', run: id, cell, audience, settleMs: this.#settings.settleMs });
    });
    this.#pending = null;
    await this.#process.settled();
    this.#hooks.outputs.ended();
    // Child processes write past the output pipe: what they wrote before the cell ended is here two turns later.
    await turn();
    await turn();
    this.#iopub.resumed(parent);
    return { ...outcome, resultText: run.resultText };
  }

  /** Evaluates a user expression: its bundle, or its error. */
  async evaluate(cell: PreparedCell): Promise<MimeBundle | CellError> {
    await this.#available;
    const request = ++this.#lastValue;
    return await new Promise(resolve => {
      this.#values.set(request, resolve);
      this.#send({ type: 'evaluate', run: this.#lastRun, request, cell });
    });
  }

  /**
   * Stops what runs, also where no cell does but a timer loops. A runner that does not stop has its child processes
   * signalled, and is ended at last; so is one whose cell does not come to its end all the same.
   */
  interrupt(): void {
    const process = this.#process;
    const pending = this.#pending;
    if (this.#arriving !== null) this.#arriving.interrupted = true;
    if (pending !== null) {
      pending.interrupted = !pending.begun;
      this.#iopub.interrupted();
    }
    process.pause(false);
    if (this.#interruptTimers.length > 0) return;
    const why = 'The cell did not stop when it was interrupted, so its process was ended.';
    this.#interruptTimers = [
      setTimeout(() => process.signalGroup(), this.#settings.interruptSignalMs),
      setTimeout(() => process.kill(why), this.#settings.interruptKillMs),
    ];
    void process.interrupt().then(() => {
      for (const timer of this.#interruptTimers) clearTimeout(timer);
      this.#interruptTimers = [];
      if (this.#values.size > 0) setTimeout(() => this.#values.size > 0 && this.interrupt(), AGAIN_MS);
      if (pending === null) return;
      const isOver = (): boolean => this.#pending !== pending;
      if (!isOver() && !pending.begun) this.#send({ type: 'isLost', run: pending.run });
      setTimeout(() => isOver() || process.kill(why), this.#settings.interruptKillMs).unref();
    });
  }

  /** A cell has begun; one that was interrupted on its way is stopped now. */
  #begun(run: RunId): void {
    const pending = this.#pending;
    if (pending?.run !== run) return;
    pending.begun = true;
    if (!pending.interrupted) return;
    void this.#process.settled().then(() => {
      if (this.#pending === pending) this.interrupt();
    });
  }

  /** Passes an event of the session on; a busy runner misses those of the clock, which come again. */
  event(event: HostEvent): void {
    if (event.type === 'clock' && this.#congested) return;
    this.#send({ type: 'hostEvent', event });
  }

  /** Too much output waits: the runner's is not read until it has left. */
  pause(stop: boolean): void {
    this.#process.pause(stop);
  }

  /** Shows text under the last run of a cell, such as a notice about a query that it made. */
  note(owner: string | null, text: string): void {
    const run = [...this.#runs.values()].findLast(each => owner === null || each.owner === owner);
    if (run !== undefined && !run.silent) this.#iopub.stream(run.parent, 'stderr', `${text}\n`);
  }

  close(): void {
    this.#closing = true;
    this.#process.kill('The kernel was shut down.');
  }

  #start(): RunnerProcess {
    return new RunnerProcess(this.#directory, this.#settings.runnerHeapMb, {
      frame: frame => this.#frame(frame),
      raw: (name, text) => {
        const run = this.#runs.get(this.#lastRun);
        if (run !== undefined && !run.silent) this.#iopub.stream(run.parent, name, text);
      },
      ended: why => this.#ended(why),
    });
  }

  #send(message: ToRunner): void {
    this.#congested = !this.#process.send(message);
  }

  #frame(frame: OutputFrame): void {
    if (frame.kind === 'message') {
      this.#message(frame.message);
      return;
    }
    const run = this.#runs.get(frame.run) ?? this.#runs.get(this.#lastRun);
    if (run !== undefined && !run.silent) this.#iopub.stream(run.parent, frame.name, frame.text);
  }

  #message(message: FromRunner): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        return;
      case 'begun':
        this.#begun(message.run);
        return;
      case 'lost':
        if (this.#pending?.run === message.run)
          this.#pending.done({ error: INTERRUPTED, begun: true, provided: [], assigned: [] });
        return;
      case 'env':
        this.#hooks.env(message.name, message.value);
        return;
      case 'input':
        void this.#input(message);
        return;
      case 'host':
        void this.#host(message.id, message.request);
        return;
      case 'value':
        this.#values.get(message.request)?.(message.error ?? message.value ?? {});
        this.#values.delete(message.request);
        return;
      case 'done':
        if (this.#pending?.run === message.run) this.#pending.done({ ...message, begun: true });
        return;
      default:
        this.#show(message);
    }
  }

  #show(message: Extract<FromRunner, { type: 'display' | 'result' | 'clear' }>): void {
    const run = this.#runs.get(message.run) ?? this.#runs.get(this.#lastRun);
    if (run === undefined) return;
    if (message.type === 'result') {
      const text = message.data['text/plain'];
      run.resultText = typeof text === 'string' ? text : null;
    }
    if (run.silent) return;
    if (message.type === 'clear') {
      this.#hooks.outputs.cleared(run.parent);
      void this.#iopub.publish('clear_output', run.parent, { wait: message.wait });
      return;
    }
    const { data, metadata, displayId } = message;
    if (message.type === 'result') {
      const content = { execution_count: run.executionCount, data, metadata };
      void this.#iopub.publish('execute_result', run.parent, content);
    } else {
      if (displayId !== null)
        this.#hooks.outputs.shown(displayId, message.live ?? null, run.parent, run.audience);
      const transient = displayId === null ? {} : { display_id: displayId };
      const type = message.update ? 'update_display_data' : 'display_data';
      void this.#iopub.publish(type, run.parent, { data, metadata, transient });
    }
  }

  /** Only the cell that runs may ask. */
  async #input({ run, id, prompt, password }: Extract<FromRunner, { type: 'input' }>): Promise<void> {
    const asker = this.#process;
    const ask = this.#pending?.run === run ? (this.#runs.get(run)?.ask ?? null) : null;
    const value = ask === null ? null : await ask({ prompt, password });
    if (asker === this.#process) this.#send({ type: 'inputReply', id, value });
  }

  async #host(id: number, request: HostRequest): Promise<void> {
    const asker = this.#process;
    const result = await this.#hooks.host(request);
    // A runner that has taken its place did not ask.
    if (asker === this.#process) this.#send({ type: 'hostReply', id, result });
  }

  async #restart(): Promise<void> {
    if (!this.#ready) await new Promise(resolve => setTimeout(resolve, RETRY_MS));
    this.#ready = false;
    if (!this.#closing) this.#process = this.#start();
  }

  #ended(why: string): void {
    if (this.#closing) return;
    this.#available = this.#restart();
    this.#hooks.restarted();
    const evalue = `${why} Variables and imports are gone; streams and tables live on. The next cell runs in a new process.`;
    const error = { ename: 'RunnerEnded', evalue, traceback: [`RunnerEnded: ${evalue}`] };
    const values = [...this.#values.values()];
    this.#values.clear();
    for (const resolve of values) resolve(error);
    const pending = this.#pending;
    if (pending?.begun !== true) this.note(null, `RunnerEnded: ${evalue}`);
    // A cell that has not begun is run in the next process, but for one that was interrupted.
    pending?.done({ error, begun: pending.begun || pending.interrupted, provided: [], assigned: [] });
  }
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
