import type { PhysicalPlan } from '../physical/physical.js';
import { Delivery } from '../runtime/delivery.js';
import type { RunningQuery } from '../runtime/query.js';
import type { Runtime } from '../runtime/runtime.js';
import { ChangeHighWater, RowHighWater } from '../sinks/highWater.js';
import type { OpenSink } from '../sinks/sink.js';
import type { QueryRegistry } from './hostQueries.js';
import { SUBSCRIPTION } from './hostSubscriptions.js';
import type { WriteProgress } from './protocol.js';
import type { WritePlan, WriteRequest } from './writePlan.js';
import { follow, writeOnce } from './writeRuns.js';

/** How a write is known. */
interface WriteNames {
  readonly writeId: string;
  readonly owner: string | null;
  /** What it writes, where and how: equal writes have equal keys. */
  readonly key: string;
  /** Where it writes. */
  readonly target: string;
  readonly sink: string;
}

/** What a write runs in. */
interface WriteContext {
  readonly runtime: Runtime;
  readonly queries: QueryRegistry;
  readonly notice: (owner: string | null, text: string) => void;
}

/** One write, from its beginning to its end. */
export class WriteJob {
  readonly writeId: string;
  readonly owner: string | null;
  readonly key: string;
  readonly target: string;
  /** Resolves at the end, however it comes, and throws what made it fail. */
  readonly ended: Promise<void>;
  #state: 'writing' | 'ended' | 'stopped' | 'failed' = 'writing';
  #error: unknown = null;
  #isStopping = false;
  #inputEnded = false;
  #bytes = 0;
  #query: RunningQuery | null = null;
  /** Ends a write that follows its input; null: none does. */
  #endInput: (failure: Error | null) => void = () => undefined;
  readonly #delivery: Delivery;

  private constructor(
    private readonly names: WriteNames,
    private readonly request: WriteRequest,
    private readonly plan: WritePlan,
    private readonly context: WriteContext,
    private readonly sink: OpenSink,
  ) {
    this.writeId = names.writeId;
    this.owner = names.owner;
    this.key = names.key;
    this.target = names.target;
    this.#delivery = new Delivery(
      sink,
      context.runtime.options.world,
      {
        drained: () => this.#query?.ports.forEach(({ feed }) => feed?.wake()),
        retrying: error =>
          context.notice(
            this.owner,
            `${names.sink}: ${error.message} What is to be written is kept, and tried again.`,
          ),
        failed: error => this.#endInput(error as Error),
      },
      plan.connector.mostWaiting,
    );
    this.ended = this.#run();
    this.ended.catch(() => undefined);
  }

  /** Opens the sink, which may say that it cannot be, and begins. */
  static async open(
    names: WriteNames,
    request: WriteRequest,
    plan: WritePlan,
    context: WriteContext,
  ): Promise<WriteJob> {
    const schema = plan.prepared.physical.table.schema;
    const { world } = context.runtime.options;
    const sink = await plan.connector.open(schema, request.options, world, plan.request);
    return new WriteJob(names, request, plan, context, sink);
  }

  /** The kind of its sink. */
  get connector(): string {
    return this.plan.connector.name;
  }

  /** What it runs, with its sources. */
  get physical(): PhysicalPlan {
    return this.plan.prepared.physical;
  }

  /** Whether it goes on until it is stopped, or its live input ends. */
  get live(): boolean {
    return this.plan.request.live;
  }

  get isOpen(): boolean {
    return this.#state === 'writing';
  }

  /** Takes no more rows, and writes those that have come. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.sink.stopping?.();
    this.#endInput(null);
    await this.ended.catch(() => undefined);
  }

  /** Resolves when what its input has given is written, where that has ended. */
  async settled(): Promise<void> {
    if (this.plan.follows && !this.#inputEnded) return;
    if (this.plan.connector.stays !== true && this.request.options.settles !== false)
      await this.ended.catch(() => undefined);
  }

  progress(): WriteProgress {
    const delivery = this.#delivery;
    const error = this.#error ?? delivery.error;
    const why = error === null ? delivery.trouble : error instanceof Error ? error.message : 'failed';
    return {
      writeId: this.writeId,
      owner: this.owner,
      sink: this.names.sink,
      state: this.#state === 'writing' && delivery.trouble !== null ? 'retrying' : this.#state,
      live: this.live,
      rows: delivery.rows,
      bytes: this.#state === 'writing' ? (this.sink.bytes ?? 0) : this.#bytes,
      rowsPerSecond: delivery.rowsPerSecond,
      waiting: delivery.waitingRows,
      lagMs: delivery.lagMs,
      retries: delivery.retries,
      error: why,
      counts: this.sink.counts?.() ?? {},
    };
  }

  async #run(): Promise<void> {
    // The constructor comes to its end first.
    await Promise.resolve();
    const { runtime } = this.context;
    const what = `rows that wait for ${this.names.sink}`;
    const bytes = (): number => this.#delivery.waitingBytes;
    const forget = runtime.memory.add({ bytes, holdings: () => [{ what, bytes: bytes() }] });
    try {
      if (this.plan.follows) await this.#follow();
      else await this.#readOnce();
      if (this.#isStopping && !this.plan.follows) {
        // What would be there is not what was asked for.
        this.#state = 'stopped';
        await this.#delivery.abort();
        return;
      }
      const written = await this.#delivery.finish();
      this.#bytes = written.bytes;
      this.#state = this.#isStopping ? 'stopped' : 'ended';
    } catch (error) {
      this.#bytes = this.sink.bytes ?? 0;
      this.#state = 'failed';
      this.#error = error;
      if (this.live || this.connector === SUBSCRIPTION)
        this.context.notice(this.owner, `${this.names.sink}: ${(error as Error).message}`);
      await this.#delivery.abort(error).catch(() => undefined);
      throw error;
    } finally {
      forget();
    }
  }

  #readOnce(): Promise<void> {
    const { runtime, queries } = this.context;
    return writeOnce(this.plan, this.request.plan, this.#delivery, runtime, queries, () => this.#isStopping);
  }

  /** Takes what comes until the input ends, it is stopped, or the sink fails. */
  async #follow(): Promise<void> {
    const { prepared, request, connector } = this.plan;
    const changing = request.changes && !prepared.sources.every(source => source.live);
    const { schema } = prepared.physical.table;
    const highWater = changing ? new ChangeHighWater(schema) : new RowHighWater();
    let failure: Error | null = null;
    const over = new Promise<void>(resolve => {
      this.#endInput = why => {
        failure ??= why;
        resolve();
      };
    });
    if (this.#isStopping) this.#endInput(null);
    const delivery = this.#delivery;
    const running = await follow(
      this.plan,
      highWater,
      {
        take: batch => delivery.push(batch),
        get isFull() {
          return delivery.isFull;
        },
        restarted: () => {
          this.#inputEnded = false;
        },
        ended: () => {
          this.#inputEnded = true;
          if (connector.stays !== true) this.#endInput(null);
        },
        failed: error => this.#endInput(error),
      },
      this.context.runtime,
    );
    this.#query = running.query;
    try {
      await over;
    } finally {
      await running.stop();
    }
    if (failure !== null) throw failure as Error;
  }
}
