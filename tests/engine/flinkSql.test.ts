import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import '../../engine/src/node/index.js';
import {
  count,
  first,
  int32,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { queries, tables } from '../support/flinkQueries.js';

const GOLDEN = join(import.meta.dirname, 'golden', 'flink');
const sources = {
  trades: { connector: 'kafka', topic: 'trades', format: 'json' },
  quotes: { connector: 'kafka', topic: "the dealer's quotes", format: 'json' },
  rates: { connector: 'kafka', topic: 'rates', format: 'json' },
};
const Odd = schema({ at: timestamp('ns'), 'a `quoted` name': string, window_start: int32 });
const odd = Table.of(
  { at: ['2024-03-08T14:30:00.123456789Z'], 'a `quoted` name': ['x'], window_start: [1] } as never,
  { schema: Odd, time: 'at' },
);
const trades = tables.trades.replay({ name: 'trades', time: 'ts', watermark: '3 s' });

describe('Flink SQL of a query', () => {
  it.each(Object.entries(queries))('%s', async (name, query) => {
    const { sql, cannot } = await query.toFlinkSql({ sources });
    expect(cannot).toEqual([]);
    await expect(sql).toMatchFileSnapshot(join(GOLDEN, `${name.replaceAll(' ', '-')}.sql`));
  });

  it('quotes odd names, and keeps nanoseconds beside the event time', async () => {
    const { sql } = await odd
      .replay({ name: 'odd "table"', time: 'at', watermark: '250 ms' })
      .where(r => r.col('a `quoted` name').ne("it's"))
      .toFlinkSql({ sources: { 'odd "table"': { connector: 'datagen' } } });
    await expect(sql).toMatchFileSnapshot(join(GOLDEN, 'odd-names.sql'));
  });

  it('reads a table that Flink has already by its name', async () => {
    const { sql, tables: made } = await trades
      .window(tumble('1 h'))
      .aggregate(() => ({ n: count() }))
      .toFlinkSql({ sources: { trades: '`market`.`trades`' } });
    expect(made).toEqual([]);
    await expect(sql).toMatchFileSnapshot(join(GOLDEN, 'known-table.sql'));
  });

  it('lists all that cannot be said, with the line of the plan', async () => {
    const query = trades
      .window(tumble('1 min'), { allowedLateness: '5 s' })
      .groupBy('symbol')
      .aggregate(r => ({ volume: sum(r.size) }));
    const { sql, cannot } = await query.toFlinkSql();
    expect(sql).toBeNull();
    expect(cannot.map(({ node, why }) => `${node.split(' ')[0]}: ${why}`)).toEqual([
      "source: nothing says what 'trades' is to Flink: give { sources: { trades: … } }",
      'aggregate: window table functions allow no lateness',
    ]);
    const under = odd
      .replay({ name: 'odd', time: 'at' })
      .window(tumble('1500 µs'))
      .aggregate(() => ({ n: count() }));
    expect(
      (await under.toFlinkSql({ sources: { odd: { connector: 'datagen' } } })).cannot.map(({ why }) => why),
    ).toEqual([
      '1500 µs is no whole number of milliseconds',
      "a column is called 'window_start', as Flink calls one of its own",
    ]);
  });

  it('notes what is said with another meaning', async () => {
    const query = trades.groupBy('symbol').aggregate(r => ({ open: first(r.price) }));
    const { differs, cannot } = await query.toFlinkSql({ sources });
    expect(cannot).toEqual([]);
    expect(differs.map(({ why }) => why)).toEqual(['first() goes by arrival in Flink, not by event time']);
  });

  it('tells what each column of the result is called', async () => {
    const { columns } = await queries['renamed windows'].toFlinkSql({ sources });
    expect(columns.map(({ name, flinkName }) => [name, flinkName])).toEqual([
      ['end', 'end'],
      ['top', 'top'],
      ['symbol', 'symbol'],
    ]);
    const bars = await queries['a table of windows'].toFlinkSql({ sources });
    expect(bars.columns.map(({ flinkName }) => flinkName).slice(0, 4)).toEqual([
      'symbol',
      'window_start',
      'window_end',
      'window_time',
    ]);
  });
});
