import {
  avg,
  count,
  cumulate,
  desc,
  hop,
  json,
  max,
  min,
  rowNumber,
  session,
  sum,
  tumble,
  string as text,
} from '../../../engine/src/index.js';
import type { AnyRow, Stream } from '../../../engine/src/index.js';
import { INTERVAL_QUERIES } from './intervalQueries.js';
import {
  total,
  bid,
  rowsIn,
  program,
  OF_WINDOW,
  bids,
  firstBids,
  byTime,
  byTimeBack,
  itRows,
  itColumns,
  cube,
  type Query,
  type Tables,
  type Bounded,
} from './queryParts.js';
import { PATTERN_QUERIES } from './patternQueries.js';

/** The queries of Flink's cases as Millrace writes them; columns in the order of the expected rows. */
export const QUERIES: Readonly<Record<string, (tables: Tables, bounded: Bounded) => Query>> = {
  ...INTERVAL_QUERIES,
  ...PATTERN_QUERIES,
  // The documentation's pages.
  'flinkdocs-window-agg-01': tables =>
    bid(tables).window(tumble('10 min')).aggregate(total).final().select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-agg-02': tables =>
    bid(tables)
      .window(hop({ size: '10 min', slide: '5 min' }))
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-agg-03': tables =>
    bid(tables)
      .window(cumulate({ size: '10 min', step: '2 min' }))
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-agg-04': tables =>
    bid(tables)
      .window(session({ gap: '2 min' }))
      .groupBy('supplier_id')
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'supplier_id', 'total'),
  'flinkdocs-window-agg-05': tables =>
    bid(tables)
      .window(session({ gap: '2 min' }))
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-tvf-01': tables =>
    rowsIn(bid(tables), tumble('10 min'), ['bidtime', 'price', 'item']).drop('rows'),
  'flinkdocs-window-tvf-02': tables =>
    bid(tables).window(tumble('10 min')).aggregate(total).final().select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-tvf-03': tables =>
    rowsIn(bid(tables), hop({ size: '10 min', slide: '5 min' }), ['bidtime', 'price', 'item']).drop('rows'),
  'flinkdocs-window-tvf-04': tables =>
    bid(tables)
      .window(hop({ size: '10 min', slide: '5 min' }))
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-tvf-05': tables =>
    rowsIn(bid(tables), cumulate({ size: '10 min', step: '2 min' }), ['bidtime', 'price', 'item']).drop(
      'rows',
    ),
  'flinkdocs-window-tvf-06': tables =>
    bid(tables)
      .window(cumulate({ size: '10 min', step: '2 min' }))
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-tvf-08': tables =>
    bid(tables)
      .window(session({ gap: '5 min' }))
      .groupBy('item')
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'item', 'total'),
  'flinkdocs-window-tvf-10': tables =>
    bid(tables)
      .window(session({ gap: '5 min' }))
      .aggregate(total)
      .final()
      .select('windowStart', 'windowEnd', 'total'),
  'flinkdocs-window-topn-01': tables =>
    bid(tables)
      .window(tumble('10 min'))
      .groupBy('supplier_id')
      .aggregate(t => ({ price: sum(t.price), rows: count() }))
      .final()
      .topN(3, { by: t => desc(t.price as never), within: [...OF_WINDOW], rowNumber: 'place' })
      .select(...OF_WINDOW, 'supplier_id', 'price', 'rows', 'place'),
  'flinkdocs-window-topn-02': tables =>
    rowsIn(bid(tables), tumble('10 min'), ['bidtime', 'price', 'item', 'supplier_id'])
      .topN(3, { by: t => desc(t.price as never), within: [...OF_WINDOW], rowNumber: 'place' })
      .select('bidtime', 'price', 'item', 'supplier_id', ...OF_WINDOW, 'place'),

  // Test programs of the planner.
  'flinktp-limit': (_, bounded) => bounded('source_t').limit(3),
  'flinktp-sort-limit-asc': (_, bounded) =>
    bounded('source_t')
      .sort(t => t.a)
      .limit(3),
  'flinktp-table-source-scan-limit-pushdown': (_, bounded) =>
    bounded('source_t').select('a', 'b', 'c').limit(2),
  'flinktp-table-source-scan-source-watermark': tables => tables('source_t').select('a', 'c'),
  // Rolling puts rows in event order and leaves out late ones, as Flink's sort by time does.
  'flinktp-temporal-sort-rowtime': tables =>
    tables('source_t')
      .rolling()
      .derive(() => ({ place: rowNumber() }))
      .select('int'),
  'flinktp-rank-n-test': tables =>
    tables('MyTable1')
      .rolling({ by: 'a' })
      .derive(() => ({ place: rowNumber() }))
      .where(t => t.place.le(2))
      .select('a', 'b', 'place'),
  'flinktp-over-aggregate-non-time-range-unbounded-sum-append-mode': (_, bounded) =>
    bounded('source_t')
      .sort(t => t.val)
      .rolling({ by: 'key' })
      .derive(t => ({ total: sum(t.val) })),
  'flinktp-try-parse-json-handle-malformed-json': tables =>
    tables('t')
      .derive(t => ({ v: t.v.tryCast(json()) }))
      .select('v'),
  'flinktp-window-deduplicate-asc-tumble-first-row': tables => firstBids(tables, tumble('10 s'), byTime),
  'flinktp-window-deduplicate-asc-tumble-first-row-condition-1': tables =>
    firstBids(tables, tumble('10 s'), byTime),
  'flinktp-window-deduplicate-asc-partition-by-item-tumble-first-row': tables =>
    firstBids(tables, tumble('10 s'), byTime, 'item'),
  'flinktp-window-deduplicate-desc-partition-by-item-tumble-first-row': tables =>
    firstBids(tables, tumble('10 s'), byTimeBack, 'item'),
  'flinktp-window-deduplicate-asc-cumulate-first-row': tables =>
    firstBids(tables, cumulate({ size: '10 s', step: '5 s' }), byTime),
  'flinktp-window-rank-tumble-tvf-max-top-n': tables =>
    bids(tables, tumble('10 s'))
      .topN(3, {
        by: t => [desc(t.price as never), t.bid_time as never],
        within: [...OF_WINDOW],
        rowNumber: 'place',
      })
      .select(...OF_WINDOW, 'bid_time', 'supplier_id', 'price', 'item', 'place'),
  'flinktp-calc-simple': tables => tables('t').derive(t => ({ a: t.a.add(1) })),
  'flinktp-calc-project-pushdown': tables =>
    tables('source_t')
      .where(t => t.a.gt(1))
      .derive(t => ({ a1: t.a.cast(text) }))
      .select('a', 'a1'),
  'flinktp-calc-filter': tables => tables('source_t').where(t => t.b.gt(0)),
  'flinktp-calc-filter-pushdown': tables => tables('source_t').where(t => t.a.gt(420)),
  'flinktp-calc-sarg': tables => tables('source_t').where(t => t.a.eq(1).or(t.a.eq(2), t.a.isNull())),
  'flinktp-incremental-group-aggregate-complex': tables =>
    tables('source_t')
      .groupBy('a')
      .aggregate(t => ({ n: count(t.b), b1: max(t.b) }))
      .groupBy('n')
      .aggregate(t => ({ total: sum(t.b1), different: count(t.b1, { distinct: true }), rows: count() })),
  'flinktp-table-source-scan-filter-pushdown': tables => tables('source_t').where(t => t.a.gt(1)),
  'flinktp-table-source-scan-partition-pushdown': tables => tables('source_t').where(t => t.b.eq(2)),
  'flinktp-watermark-assigner-basic-filter': tables =>
    tables('source_t')
      .where(t => t.b.eq(3))
      .select('a', 'b', 'ts'),
  'flinktp-watermark-assigner-pushdown-metadata': tables =>
    tables('source_t')
      .where(t => t.b.eq(3))
      .select('a', 'b', 'ts'),
  'flinktp-window-aggregate-tumble-event-time': tables => program(tables, tumble('5 s')),
  'flinktp-window-aggregate-tumble-event-time-two-phase-distinct-split': tables =>
    program(tables, tumble('5 s')),
  'flinktp-window-aggregate-tumble-event-time-with-offset': tables =>
    program(tables, tumble('5 s', { offset: '1 s' })),
  'flinktp-window-aggregate-tumble-event-time-two-phase-with-offset': tables =>
    program(tables, tumble('5 s', { offset: '1 s' })),
  'flinktp-window-aggregate-tumble-event-time-two-phase-with-offset-distinct-split': tables =>
    program(tables, tumble('5 s', { offset: '1 s' })),
  'flinktp-window-aggregate-hop-event-time-two-phase-distinct-split': tables =>
    program(tables, hop({ size: '10 s', slide: '5 s' })),
  'flinktp-window-aggregate-cumulate-event-time-with-offset': tables =>
    program(tables, cumulate({ size: '15 s', step: '5 s', offset: '1 s' })),
  'flinktp-window-aggregate-session-partition-event-time': tables => program(tables, session({ gap: '5 s' })),
  'flinktp-window-table-function-tumble-tvf-positive-offset': tables =>
    rowsIn(tables('bid_t'), tumble('10 s', { offset: '6 s' }), ['bid_time', 'price', 'item']).drop('rows'),
  'flinktp-window-table-function-tumble-tvf-negative-offset': tables =>
    rowsIn(tables('bid_t'), tumble('10 s', { offset: '-6 s' }), ['bid_time', 'price', 'item']).drop('rows'),
  'flinktp-window-table-function-hop-tvf': tables =>
    rowsIn(tables('bid_t'), hop({ size: '10 s', slide: '5 s' }), ['bid_time', 'price', 'item']).drop('rows'),

  'flinktp-window-table-function-cumulate-tvf': tables =>
    rowsIn(tables('bid_t'), cumulate({ size: '10 s', step: '5 s' }), ['bid_time', 'price', 'item']).drop(
      'rows',
    ),

  // Integration tests.
  'flinkit-DeduplicateITCase-testFirstRowOnBuiltinProctime': tables =>
    tables('T').deduplicate({ by: 'b', keep: 'first' }).select('a', 'b', 'c'),
  'flinkit-RankITCase-testTopNWithUnary': tables =>
    tables('T')
      .groupBy('category', 'shopId')
      .aggregate(t => ({ num: sum(t.num) }))
      .topN(3, { by: t => t.num as never, within: 'category', rowNumber: 'place' }),
  'flinkit-RankITCase-testTopNWithGroupByCount': tables =>
    tables('T')
      .groupBy('category', 'shopId')
      .aggregate(t => ({ sells: count(t.sellId) }))
      .topN(4, { by: t => desc(t.sells as never), within: 'category', rowNumber: 'place' })
      .select('category', 'place', 'sells', 'shopId'),
  'flinkit-SortLimitITCase-testRetractSortLimitWithOffset': (_, bounded) =>
    bounded('T')
      .groupBy('a')
      .aggregate(t => ({ most: max(t.b) }))
      .sort(t => t.a)
      .limit(2, 1),
  'flinkit-WindowRankITCase-testCumulateWindowTVFWithCalc': tables =>
    itRows(tables).select('int', 'string', 'name', ...OF_WINDOW, 'windowTime'),
  'flinkit-WindowRankITCase-testCumulateWindowTVF': tables =>
    itRows(tables).select(
      ...['rowtime', 'int', 'double', 'float', 'bigdec', 'string', 'name', 'text'],
      ...OF_WINDOW,
      'windowTime',
    ),
  'flinkit-AggregateITCase-testMaxAggRetractWithCondition': tables =>
    tables('T')
      .groupBy('id', 'price')
      .aggregate(() => ({ c: count() }))
      .where(t => t.c.gt(0).and(t.c.lt(3)))
      .groupBy()
      .aggregate(t => ({ most: max(t.price) })),
  'flinkit-AggregateITCase-testAggAfterUnion': tables =>
    tables('T1')
      .unionAll(tables('T2'))
      .groupBy('a')
      .aggregate(t => ({ total: sum(t.b), different: count(t.c, { distinct: true }) })),
  'flinkit-AggregateITCase-testUnboundedGroupBy': tables =>
    tables('MyTable')
      .groupBy('b')
      .aggregate(t => ({ n: count(t.a) })),
  'flinkit-AggregateITCase-testWindowWithUnboundedAgg': tables =>
    tables('MyTable')
      .window(tumble('5 ms'))
      .groupBy('a')
      .aggregate(t => ({
        b: sum(t.e, { distinct: true }),
        c: min(t.e),
        d: count(t.e, { distinct: true }),
      }))
      .final()
      .groupBy('c')
      .aggregate(t => ({ most: max(t.a), different: count(t.d, { distinct: true }) })),
  'flinkit-GroupWindowITCase-testMinMaxWithTumblingWindow': tables =>
    tables('testTable')
      .window(tumble('10 s'))
      .groupBy('string', 'int')
      .aggregate(t => ({ latest: max(t.rowtime), earliest: min(t.rowtime) }))
      .final()
      .groupBy('string')
      .aggregate(t => ({ latest: max(t.latest), earliest: min(t.earliest) }))
      .select('latest', 'earliest', 'string'),
  'flinkit-OverAggregateITCase-testRowTimeUnBoundedNonPartitionedRangeOver': tables =>
    tables('T1')
      .rolling({ range: '365 d' })
      .derive(t => ({ total: sum(t.b), n: count(t.b), mean: avg(t.b), most: max(t.b), least: min(t.b) }))
      .derive(t => ({ mean: t.mean.trunc() }))
      .select('a', 'b', 'c', 'total', 'n', 'mean', 'most', 'least'),
  'flinkit-SplitAggregateITCase-testSingleDistinctAggAndOneOrMultiNonDistinctAgg': tables =>
    tables('T')
      .groupBy('a')
      .aggregate(t => ({ total: sum(t.b), different: count(t.c, { distinct: true }), mean: avg(t.b) }))
      // Flink's mean of integers is one.
      .derive(t => ({ mean: t.mean.trunc() })),
  'flinkit-SplitAggregateITCase-testSingleDistinctAggWithAndNonDistinctAggOnSameColumn': tables =>
    tables('T')
      .groupBy('a')
      .aggregate(t => ({ different: count(t.b, { distinct: true }), most: max(t.b), least: min(t.b) })),
  'flinkit-TableScanITCase-testTableSourceWithoutTimeAttribute': tables => tables('MyTable'),
  'flinkit-TableSourceITCase-testSimpleProject': tables => tables('MyTable').select('a', 'c'),
  'flinkit-TableSourceITCase-testProjectWithoutInputRef': tables =>
    tables('MyTable')
      .groupBy()
      .aggregate(() => ({ n: count() })),
  'flinkit-TimestampITCase-testGroupByTimestamp': tables =>
    tables('T')
      .groupBy('c')
      .aggregate(t => ({ n: count(t.a) }))
      .select('n', 'c'),
  'flinkit-GroupWindowITCase-testWindowAggregateOnRetractStream': tables => {
    const latest = tables('testTable').topN(1, { by: t => desc(t.rowtime as never), within: 'string' });
    const windows: unknown = (latest as unknown as Stream<AnyRow>)
      .window(tumble('5 ms'))
      .groupBy('string')
      .aggregate(() => ({ n: count() }));
    // The case shows the clocks of its time zone, Asia/Shanghai.
    return (windows as Stream<AnyRow>)
      .derive(t => ({ windowStart: t.windowStart.add('8 h'), windowEnd: t.windowEnd.add('8 h') }))
      .select('string', 'windowStart', 'windowEnd', 'n');
  },
  'flinkit-WindowAggregateITCase-testFieldNameConflict': tables =>
    tables('T1')
      .window(tumble('5 s'))
      .aggregate(t => ({ earliest: min(t.rowtime), latest: max(t.rowtime) }))
      .final()
      .select('windowTime', 'earliest', 'latest'),
  'flinkit-WindowTableFunctionITCase-testTumbleWindowTVFWithNegativeOffset': tables =>
    rowsIn(
      tables('T1').derive(t => ({ text: t.rowtime.format('yyyy-MM-dd HH:mm:ss.SSS') })),
      tumble('5 s', { offset: '-1 s' }),
      [...['rowtime', 'int', 'double', 'float', 'bigdec', 'string', 'name', 'text']],
    ).drop('rows'),
  'flinkit-WindowDistinctAggregateITCase-testTumbleWindow_Cube': tables =>
    cube(tables).select('grouping', ...itColumns),
  'flinkit-WindowDistinctAggregateITCase-testCascadingTumbleWindow_Cube': tables =>
    cube(tables)
      .window(tumble('10 s'))
      .groupBy('grouping', 'name')
      .aggregate(t => ({
        n: sum(t.n),
        total: sum(t.total),
        top: max(t.top),
        least: min(t.least),
        different: sum(t.different),
      }))
      .final()
      .select('grouping', ...itColumns),
  'flinkit-WindowDistinctAggregateITCase-testHopWindow': tables =>
    tables('T1')
      .window(hop({ size: '10 s', slide: '5 s' }))
      .groupBy('name')
      .aggregate(t => ({
        n: count(),
        total: sum(t.bigdec),
        top: max(t.double),
        least: min(t.float),
        different: count(t.string, { distinct: true }),
      }))
      .final()
      .select(...itColumns),
};
