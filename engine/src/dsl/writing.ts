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

/** A write that has begun. */
export class StartedWrite {
  constructor(
    private readonly writeId: string,
    /** Whether it goes on until it is stopped, or its live input ends. */
    readonly live: boolean,
    /** Rows written: all of them, or those so far where it goes on. */
    readonly rows: number,
    /** Bytes written. */
    readonly bytes: number,
  ) {}

  /** How far it is: rows, bytes, rows a second, what waits and for how long, the last error. */
  progress(): Promise<WriteProgress> {
    return ask({ type: 'writeProgress', writeId: this.writeId });
  }

  /** Ends it. A live write writes what has come; one of an input that ends is given up, and leaves no file. */
  async stop(): Promise<StartedWrite> {
    return this.#ended(await ask({ type: 'writeStop', writeId: this.writeId }));
  }

  /** Resolves at its end. Throws what made it fail. */
  async finished(): Promise<StartedWrite> {
    return this.#ended(await ask({ type: 'writeEnded', writeId: this.writeId }));
  }

  #ended({ rows, bytes }: WriteProgress): StartedWrite {
    return new StartedWrite(this.writeId, this.live, rows, bytes);
  }
}

/**
 * What `writeTo` gives. `await` it: of an input that ends, it resolves at the end, with the rows and bytes that were written. A write of a live feed
 * goes on in the engine, and `await` resolves once it has begun, so that the notebook goes on too; it ends with `stop()`, with its input, or when
 * its cell is run again without it.
 */
export class Write implements PromiseLike<StartedWrite> {
  readonly #started: Promise<StartedWrite>;
  readonly #done: Promise<StartedWrite>;

  constructor(plan: PlanNode, sink: FileSink, options: WriteOptions) {
    this.#started = begin(plan, sink, options);
    this.#done = this.#started.then(write => (write.live ? write : write.finished()));
  }

  then<A = StartedWrite, B = never>(
    fulfilled?: ((write: StartedWrite) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#done.then(fulfilled, rejected);
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
  async finished(): Promise<StartedWrite> {
    this.#done.catch(() => undefined);
    return (await this.#started).finished();
  }
}

async function begin(plan: PlanNode, sink: FileSink, options: WriteOptions): Promise<StartedWrite> {
  const emit = options.emit ?? sink.emit;
  const request = { plan, sink: sink.sink, options: sink.options, owner: currentOwner() };
  const more = {
    ...(emit === undefined ? {} : { emit }),
    ...(options.pace === undefined ? {} : { pace: options.pace }),
  };
  const { writeId, live } = await ask({ type: 'write', ...request, ...more });
  return new StartedWrite(writeId, live, 0, 0);
}
