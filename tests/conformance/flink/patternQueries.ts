import type { AfterMatchOption, AnyRow, Stream } from '../../../engine/src/index.js';
import type { Query, Tables } from './queryParts.js';

const OFFSETS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Temperatures that rise and then fall. */
const rises = (rows: Stream<AnyRow>, afterMatch: AfterMatchOption<'A' | 'B'>) =>
  rows.matchPattern({
    by: 'vehicle_id',
    pattern: 'A+ B',
    define: (t, m) => ({
      A: m
        .last('A', a => a.engine_temperature, 1)
        .isNull()
        .or(t.engine_temperature.gt(m.last('A', a => a.engine_temperature, 1))),
      B: t.engine_temperature.lt(m.last('A').engine_temperature),
    }),
    measures: m => ({
      initial: m.first('A').engine_temperature,
      final: m.last('A').engine_temperature,
    }),
    afterMatch,
  });

/** The cases of MATCH_RECOGNIZE. Rows that Flink orders by the clock come in the order in which they are given. */
export const PATTERN_QUERIES: Readonly<Record<string, (tables: Tables) => Query>> = {
  'flinktp-match-order-by-int-column-with-out-of-order-data': tables =>
    tables('MyEventTimeTable', 'sequence_num')
      .matchPattern({
        pattern: 'DOWN{2,} UP',
        define: (t, m) => ({
          DOWN: t.price.lt(m.last('DOWN', d => d.price, 1)).or(m.last('DOWN', d => d.price, 1).isNull()),
          UP: t.price.gt(m.last('DOWN').price),
        }),
        measures: m => ({ first: m.first('DOWN').price, last: m.last('DOWN').price, up: m.last('UP').price }),
      })
      .select('first', 'last', 'up'),
  'flinktp-match-skip-to-last': tables => rises(tables('MyTable'), { skipToLast: 'B' }),
  'flinktp-match-skip-past-last-row': tables => rises(tables('MyTable'), 'skip past last row'),
  'flinkit-MatchRecognizeITCase-testLogicalOffsetsWithStarVariable': tables =>
    tables('Ticker').matchPattern({
      pattern: 'DOWN{2,} UP',
      define: (t, m) => {
        const back = (rows: number) => m.last('*', each => each.price, rows);
        return {
          DOWN: t.price.lt(back(1)).or(back(1).isNull()),
          UP: t.price
            .eq(m.first('*').price)
            .and(t.price.gt(m.first('*', each => each.price, 3)))
            .and(t.price.eq(back(7))),
        };
      },
      measures: m =>
        Object.fromEntries([
          ...OFFSETS.map(rows => [`id${rows}`, m.first('*', t => t.id, rows)] as const),
          ...OFFSETS.map(rows => [`id${rows + 8}`, m.last('*', t => t.id, rows)] as const),
        ]),
    }),
  'flinkit-MatchRecognizeITCase-testCodeSplitsAreProperlyGenerated': tables =>
    tables('MyTable').matchPattern({
      by: ['key1', 'key2'],
      pattern: 'A B C',
      define: (t, m) => ({
        A: t.name.eq('a').and(t.key1.contains('key'), t.id.gt(0)),
        B: t.name.eq('b').and(m.last('A', a => a.name, 2).isNull()),
        C: t.name.eq('c').and(m.last('A').name.eq('a')),
      }),
      measures: m => ({
        aid: m.last('A').id,
        akey1: m.last('A').key1,
        bid: m.last('B').id,
        cid: m.last('C').id,
        ckey2: m.last('C').key2,
      }),
    }),
};
