import { encodeArrow } from '../codecs/arrow.js';
import type { Batch } from '../columns/batch.js';
import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import { Signal } from '../runtime/signal.js';
import type { OpenSink, SinkConnector } from '../sinks/sink.js';
import { fromWireError } from './errors.js';
import type { HostReplies, HostRequest, WireError } from './protocol.js';
import type { WriteRequest } from './writePlan.js';

/** The kind of sink that gives rows to functions. */
export const SUBSCRIPTION = 'subscription';

/** Functions run in cells, which may be busy for long: so much waits for them before the sources do, which others read, too. */
const MOST_WAITING = { rows: 1_000_000, bytes: 256 * 1024 * 1024 };

/** A function that rows were given to has failed. */
export class SubscriptionError extends MillraceError {
  override readonly name = 'SubscriptionError';
}

/** What begins writes. */
interface Writes {
  start(request: WriteRequest): Promise<HostReplies['write']>;
  stop(writeId: string): Promise<unknown>;
}

/** Rows for functions of the clients: a sink whose rows are asked for. */
export class Subscriptions {
  readonly #open = new Map<string, PulledRows>();
  #last = 0;

  readonly connector: SinkConnector = {
    name: SUBSCRIPTION,
    mostWaiting: MOST_WAITING,
    open: (schema, options) => {
      const id = String(options.id);
      const rows = new PulledRows(schema.fields, () => this.#open.delete(id));
      this.#open.set(id, rows);
      return Promise.resolve(rows);
    },
  };

  async begin(
    { plan, owner, emit, pace, settles }: Extract<HostRequest, { type: 'subscribe' }>,
    writes: Writes,
  ): Promise<HostReplies['subscribe']> {
    const subscriptionId = `s${++this.#last}`;
    const options = { id: subscriptionId, settles };
    const { writeId } = await writes.start({
      type: 'write',
      plan,
      sink: SUBSCRIPTION,
      options,
      owner,
      emit,
      pace,
    });
    const rows = this.#open.get(subscriptionId);
    if (rows === undefined) return { subscriptionId, fields: [] };
    rows.stop = () => void writes.stop(writeId).catch(() => undefined);
    return { subscriptionId, fields: rows.fields };
  }

  async next(id: string): Promise<HostReplies['subscriptionNext']> {
    return (await this.#open.get(id)?.next()) ?? { arrows: [], ended: true };
  }

  /** The client wants no more. An error is that of its function, which ends the write as failed. */
  end(id: string, error: WireError | null): null {
    const rows = this.#open.get(id);
    if (rows === undefined) return null;
    if (error !== null) {
      const { code, text, hint, origin } = fromWireError(error);
      rows.fail(new SubscriptionError(code, text, hint, origin));
    }
    rows.stop();
    return null;
  }
}

/** Rows that wait to be asked for. They are delivered when the next ones are asked for. */
class PulledRows implements OpenSink {
  /** Ends the write. */
  stop: () => void = () => undefined;
  #offered: readonly Batch[] | null = null;
  #taken = false;
  #rows = 0;
  #isOver = false;
  #error: unknown = null;
  readonly #changed = new Signal();

  constructor(
    readonly fields: readonly Field[],
    private readonly forget: () => void,
  ) {}

  write(batch: Batch): Promise<void> {
    return this.writeAll([batch]);
  }

  async writeAll(batches: readonly Batch[]): Promise<void> {
    this.#offered = batches;
    this.#taken = false;
    this.#changed.wake();
    while (this.#offered === batches && !this.#isOver && this.#error === null) await this.#changed.wait();
    if (this.#error !== null) throw this.#error as Error;
    if (!this.#isOver) for (const { length } of batches) this.#rows += length;
  }

  async next(): Promise<HostReplies['subscriptionNext']> {
    if (this.#taken) {
      this.#taken = false;
      this.#offered = null;
      this.#changed.wake();
    }
    while (this.#offered === null && !this.#isOver && this.#error === null) await this.#changed.wait();
    if (this.#error !== null) {
      this.forget();
      throw this.#error as Error;
    }
    if (this.#offered === null || this.#isOver) return { arrows: [], ended: true };
    this.#taken = true;
    const arrows = this.#offered.map(({ columns, length }) => encodeArrow(this.fields, columns, length));
    return { arrows, ended: false };
  }

  /** The client's function has failed. */
  fail(error: unknown): void {
    this.#error = error;
    this.forget();
    this.#changed.wake();
  }

  stopping(): void {
    this.#isOver = true;
    this.#changed.wake();
  }

  finish(): Promise<{ readonly rows: number; readonly bytes: number }> {
    this.stopping();
    this.forget();
    return Promise.resolve({ rows: this.#rows, bytes: 0 });
  }

  /** The client learns the reason when it asks for the next rows. */
  async abort(reason?: unknown): Promise<void> {
    if (reason === undefined) await this.finish();
    this.#error ??= reason ?? null;
    this.#changed.wake();
  }
}
