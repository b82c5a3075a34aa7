import { finalNode, keepNode, lateNode } from '../plan/build.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { PlanNode } from '../plan/plan.js';
import { scanPlan, type ScanOptions } from './applyFunctions.js';
import { Collection } from './collection.js';
import { columnsProxy } from './exprMethods.js';
import type { ColumnsOf } from './expressions.js';
import { sortKeys } from './ordering.js';
import type { Orderings } from './ordering.js';
import { usingAll } from './usage.js';
import { changesPlan, liveLimitPlan, liveSortPlan } from './changelog.js';
import type { Changed } from './changelog.js';
import { cachedPlan, uncachePlan } from './cache.js';
import { LiveKeyIndex } from './keyValue.js';
import { collectionOver, makes } from './make.js';
import { made } from './origin.js';
import { retentionOf } from './stream.js';
import type { KeepOptions, Stream } from './stream.js';
import { tableOfArrow } from './tableOfArrow.js';
import type { Kinds, LateRows } from './kinds.js';

declare module './kinds.js' {
  interface Kinds<Row> {
    StreamTable: StreamTable<Row>;
  }
}

/** An in-memory table that a changelog keeps current: windows that are still open are rows too. */
export class StreamTable<Row> extends Collection<'StreamTable', Row> {
  override readonly kind = 'StreamTable';

  protected override over<R>(plan: PlanNode): StreamTable<R> {
    return new StreamTable<R>(plan);
  }

  /** Each window once, when it can no longer change: an append-only stream with `windowTime` as its event time. */
  final(): Stream<Row> {
    return collectionOver<'Stream', Row>('Stream', made(finalNode({ input: this.plan })));
  }

  /**
   * A function of yours that goes over the table's rows in event order (of one time, and without event time: as they came) and keeps a state for each
   * key; see `Stream.scan`. Where other rows of a key come, change or go than those behind all others, it goes over the key's rows again, from `init` on, and
   * what differs is told: so it has to give the same for the same rows, and a change costs as much as its key has rows.
   *
   * @throws MillraceError `MR1801` (when the rows are read) where a function throws; `MR1803` where it gives no object
   * @example
   * bars.scan({
   *   by: 'symbol',
   *   init: () => ({ high: 0 }),
   *   step: ({ high }, bar) => ({
   *     state: { high: Math.max(high, bar.close) },
   *     out: bar.close > high ? { symbol: bar.symbol, high: bar.close } : null,
   *   }),
   *   returns: schema({ symbol: string, high: float64 }),
   * })
   */
  scan<State, Out, Key extends keyof Row & string = never>(
    options: ScanOptions<Row, State, Out, Key>,
  ): StreamTable<Out> {
    return new StreamTable<Out>(scanPlan(this.plan, options));
  }

  /**
   * Every change of the table as a row of a stream: what it does (`+I`, `-U`, `+U`, `-D`), then the table's columns. A row that changes is told
   * by its earlier values and then its new ones; one batch of input makes at most one such pair for it. Rows have no event time: those that
   * are taken back are older than the watermark.
   *
   * @example bars.changes().where(t => t.kind.eq('+U'))
   * @throws MillraceError `MR2180` where the table has a column of the name
   */
  changes<const N extends string = 'kind'>(options: { readonly kind?: N } = {}): Stream<Changed<Row, N>> {
    return collectionOver<'Stream', Changed<Row, N>>(
      'Stream',
      changesPlan(this.plan, options.kind ?? 'kind'),
    );
  }

  /**
   * The table in an order wherever it is looked at: in `rows()`, files, grids and charts. Its rows change as they did; what is made of it has
   * no order. NULL comes last either way, NaN is the greatest number, and rows that are alike are as they came.
   *
   * @example bars.sort(t => desc(t.volume)).limit(10)
   */
  sort(by: (columns: ColumnsOf<Row>) => Orderings): StreamTable<Row> {
    const keys = usingAll(
      'sort',
      () => sortKeys(by(columnsProxy())),
      list => list.map(({ expr }) => expr),
    );
    return this.over<Row>(liveSortPlan(this.plan, keys));
  }

  /**
   * The first `n` rows in the order of a `sort` right before, as they change (`topN`), the first `offset` (0) left out; without one, in the order of
   * their columns from left to right.
   *
   * @example bars.sort(t => desc(t.volume)).limit(10)
   * @throws MillraceError `MR2188` for what is no number of rows
   */
  limit(n: number, offset = 0): StreamTable<Row> {
    return this.over<Row>(liveLimitPlan(this.plan, n, offset));
  }

  /** The same table with another retention. */
  keep(options: KeepOptions): StreamTable<Row> {
    return this.over<Row>(made(keepNode({ input: this.plan, retention: retentionOf(options) })));
  }

  /**
   * Rows by the values of columns, for as long as the table is kept current: a key-value store in memory. It holds the query, as a view
   * does, until `close()` or until its cell is run again. Where the columns are the table's key, a key has one row.
   *
   * Every read waits until the table is as it is at the clock's time; where no clock holds the input, until its end.
   *
   * @example
   * const kv = bars.index('symbol', 'windowEnd');
   * await kv.get('AAPL', '2026-01-05T09:31:00Z');
   * kv.watch(['AAPL', '2026-01-05T09:31:00Z'], row => console.log(row?.close));
   * @throws MillraceError (when rows are asked for) `MR2200` for columns that rows cannot be found by
   */
  index<const C extends readonly [keyof Row & string, ...(keyof Row & string)[]]>(
    ...columns: C
  ): LiveKeyIndex<Row, C> {
    return new LiveKeyIndex<Row, C>(this.plan, columns);
  }

  /**
   * The same table, kept current from now on whether anybody looks or not, until `uncache()` or until the cell is run again: reads, views and
   * indexes of it start from its state, and so do filters, columns and groups on top of it where it is a table of groups or keys.
   *
   * @example const bars = trades.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ close: last(t.price) })).cache();
   */
  cache(): StreamTable<Row> {
    return this.over<Row>(cachedPlan(this.plan, 'now'));
  }

  /** Ends what `cache()` began. */
  async uncache(): Promise<void> {
    await uncachePlan(this.plan, 'now');
  }

  /** The table as it is now, as an immutable one. */
  async snapshot(): Promise<Kinds<Row>['Table']> {
    const { arrow, bound } = await this.readArrow(null);
    return tableOfArrow<Row>(arrow, bound.fields, bound.time);
  }
}

/** A table of windows. */
class WindowTable<Row, In> extends StreamTable<Row> implements LateRows<In> {
  constructor(private readonly windows: AggregateNode) {
    super(windows);
  }

  get late(): Kinds<In>['Stream'] {
    return collectionOver<'Stream', In>('Stream', made(lateNode({ input: this.windows })));
  }
}

makes('StreamTable', plan =>
  plan.kind === 'aggregate' && plan.window !== null ? new WindowTable(plan) : new StreamTable(plan),
);
