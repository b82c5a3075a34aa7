import {
  count,
  cumulate,
  desc,
  lit,
  max,
  min,
  sum,
  tumble,
  string as text,
} from '../../../engine/src/index.js';
import type { AnyRow, Collection, Stream, Table } from '../../../engine/src/index.js';
export type Query = Pick<Collection<'Stream', unknown>, 'toArrow'>;

/** A case's tables by their names, as streams; `sequence` orders rows of one time. */
export type Tables = (name: string, sequence?: string) => Stream<AnyRow>;
/** The same as tables that have all of their rows. */
export type Bounded = (name: string) => Table<AnyRow>;

export const totals = { total: (t: AnyRow) => sum(t.price as never) };
export const total = (t: AnyRow) => ({ total: totals.total(t) });
export const bid = (tables: Tables) => tables('Bid');

/** A bare window of Flink's: each row with each window that holds it. Rows of these cases are all different, so grouping by all their columns is the same. */
export const rowsIn = (rows: Stream<AnyRow>, window: ReturnType<typeof tumble>, columns: readonly string[]) =>
  rows
    .window(window)
    .groupBy(...columns)
    .aggregate(() => ({ rows: count() }))
    .final();

export const programRows = (tables: Tables) => tables('window_source_t');
export const programColumns = ['name', 'windowStart', 'windowEnd', 'n', 'total', 'different'] as const;
export const program = (tables: Tables, window: ReturnType<typeof tumble>) =>
  programRows(tables)
    .window(window)
    .groupBy('name')
    .aggregate(t => ({ n: count(), total: sum(t.a_int), different: count(t.comment, { distinct: true }) }))
    .final()
    .select(...programColumns);

/** Rows of windows; rows alike go by their time. */
export const OF_WINDOW = ['windowStart', 'windowEnd'] as const;
export const bids = (tables: Tables, window: ReturnType<typeof tumble>) =>
  rowsIn(tables('bid_t'), window, ['bid_time', 'price', 'item', 'supplier_id']);
export const firstBids = (
  tables: Tables,
  window: ReturnType<typeof tumble>,
  by: (t: AnyRow) => never,
  ...within: readonly string[]
) =>
  bids(tables, window)
    .topN(1, { by: by as never, within: [...OF_WINDOW, ...within] as never, rowNumber: 'place' })
    .select('bid_time', 'price', 'item', 'supplier_id', ...OF_WINDOW, 'place');
export const byTime = (t: AnyRow) => t.bid_time as never;
export const byTimeBack = (t: AnyRow) => desc(t.bid_time as never) as never;
export const itRows = (tables: Tables) =>
  rowsIn(
    tables('T1').derive(t => ({ text: t.rowtime.format('yyyy-MM-dd HH:mm:ss.SSS') })),
    cumulate({ size: '15 s', step: '5 s' }),
    ['rowtime', 'int', 'double', 'float', 'bigdec', 'string', 'name', 'text'],
  ).topN(2, { by: t => [desc(t.int as never), t.rowtime as never], within: [...OF_WINDOW, 'name'] as never });

export const itColumns = [
  'name',
  'windowStart',
  'windowEnd',
  'n',
  'total',
  'top',
  'least',
  'different',
] as const;

/** GROUP BY CUBE(name): a union of both groupings, the second of all names together. */
export const cube = (tables: Tables) => {
  const windows = (...keys: readonly string[]) =>
    tables('T1')
      .window(tumble('5 s'))
      .groupBy(...keys)
      .aggregate(t => ({
        n: count(),
        total: sum(t.bigdec),
        top: max(t.double),
        least: min(t.float),
        different: count(t.string, { distinct: true }),
      }))
      .final();
  const named: Stream<AnyRow> = windows('name').derive(() => ({ grouping: lit(0) })) as never;
  const whole: Stream<AnyRow> = windows().derive(() => ({
    grouping: lit(1),
    name: lit(null).cast(text),
  })) as never;
  return named.unionAll(whole);
};
