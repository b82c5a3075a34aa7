import type { EventTime } from '../columns/time.js';
import { SnapshotError } from '../operators/snapshot.js';
import type { World } from '../sources/source.js';
import { checkpointBytes, type Checkpoint, type FeedMark } from './checkpoint.js';
import type { Feed } from './feed.js';
import type { Holding, MemoryHolder } from './memory.js';
import type { RunningQuery } from './query.js';

/** So many rows lie between two checkpoints at least: fewer are read again in no time. */
const ROWS_BETWEEN = 65_536;
/** The time that making checkpoints takes is one part in so many of all time that goes by. */
const SHARE = 20;
const MOST = 64;

/** What checkpoints are made of. */
export interface CheckpointedSession {
  readonly world: World;
  /** Every feed, and every query that runs. */
  readonly feeds: readonly Feed[];
  readonly queries: Iterable<RunningQuery>;
  /** The clock's time; infinite where it holds nothing back. */
  now(): EventTime;
}

/**
 * The states of a session's replays and queries, written down every now and then while they go by, so that going back need not begin at the start.
 * They are a help and nothing else: what is shown at a time is the same with them or without. Those that are least missed go first.
 */
export class Checkpoints implements MemoryHolder {
  #kept: Checkpoint[] = [];
  #nextAtRows: number;
  /** When the next may be made, in milliseconds. */
  #nextAtMs = -Infinity;

  constructor(
    readonly session: CheckpointedSession,
    /** How much they may hold. */
    readonly limitBytes: number,
    readonly rowsBetween = ROWS_BETWEEN,
  ) {
    this.#nextAtRows = rowsBetween;
  }

  /** Makes one if it is time; called when rows have been handed out, between two batches. */
  consider(): void {
    const replays = this.session.feeds.filter(feed => feed.replays);
    const rows = replays.reduce((total, { position }) => total + position, 0);
    if (rows < this.#nextAtRows) return;
    const { world, feeds, queries } = this.session;
    const clock = (): number => world.precise?.() ?? world.now();
    const from = clock();
    if (from < this.#nextAtMs || feeds.length > replays.length + feeds.filter(isDone).length) return;
    const marks = new Map<Feed, FeedMark>();
    for (const feed of replays) {
      const mark = feed.mark();
      if (mark === null) return;
      marks.set(feed, mark);
    }
    this.#nextAtRows = rows + this.rowsBetween;
    let bytes = 0;
    for (const query of queries) bytes += query.bytes();
    if (bytes * 2 > this.limitBytes) return;
    const now = this.session.now();
    const reached = Math.max(...replays.map(feed => feed.reached ?? -Infinity));
    const time = Number.isFinite(now) ? Math.max(now, reached) : reached;
    this.#keep({ time, rows, feeds: marks, ...this.#states() });
    this.#nextAtMs = clock() + SHARE * (clock() - from);
  }

  /** The states of the queries that have everything that the feeds have given. */
  #states(): Pick<Checkpoint, 'queries' | 'places'> {
    const queries = new Map<object, Uint8Array>();
    // Who has gone is not kept by what it had counted.
    const places = new WeakMap<object, number>();
    for (const query of this.session.queries) {
      if (query.error !== null || !query.isCaughtUp) continue;
      try {
        const made = query.snapshot();
        queries.set(query, made.state);
        for (const [member, place] of made.places) places.set(member, place);
      } catch (error) {
        // A function of the user's has a state of its own: such a query is run again.
        if (!(error instanceof SnapshotError)) throw error;
      }
    }
    return { queries, places };
  }

  #keep(checkpoint: Checkpoint): void {
    const kept = this.#kept.filter(({ rows, time }) => rows !== checkpoint.rows || time !== checkpoint.time);
    kept.push(checkpoint);
    this.#kept = kept.sort((a, b) => a.rows - b.rows);
    while (this.#kept.length > MOST || (this.#kept.length > 0 && this.bytes() > this.limitBytes))
      this.#dropOne();
  }

  /** Drops the one whose neighbours are nearest to each other: least is to be read again without it. */
  #dropOne(): void {
    const kept = this.#kept;
    let at = kept.length - 1;
    let least = Infinity;
    for (let k = 0; k < kept.length - 1; k++) {
      const gap = kept[k + 1].rows - (kept[k - 1]?.rows ?? 0);
      if (gap >= least) continue;
      least = gap;
      at = k;
    }
    kept.splice(at, 1);
  }

  /** The last one that is not behind a time; null: it is to be begun at the start. */
  before(time: EventTime): Checkpoint | null {
    return this.#kept.findLast(checkpoint => checkpoint.time <= time) ?? null;
  }

  /** After going back, they are made again from there. */
  rewound(rows: number): void {
    this.#nextAtRows = rows + this.rowsBetween;
  }

  /** A query is over. */
  forget(query: RunningQuery): void {
    for (const { queries } of this.#kept) queries.delete(query);
  }

  clear(): void {
    this.#kept = [];
    this.#nextAtRows = this.rowsBetween;
  }

  get size(): number {
    return this.#kept.length;
  }

  bytes(): number {
    return this.#kept.reduce((total, checkpoint) => total + checkpointBytes(checkpoint), 0);
  }

  holdings(): Holding[] {
    return [{ what: `${this.size} checkpoints of the replay`, bytes: this.bytes() }];
  }

  evict(bytes: number): number {
    const before = this.bytes();
    while (this.#kept.length > 0 && before - this.bytes() < bytes) this.#dropOne();
    return before - this.bytes();
  }
}

/** Whether a feed that is no replay has given all that it has: a table that was read. */
function isDone(feed: Feed): boolean {
  return !feed.replays && !feed.live && feed.ended;
}
