import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { keepNode } from '../plan/build.js';
import type { Retention } from '../plan/nodes/keep.js';
import type { PlanNode } from '../plan/plan.js';
import { Collection } from './collection.js';
import { collectionOver, makes } from './make.js';
import { scanPlan } from './applyFunctions.js';
import type { ScanOptions } from './applyFunctions.js';
import { followedByPlan } from './followedBy.js';
import type { FollowedByOptions, SameColumns } from './followedBy.js';
import { made } from './origin.js';
import type { Flat, Kinds } from './kinds.js';
import { record } from './recording.js';
import type { RecordOptions, Recording } from './recording.js';
import { toTablePlan } from './changelog.js';
import type { ToTableOptions } from './changelog.js';

/** What a table keeps. */
export interface KeepOptions {
  /** Rows of the last so long of event time: `'1 h'`. */
  readonly last?: DurationText;
  /** At most so many rows (1 million). */
  readonly rows?: number;
  /** At most so many bytes (256 MB). */
  readonly bytes?: number;
}

export function retentionOf(options: KeepOptions): Retention {
  return {
    lastUs: options.last === undefined ? null : parseDuration(options.last, 'a time to keep rows'),
    rows: options.rows ?? null,
    bytes: options.bytes ?? null,
  };
}

declare module './kinds.js' {
  interface Kinds<Row> {
    Stream: Stream<Row>;
  }
}

/** An unbounded, append-only sequence of events with event time: a source, or what operators make of one. */
export class Stream<Row> extends Collection<'Stream', Row> {
  override readonly kind = 'Stream';

  protected override over<R>(plan: PlanNode): Stream<R> {
    return new Stream<R>(plan);
  }

  /**
   * A function of yours that goes from row to row and keeps a state for each key: positions, P&L, a state machine. Rows come to it in event order,
   * one key's among those of others; each gives the next state, and a row or none. It runs where it was made (see `udf`), and its states with it:
   * a query that starts anew begins with `init`.
   *
   * @throws MillraceError `MR1801` (when the rows are read) where a function throws; `MR1803` where it gives no object
   * @example
   * fills.scan({
   *   by: 'symbol',
   *   init: () => ({ position: 0 }),
   *   step: (state, fill) => {
   *     const position = state.position + fill.size;
   *     return { state: { position }, out: { ts: fill.ts, symbol: fill.symbol, position } };
   *   },
   *   returns: schema({ ts: timestamp('us'), symbol: string, position: int64 }),
   * })
   */
  scan<State, Out, Key extends keyof Row & string = never>(
    options: ScanOptions<Row, State, Out, Key>,
  ): Stream<Out> {
    return new Stream<Out>(scanPlan(this.plan, options));
  }

  /**
   * The stream read as changes of a table: of each key, the row that came last. A row takes the place of the one of its key, or does what the
   * column `kind` says; `deleted` says which rows take their key's row away. Rows that change nothing tell nothing, and taking away what is not
   * there is counted (`stats()`). The event time goes on: each row is a version. Without a key rows are what `kind` says, by value.
   *
   * @example
   * quotes.toTable({ key: 'symbol' })
   * changes.toTable({ key: ['account', 'currency'], kind: 'op' })       // Debezium's, or those of another table's changes()
   * cache.toTable({ key: 'id', deleted: t => t.value.isNull() })
   * @throws MillraceError `MR2181` for no key; `MR2182` for a column that holds no row kinds; `MR2184` (when the rows are read) for a
   *   row kind that is not known, `MR2189` for one that needs a key
   */
  toTable<const Key extends keyof Row & string, const C extends keyof Row & string = never>(
    options: ToTableOptions<Row, Key, C>,
  ): Kinds<Flat<Omit<Row, C>>>['StreamTable'] {
    return collectionOver<'StreamTable', Flat<Omit<Row, C>>>(
      'StreamTable',
      toTablePlan(this.plan, options as never),
    );
  }

  /**
   * Writes down what arrives over the stream's connection, byte for byte and with its receive times, until `stop()`, until its cell is run again, or to
   * the end of the session: every message, before anything is filtered or dropped. The file can be read while it grows; after a crash it has all but
   * the last second. `replay` gives the same rows in the same order.
   *
   * @throws MillraceError `MR1725` for no path; `MR3807` where the stream has no connection of its own, or several; `MR3803` where there is such a
   *   file already; `MR3804`, `MR3805` where it cannot be written
   * @example
   * const recording = await trades.record('trades.mrec');
   * (await recording.stats()).messages
   * await recording.stop();
   */
  async record(path: string, options: RecordOptions = {}): Promise<Recording> {
    return record(this.plan, path, options);
  }

  /**
   * These rows as history, read at full speed, and then those of a live stream, with no gap and no row twice. The live stream is connected to from the
   * start: what it sends meanwhile waits, what history has had is left out, and the rest follows in its order. A row has come before if its
   * number has (`sequence`, each of `by` on its own), or its `id`; the columns of both are the same. The watermark is that of history, then that of live.
   *
   * Before a live feed history is not held by the clock; two recordings are let out together, by the clock. Numbers that are missing are told by
   * `stats()`, `explain()` and `meetingEvents`.
   *
   * @throws MillraceError `MR1610`, `MR1611` for options that say nothing; `MR2115`, `MR2116` for columns that differ; `MR3550` for rows that change,
   *   `MR3551` for one source on both sides, `MR3552` for different event times, `MR3553` for a sequence that is no whole number; `MR3554` (while it
   *   runs) where more waits than is kept and nobody can be held back
   * @example
   * const trades = replay('today.mrec').followedBy(exchange.coinbase({ channel: 'trades', symbols: ['ETH-USD'] }), { by: 'symbol', sequence: 'id' });
   */
  // By a type of its own: in conditions the row would keep collections from being compared by their rows alone.
  followedBy<Own, Live>(
    this: Stream<Own>,
    live: Stream<Live> & SameColumns<Own, Live>,
    options: FollowedByOptions<Own>,
  ): Stream<Own> {
    return new Stream<Own>(followedByPlan(this.plan, live.plan, options));
  }

  /** The recent rows as a table: `trades.keep({ last: '1 h' })`. Rows that go are counted. */
  keep(options: KeepOptions = {}): Kinds<Row>['StreamTable'] {
    return collectionOver<'StreamTable', Row>(
      'StreamTable',
      made(keepNode({ input: this.plan, retention: retentionOf(options) })),
    );
  }
}

makes('Stream', plan => new Stream(plan));
