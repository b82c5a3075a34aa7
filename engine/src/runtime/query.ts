import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { Exchange } from '../operators/apply.js';
import type { PhysicalPlan } from '../physical/physical.js';
import type { World } from '../sources/source.js';
import { SnapshotError } from '../operators/snapshot.js';
import { readSnapshot, SnapshotWriter } from '../operators/snapshotFormat.js';
import type { StateReader } from '../operators/snapshot.js';
import type { Rewind } from './checkpoint.js';
import type { SessionClock } from './clock.js';
import type { FeedMember, PortFeed } from './feedMember.js';
import { Followers } from './followers.js';
import { Idleness } from './idleness.js';
import { InputMerge, type MergeInput } from './inputMerge.js';
import type { Holding, MemoryHolder } from './memory.js';
import { Pipeline } from './pipeline.js';
import { MaterializedTable, type TableLimits } from './table.js';
import { Ticking } from './ticking.js';

/** A source with so many rows that wait for others is read no further for now. */
const MOST_WAITING_ROWS = 65_536;

/**
 * While so many rows wait for the users' functions, no more are read. It is a great many, since other queries of the feed then wait as well,
 * and a cell that loops must not hold them up.
 */
const MOST_PENDING_ROWS = 1_000_000;

/** What a query runs in. */
export interface QueryContext {
  readonly world: World;
  readonly clock: SessionClock;
  /** What the merge has to know of each source of the plan. */
  readonly inputs: readonly MergeInput[];
  /** The way to the users' functions. */
  readonly exchange: Exchange;
}

/** A plan that runs: rows of its feeds go through its operators into its table. */
export class RunningQuery implements MemoryHolder {
  readonly table: MaterializedTable;
  /** What takes the rows of each source of the plan. */
  readonly ports: readonly QueryPort[];
  rowsIn = 0;
  ended = false;
  error: Error | null = null;
  /** Makes ports whose feeds do not start again give their rows once more. */
  onRebuild: (() => void) | null = null;
  /** Whoever takes what comes out may hold the sources back, such as a sink that is slow. */
  readonly brakes = new Set<() => boolean>();
  #pipeline: Pipeline;
  #merge: InputMerge;
  /** The number of the start of the clock that its rows belong to. */
  epoch = 0;
  readonly #idleness: Idleness | null;
  readonly #ticking: Ticking | null;
  readonly #listeners = new Set<() => void>();
  readonly #followers: Followers;

  constructor(
    readonly plan: PhysicalPlan,
    readonly context: QueryContext,
    limits?: TableLimits,
  ) {
    this.table = new MaterializedTable(plan.table, limits);
    this.#followers = new Followers(this.table);
    this.#pipeline = this.#makePipeline();
    this.#merge = new InputMerge(context.inputs, this.#pipeline);
    this.ports = plan.sources.map((_, source) => new QueryPort(this, source));
    const silent = context.inputs.some(({ idleTimeoutUs }) => idleTimeoutUs !== null);
    this.#idleness =
      silent && context.inputs.length > 1
        ? new Idleness(
            context,
            () => this.#merge,
            () => this.#changed(),
          )
        : null;
    this.#ticking = this.#pipeline.periods.length > 0 ? this.#makeTicking() : null;
  }

  #makeTicking(): Ticking {
    const merge = (): InputMerge => this.#merge;
    return new Ticking(this.context, {
      get merge() {
        return merge();
      },
      periods: this.#pipeline.periods,
      tick: periods => this.#pipeline.tick(periods),
      changed: () => this.#changed(),
      failed: error => this.fail(error),
    });
  }

  #makePipeline(): Pipeline {
    const { world, exchange } = this.context;
    return new Pipeline(
      this.plan,
      batch => {
        this.table.apply(batch);
        this.#followers.push(batch);
      },
      () => world.precise?.() ?? world.now(),
      { exchange, progressed: () => this.#answered(), failed: error => this.fail(error) },
    );
  }

  /** Results of a user's function have come, outside of the feeds' turns. */
  #answered(): void {
    this.#noteEnd();
    if (this.#pipeline.pendingRows < MOST_PENDING_ROWS) this.#wake(true);
    this.#changed();
  }

  /** It has ended when all sources have, and what is with the users' functions has come back. */
  #noteEnd(): void {
    const before = this.ended;
    this.ended = this.ports.every(port => port.ended) && this.#pipeline.pendingRows === 0;
    if (this.ended && !before) this.#followers.end();
  }

  get pipeline(): Pipeline {
    return this.#pipeline;
  }

  get merge(): InputMerge {
    return this.#merge;
  }

  take(source: number, batch: Batch, arrival: number | null): void {
    if (this.error !== null) return;
    this.rowsIn += batch.length;
    const held = this.#held();
    this.#merge.add(source, batch, arrival);
    this.#idleness?.touched(source);
    this.#ticking?.touched(source);
    this.#wake(held);
    this.#changed();
  }

  progress(source: number, key: number): void {
    if (this.error !== null) return;
    const held = this.#held();
    try {
      this.#merge.progress(source, key);
      this.#idleness?.check();
    } catch (error) {
      this.fail(error);
    }
    this.#ticking?.check();
    this.#wake(held);
    if (held) this.#changed();
  }

  end(source: number): void {
    if (this.error !== null) return;
    try {
      this.#merge.end(source);
      this.#wake(true);
      this.ports[source].ended = true;
      this.#noteEnd();
      this.#changed();
    } catch (error) {
      this.fail(error);
    }
  }

  /** It takes no more rows. Its table stays, and what it has counted; its state is given back. */
  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error));
    this.#idleness?.stop();
    this.#ticking?.stop();
    const failed = this.#pipeline;
    failed.close();
    this.#pipeline = this.#makePipeline();
    this.#pipeline.countOn(failed);
    this.#merge = new InputMerge(this.context.inputs, this.#pipeline);
    this.#wake(true);
    this.#followers.fail(this.error);
    this.#changed();
  }

  /**
   * Begins anew, or goes on from a checkpoint that has its state; every replay of one start says so, and the first one counts. Returns whether the
   * checkpoint has it.
   */
  restart(rewind: Rewind): boolean {
    const state = rewind.to?.queries.get(this) ?? null;
    if (rewind.epoch <= this.epoch) return state !== null;
    this.epoch = rewind.epoch;
    this.#pipeline.close();
    this.#pipeline = this.#makePipeline();
    this.#merge = new InputMerge(this.context.inputs, this.#pipeline);
    for (const port of this.ports) port.ended = false;
    this.rowsIn = 0;
    this.ended = false;
    this.error = null;
    if (state === null) this.table.clear();
    else this.#restore(readSnapshot(state));
    this.#followers.restart(rewind, state !== null);
    // Windows may be told at once: those who follow have to be there.
    this.#idleness?.restart();
    this.#ticking?.restart();
    if (state === null) this.onRebuild?.();
    this.#changed();
    return state !== null;
  }

  /** Its state between two batches, for `restart`, and where those are who count what they are given. Throws `SnapshotError` where some of it lies elsewhere. */
  snapshot(): { readonly state: Uint8Array; readonly places: readonly [object, number][] } {
    const places = this.#followers.places();
    if (places === null)
      throw new SnapshotError('MR3906', 'how far a write has come is not in snapshots.', null);
    const writer = new SnapshotWriter();
    this.#pipeline.snapshot(writer.section('pipeline'));
    this.#merge.snapshot(writer.section('merge'));
    this.table.snapshot(writer.section('table'));
    writer.value('followed', this.#followers.watermark);
    writer.value('rowsIn', this.rowsIn);
    writer.value(
      'ended',
      this.ports.map(({ ended }) => ended),
    );
    return { state: writer.encode(), places };
  }

  #restore(reader: StateReader): void {
    this.#pipeline.restore(reader.section('pipeline'));
    this.#merge.restore(
      reader.section('merge'),
      this.plan.sources.map(({ output }) => output),
    );
    this.table.restore(reader.section('table'));
    this.#followers.watermark = reader.value('followed') as number;
    this.rowsIn = reader.value('rowsIn') as number;
    const ended = reader.value('ended') as readonly boolean[];
    this.ports.forEach((port, source) => (port.ended = ended[source]));
    this.ended = ended.every(Boolean);
  }

  caughtUp(): void {
    if (this.isCaughtUp) this.#followers.caughtUp();
    this.#changed();
  }

  /** Gives a query what the table holds, and every change from now on. */
  follow(member: FeedMember): void {
    this.#followers.add(member);
    if (this.error !== null) member.fail(this.error);
    if (this.isCaughtUp) member.caughtUp();
    if (this.ended) member.end();
  }

  unfollow(member: FeedMember): void {
    this.#followers.remove(member);
  }

  /** Whether everything that the feeds have given out so far has arrived. */
  get isCaughtUp(): boolean {
    return this.ports.every(port => port.isCaughtUp) && this.#pipeline.pendingRows === 0;
  }

  /** Whether a source has to wait until rows of another have come. */
  isFull(source: number): boolean {
    if (this.error !== null) return false;
    for (const brake of this.brakes) if (brake()) return true;
    if (this.#pipeline.pendingRows >= MOST_PENDING_ROWS) return true;
    if (this.context.inputs[source].live && this.#pipeline.holdsBack(source)) return true;
    if (this.#merge.rowsWaiting(source) < MOST_WAITING_ROWS) return false;
    const { awaited } = this.#merge;
    // Feeds that wait for each other over two queries would wait for ever.
    return awaited >= 0 && awaited !== source && this.ports[awaited].feed?.isStalled !== true;
  }

  #held(): boolean {
    return this.ports.length > 1 && this.ports.some(port => port.feed?.isStalled === true);
  }

  /** Lets feeds that waited for this query go on if they can. */
  #wake(held: boolean): void {
    if (held) this.wakeStalled(null);
  }

  /** Lets feeds that wait look again whether they have to, but for one. */
  wakeStalled(but: PortFeed | null): void {
    for (const { feed } of this.ports) if (feed !== null && feed !== but && feed.isStalled) feed.wake();
  }

  /** The lowest watermark of the sources that have not ended. */
  get watermark(): EventTime {
    const { sources } = this.#pipeline.meter;
    return sources.reduce((lowest, { watermark }) => Math.min(lowest, watermark), Infinity);
  }

  /** Rows that are with the users' functions. */
  get pendingRows(): number {
    return this.#pipeline.pendingRows;
  }

  get late(): number {
    return this.#pipeline.late;
  }

  /** What it holds, by table and operator. */
  holdings(): Holding[] {
    const names = this.plan.sources.map(({ node }) => `'${node.name}'`).join(', ');
    const table = { what: `a table over ${names}, ${this.table.total} rows`, bytes: this.table.bytes };
    return [table, ...this.#pipeline.holdings()];
  }

  bytes(): number {
    return this.table.bytes + this.#pipeline.bytes();
  }

  /** One that has failed shows only what was: its table is given up for those that go on. */
  evict(): number {
    if (this.error === null) return 0;
    const before = this.bytes();
    this.table.evictAll();
    return before - this.bytes();
  }

  /** It is over: nothing comes any more, and those who wait for it are told. */
  close(): void {
    this.#pipeline.close();
    this.#idleness?.close();
    this.#ticking?.close();
    this.#changed();
  }

  /** Calls back after every change; returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves once the condition holds, or the query has failed: then it throws. */
  async until(condition: () => boolean): Promise<void> {
    for (;;) {
      if (this.error !== null) throw this.error;
      if (condition()) return;
      await new Promise<void>(resolve => {
        const stop = this.onChange(() => {
          stop();
          resolve();
        });
      });
    }
  }
}

/** One source of a query's plan, as its feed sees it. */
class QueryPort implements FeedMember {
  feed: PortFeed | null = null;
  isCaughtUp = false;
  ended = false;

  constructor(
    readonly query: RunningQuery,
    readonly source: number,
  ) {}

  push(batch: Batch, arrival: number | null): void {
    this.query.take(this.source, batch, arrival);
  }

  progress(key: number): void {
    this.query.progress(this.source, key);
  }

  get isFull(): boolean {
    return this.query.isFull(this.source);
  }

  stalled(): void {
    this.query.wakeStalled(this.feed);
  }

  end(): void {
    this.query.end(this.source);
  }

  fail(error: unknown): void {
    this.query.fail(error);
  }

  restart(rewind: Rewind): boolean {
    this.isCaughtUp = false;
    return this.query.restart(rewind);
  }

  caughtUp(): void {
    this.isCaughtUp = true;
    this.query.caughtUp();
  }
}
