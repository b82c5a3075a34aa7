import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FoundPin } from 'millrace/host';
import type { Message } from '../wire/message.js';
import type { CellPlace, Failure } from './contract.js';
import { CheckError } from './error.js';
import { KernelClient } from './kernelClient.js';
import { isObject, type Notebook, type NotebookCell, type NotebookOutput } from './notebook.js';
import { OutputCollector } from './outputs.js';

/** A file that is not the pinned one, or is read otherwise: the cell that reads it ends with it. */
const PIN_CODES = /^MR38(16|19) /;
/** Cells of this tag are expected to fail, as Jupyter's tools have it. */
const MAY_FAIL = 'raises-exception';

/** What a run of a notebook gave. */
export interface NotebookRun {
  /** By the ids of cells; those that were not run are not there. */
  readonly outputs: ReadonlyMap<string, readonly NotebookOutput[]>;
  readonly pins: readonly FoundPin[];
  /** What ended it before its end. */
  readonly failure: Failure | null;
  /** A pinned file that is another one: it ended the run, and is a difference. */
  readonly otherFile: { readonly cell: CellPlace; readonly message: string } | null;
}

/** How a cell ended. */
interface CellEnd {
  readonly error: {
    readonly ename: string;
    readonly evalue: string;
    readonly traceback: readonly string[];
  } | null;
}

/** Where a cell is, for people. */
export function placeOf({ cells }: Notebook, cell: NotebookCell): CellPlace {
  const line = cell.code.split('\n').find(each => each.trim() !== '') ?? '';
  return { number: cells.indexOf(cell) + 1, id: cell.id, line: line.trim().slice(0, 80) };
}

/** Runs all cells of a notebook in a kernel of its own, whose folder is the notebook's: without a front end, so that clocks run as fast as it goes. */
export async function runNotebook(
  notebook: Notebook,
  {
    timeoutMs,
    renew,
    signal,
    atEnd,
  }: {
    readonly timeoutMs: number;
    readonly renew: boolean;
    readonly signal: AbortSignal;
    /** Done with the kernel once all cells have run. */
    readonly atEnd?: (kernel: KernelClient, outputs: NotebookRun['outputs']) => Promise<void>;
  },
): Promise<NotebookRun> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-pins-'));
  const report = join(folder, 'pins.ndjson');
  const env = {
    ...process.env,
    // What is checked is not what somebody typed.
    MILLRACE_HISTORY: 'off',
    MILLRACE_PINS_REPORT: report,
    ...(renew ? { MILLRACE_PINS: 'renew' } : {}),
    // What a cell shows is awaited as long as the cell itself.
    MILLRACE_SETTLE_SECONDS: String(timeoutMs / 1000),
  };
  try {
    const kernel = await KernelClient.start(dirname(notebook.path), env);
    try {
      const run = new Run(kernel, timeoutMs, signal);
      const ended = await run.all(notebook);
      const outputs = run.outputs(notebook);
      if (ended.failure === null && ended.otherFile === null) await atEnd?.(kernel, outputs);
      return { ...ended, outputs, pins: await readReport(report) };
    } finally {
      await kernel.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Run {
  readonly #collector = new OutputCollector();
  readonly #requests = new Map<string, string>();

  constructor(
    private readonly kernel: KernelClient,
    private readonly timeoutMs: number,
    private readonly signal: AbortSignal,
  ) {
    kernel.listen(message => this.#collector.take(message));
  }

  outputs({ cells }: Notebook): Map<string, readonly NotebookOutput[]> {
    return new Map(
      cells.flatMap(({ id }) => {
        const request = this.#requests.get(id);
        return request === undefined ? [] : [[id, this.#collector.of(request)] as const];
      }),
    );
  }

  async all(notebook: Notebook): Promise<Pick<NotebookRun, 'failure' | 'otherFile'>> {
    for (const cell of notebook.cells) {
      const place = placeOf(notebook, cell);
      const { error } = await this.#cell(cell).catch((thrown: unknown): CellEnd => {
        if (!(thrown instanceof CheckError)) throw thrown;
        return { error: { ename: thrown.name, evalue: thrown.message, traceback: [] } };
      });
      if (error === null || cell.tags.includes(MAY_FAIL)) continue;
      const message = withoutColours(error.evalue);
      if (PIN_CODES.test(message)) return { failure: null, otherFile: { cell: place, message } };
      const traceback = error.traceback.map(withoutColours);
      return { failure: { cell: place, name: error.ename, message, traceback }, otherFile: null };
    }
    return { failure: null, otherFile: null };
  }

  async #cell({ id, code }: NotebookCell): Promise<CellEnd> {
    this.signal.throwIfAborted();
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const request = this.kernel.send('execute_request', content, { cellId: id });
    this.#requests.set(id, request);
    this.#collector.begin(request);
    let stop = (): void => undefined;
    let timer: NodeJS.Timeout | undefined;
    let abort = (): void => undefined;
    const ended = new Promise<CellEnd>(resolve => {
      let reply: CellEnd | null = null;
      let isIdle = false;
      stop = this.kernel.listen(({ header, parent, content: answer }: Message) => {
        if (parent.msg_id !== request) return;
        if (header.msg_type === 'execute_reply') reply = endOf(answer);
        if (header.msg_type === 'status' && answer.execution_state === 'idle') isIdle = true;
        if (reply !== null && isIdle) resolve(reply);
      });
    });
    const late = new Promise<never>((_, reject) => {
      const hangs = (): void =>
        reject(
          new CheckError(
            'MR5113',
            `the cell did not end within ${this.timeoutMs / 1000} s.`,
            'Does it wait for a feed that never ends, or loop? If it only needs longer, say so: --timeout 30min.',
          ),
        );
      timer = setTimeout(hangs, this.timeoutMs);
      abort = () => reject(this.signal.reason as Error);
      this.signal.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([ended, late, this.kernel.ended()]);
    } finally {
      stop();
      clearTimeout(timer);
      this.signal.removeEventListener('abort', abort);
    }
  }
}

function endOf(reply: Message['content']): CellEnd {
  if (reply.status === 'ok') return { error: null };
  const { ename, evalue, traceback } = reply;
  return {
    error: {
      ename: typeof ename === 'string' ? ename : 'Aborted',
      evalue: typeof evalue === 'string' ? evalue : 'The cell was not run.',
      traceback: Array.isArray(traceback) ? traceback.map(String) : [],
    },
  };
}

/** A text without the escape sequences of a terminal. */
function withoutColours(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}

async function readReport(path: string): Promise<FoundPin[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  // A kernel that was given up may be writing the last line still.
  const lines = text.split('\n').slice(0, -1);
  return lines.map(line => JSON.parse(line) as unknown).filter(isObject) as unknown as FoundPin[];
}
