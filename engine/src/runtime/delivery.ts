import type { Batch } from '../columns/batch.js';
import { TransientSinkError } from '../sinks/error.js';
import type { OpenSink } from '../sinks/sink.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { World } from '../sources/source.js';
import { Rate } from './rate.js';
import { Signal } from './signal.js';
import { batchBytes, copyBatch, sliceBatch } from './slice.js';

/** So many rows or bytes may wait for a sink; then the source has to. */
const MOST_WAITING = { rows: 65_536, bytes: 64 * 1024 * 1024 };
/** So many rows at most are given to a sink at once. */
const UNIT_ROWS = 8192;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 3000;
/** A sink that is to finish and cannot take what waits is given up after so many milliseconds. */
const PATIENCE_MS = 10_000;

/** What is told of a delivery while it goes on. */
interface DeliveryEvents {
  /** There is room again. */
  drained(): void;
  /** The sink could not take rows, and is asked again: told once until it takes some. */
  retrying(error: TransientSinkError): void;
  /** The sink has failed for good. */
  failed(error: unknown): void;
}

/**
 * Rows on their way into a sink: those that it has not taken are kept, and given again where the reason is one that passes. A row is given
 * up only with the whole write.
 */
export class Delivery {
  /** Rows that the sink has. */
  rows = 0;
  retries = 0;
  /** Why the sink does not take rows now; null where it does. */
  trouble: string | null = null;
  error: unknown = null;
  #queue: { readonly batch: Batch; readonly bytes: number; readonly atMs: number }[] = [];
  #waitingRows = 0;
  #waitingBytes = 0;
  #isFull = false;
  #skip: number;
  #running: Promise<void> | null = null;
  #deadline = Infinity;
  #closed = false;
  readonly #room = new Signal();
  readonly #hurry = new Signal();
  readonly #rate = new Rate();

  constructor(
    readonly sink: OpenSink,
    readonly world: World,
    readonly events: DeliveryEvents,
    readonly most: { readonly rows: number; readonly bytes: number } = MOST_WAITING,
  ) {
    this.#skip = sink.position ?? 0;
  }

  /** Takes rows, which are copied. */
  push(given: Batch): void {
    if (this.#closed || this.error !== null) return;
    const skipped = Math.min(this.#skip, given.length);
    this.#skip -= skipped;
    this.rows += skipped;
    for (let from = skipped; from < given.length; from += UNIT_ROWS) {
      const batch = copyBatch(sliceBatch(given, from, Math.min(given.length, from + UNIT_ROWS)));
      const bytes = batchBytes(batch);
      this.#queue.push({ batch, bytes, atMs: monotonicMs(this.world) });
      this.#waitingRows += batch.length;
      this.#waitingBytes += bytes;
    }
    if (this.#waitingRows > this.most.rows || this.#waitingBytes > this.most.bytes) this.#isFull = true;
    this.#start();
  }

  /** Whether no more rows should come for now. */
  get isFull(): boolean {
    return this.#isFull && this.error === null;
  }

  get waitingRows(): number {
    return this.#waitingRows;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** For how many milliseconds the oldest of the rows that the sink does not have has been waiting. */
  get lagMs(): number {
    return this.#queue.length === 0 ? 0 : Math.max(0, monotonicMs(this.world) - this.#queue[0].atMs);
  }

  get rowsPerSecond(): number {
    return this.#rate.at(monotonicMs(this.world));
  }

  /** Resolves when there is room. Throws where the sink has failed. */
  async room(): Promise<void> {
    while (this.isFull && !this.#closed) await this.#room.wait();
    this.#check();
  }

  /** Writes what waits, and makes the sink finish. A sink that does not take it in a while is given up: then it throws. */
  async finish(): Promise<{ readonly rows: number; readonly bytes: number }> {
    this.#deadline = monotonicMs(this.world) + PATIENCE_MS;
    this.#hurry.wake();
    while (this.#running !== null && this.error === null) await this.#running;
    this.#check();
    this.#closed = true;
    try {
      const { bytes } = await this.sink.finish();
      return { rows: this.rows, bytes };
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  /** Gives the write up, for a reason or since nobody wants it any more. */
  async abort(reason?: unknown): Promise<void> {
    this.#closed = true;
    this.#deadline = -Infinity;
    this.#hurry.wake();
    this.#room.wake();
    await this.#running?.catch(() => undefined);
    this.#drop();
    await this.sink.abort(reason);
  }

  #check(): void {
    if (this.error !== null) throw this.error as Error;
  }

  #start(): void {
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        this.error = error;
        this.#drop();
        if (!this.#closed) this.events.failed(error);
      })
      .finally(() => {
        this.#running = null;
        this.#room.wake();
        if (this.#queue.length > 0 && this.error === null && !this.#closed) this.#start();
      });
  }

  #drop(): void {
    this.#queue = [];
    this.#waitingRows = this.#waitingBytes = 0;
  }

  async #run(): Promise<void> {
    // What comes in the same turn goes together.
    await Promise.resolve();
    while (this.#queue.length > 0 && !this.#closed) {
      const unit = this.#unit();
      await this.#deliver(unit.map(({ batch }) => batch));
      this.#queue.splice(0, unit.length);
      const rows = unit.reduce((total, { batch }) => total + batch.length, 0);
      this.rows += rows;
      this.#waitingRows -= rows;
      this.#waitingBytes -= unit.reduce((total, { bytes }) => total + bytes, 0);
      this.#rate.add(rows, monotonicMs(this.world));
      if (
        this.#isFull &&
        this.#waitingRows * 2 <= this.most.rows &&
        this.#waitingBytes * 2 <= this.most.bytes
      ) {
        this.#isFull = false;
        this.#room.wake();
        this.events.drained();
      }
    }
  }

  /** The oldest batches, as many as may go at once. */
  #unit() {
    if (this.sink.writeAll === undefined) return this.#queue.slice(0, 1);
    let count = 0;
    for (let rows = 0; count < this.#queue.length; count++) {
      rows += this.#queue[count].batch.length;
      if (rows > UNIT_ROWS && count > 0) break;
    }
    return this.#queue.slice(0, count);
  }

  async #deliver(batches: readonly Batch[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        if (this.sink.writeAll !== undefined) await this.sink.writeAll(batches, this.rows);
        else await this.sink.write(batches[0]);
        this.trouble = null;
        return;
      } catch (error) {
        if (!(error instanceof TransientSinkError) || monotonicMs(this.world) >= this.#deadline) throw error;
        this.retries++;
        if (this.trouble === null) this.events.retrying(error);
        this.trouble = error.message;
        const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
        const pause = longest * (0.5 + this.world.random() / 2);
        await this.#hurry.waitAtMost(
          Math.max(1, Math.min(pause, this.#deadline - monotonicMs(this.world))),
          this.world,
        );
      }
    }
  }
}
