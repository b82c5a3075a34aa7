import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { currentOwner } from '../session/client.js';
import type { WriteProgress } from '../session/protocol.js';
import type { FileSink } from './files.js';

/** How rows are written. */
export interface WriteOptions {
  /**
   * What is written of a table that changes: each row once, when it can no longer change, or every change: to a sink that applies them (upsert) as they are,
   * to others as rows with the column `kind`.
   */
  readonly emit?: 'final' | 'changes';
  /** Recorded rows all at once, whatever the clock does (`'full'`), or as the session clock lets them out. */
  readonly pace?: 'full' | 'clock';
}

/** What notebooks show for a value, and how a value that changes shows itself again. Shared by name with the kernel. */
const JUPYTER_DISPLAY: unique symbol = Symbol.for('Jupyter.display') as never;
const CHANGING: unique symbol = Symbol.for('millrace.changing') as never;

/** What a notebook shows, by MIME type. */
type Shown = Readonly<Record<string, string>>;

/** A write that has begun. A notebook shows how far it is, and goes on showing it. */
export class StartedWrite {
  constructor(
    readonly writeId: string,
    /** Whether it goes on until it is stopped, or its live input ends. */
    readonly live: boolean,
    /** Rows written: all of them, or those so far where it goes on. */
    readonly rows: number,
    /** Bytes written. */
    readonly bytes: number,
    /** Told that somebody looks at how it ends. */
    private readonly seen: () => void = () => undefined,
  ) {}

  /** How far it is: rows, bytes, rows a second, what waits and for how long, the last error. */
  progress(): Promise<WriteProgress> {
    return ask({ type: 'writeProgress', writeId: this.writeId });
  }

  /** Ends it. A live write writes what has come; one of an input that ends is given up, and leaves no file. */
  async stop(): Promise<StartedWrite> {
    this.seen();
    return ended(this, await ask({ type: 'writeStop', writeId: this.writeId }));
  }

  /** Resolves at its end. Throws what made it fail. */
  async finished(): Promise<StartedWrite> {
    this.seen();
    return endOf(this);
  }

  /** What a notebook shows for it. */
  async [JUPYTER_DISPLAY](): Promise<Shown> {
    return shown(await this.progress());
  }

  /** Shows it again whenever it has changed, once a second at most, until its end. */
  async [CHANGING](show: (shown: Shown) => void): Promise<void> {
    let before = '';
    for (;;) {
      const progress = await ask({ type: 'writeLater', writeId: this.writeId });
      const bundle = shown(progress);
      if (bundle['text/plain'] !== before) show(bundle);
      before = bundle['text/plain'];
      if (progress.state !== 'writing' && progress.state !== 'retrying') return;
    }
  }
}

async function endOf(write: StartedWrite): Promise<StartedWrite> {
  return ended(write, await ask({ type: 'writeEnded', writeId: write.writeId }));
}

function ended({ writeId, live }: StartedWrite, { rows, bytes }: WriteProgress): StartedWrite {
  return new StartedWrite(writeId, live, rows, bytes);
}

/**
 * What `writeTo` gives. `await` it: of an input that ends, it resolves at the end, with the rows and bytes that were written. A write of a live feed
 * goes on in the engine, and `await` resolves once it has begun, so that the notebook goes on too; it ends with `stop()`, with its input, or when
 * its cell is run again without it.
 */
export class Write implements PromiseLike<StartedWrite> {
  readonly #started: Promise<StartedWrite>;
  readonly #finished: Promise<StartedWrite>;
  readonly #done: Promise<StartedWrite>;

  constructor(plan: PlanNode, sink: FileSink, options: WriteOptions) {
    const unseen = (): void => void this.#finished.catch(() => undefined);
    this.#started = begin(plan, sink, options, unseen);
    this.#finished = this.#started.then(write => endOf(write));
    this.#done = this.#started.then(write => (write.live ? write : this.#finished));
    // Who waits for the write is told that it could not begin.
    this.#started.catch(unseen);
    // A notebook shows under the cell why a live write failed; a script that does not ask for its end is told as of any error.
    if (currentOwner() !== null) unseen();
  }

  then<A = StartedWrite, B = never>(
    fulfilled?: ((write: StartedWrite) => A | PromiseLike<A>) | null,
    rejected?: ((reason: never) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#done.then(fulfilled, rejected as ((reason: unknown) => B | PromiseLike<B>) | null);
  }

  /** How far it is: rows, bytes, rows a second, what waits and for how long, the last error. */
  async progress(): Promise<WriteProgress> {
    return (await this.#started).progress();
  }

  /** Ends it. A live write writes what has come; one of an input that ends is given up, and leaves no file. */
  async stop(): Promise<StartedWrite> {
    this.#done.catch(() => undefined);
    return (await this.#started).stop();
  }

  /** Resolves at its end, also that of a live write. Throws what made it fail. */
  finished(): Promise<StartedWrite> {
    this.#done.catch(() => undefined);
    return this.#finished;
  }
}

async function begin(
  plan: PlanNode,
  sink: FileSink,
  options: WriteOptions,
  seen: () => void,
): Promise<StartedWrite> {
  const emit = options.emit ?? sink.emit;
  const request = { plan, sink: sink.sink, options: sink.options, owner: currentOwner() };
  const more = {
    ...(emit === undefined ? {} : { emit }),
    ...(options.pace === undefined ? {} : { pace: options.pace }),
  };
  const { writeId, live } = await ask({ type: 'write', ...request, ...more });
  return new StartedWrite(writeId, live, 0, 0, seen);
}

/** A write in one line: what it writes to, its state, rows, bytes, rate, what waits, and what is wrong. */
function shown(progress: WriteProgress): Shown {
  const { sink, state, rows, bytes, rowsPerSecond, waiting, lagMs, error, counts } = progress;
  const number = (value: number): string => Math.round(value).toLocaleString('en-US');
  const parts = [sink, state, `${number(rows)} ${rows === 1 ? 'row' : 'rows'}`];
  if (bytes > 0) parts.push(`${number(bytes)} bytes`);
  if (state === 'writing' && rowsPerSecond > 0) parts.push(`${number(rowsPerSecond)} rows/s`);
  if (waiting > 0) parts.push(`${number(waiting)} waiting`, `${(lagMs / 1000).toFixed(1)} s behind`);
  for (const [name, count] of Object.entries(counts)) parts.push(`${name} ${count}`);
  if (error !== null) parts.push(error);
  return { 'text/plain': parts.join(' · ') };
}
