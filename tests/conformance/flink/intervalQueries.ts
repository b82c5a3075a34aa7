import type { Query, Tables } from './queryParts.js';

/** Flink's interval joins as Millrace writes them. Flink's bounds are of the left row where ours are of the right one, and mirrored then. */
export const INTERVAL_QUERIES: Readonly<Record<string, (tables: Tables) => Query>> = {
  'flinkit-IntervalJoinITCase-testRowTimeInnerJoinWithEquiTimeAttrs': tables =>
    tables('T1')
      .intervalJoin(tables('T2'), { by: '_1', between: ['0 s', '0 s'] })
      .select('_1', '_2', '_3', '_3_right'),
  'flinkit-IntervalJoinITCase-testRowTimeInnerJoin': tables =>
    tables('T1')
      .intervalJoin(tables('T2'), { by: 'key', between: ['-6 s', '+5 s'] })
      .select('key', 'id_right', 'id'),
  // The bounds are open there, of times in whole milliseconds.
  'flinkit-IntervalJoinITCase-testRowTimeInnerJoinWithOtherConditions': tables =>
    tables('T1')
      .intervalJoin(tables('T2'), {
        by: 'a',
        between: ['1001 ms', '4999 ms'],
        where: (l, r) => l.b.lt(r.b).and(l.b.gt(2)),
      })
      .select('a', 'c', 'c_right'),
};
