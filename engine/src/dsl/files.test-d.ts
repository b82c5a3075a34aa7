import type { Temporal } from 'temporal-polyfill';
import { file, int64, read, replay, schema, string, timestamp } from '../index.js';
import type { FileOptions, Stream, Table } from '../index.js';

const trade = schema({ ts: timestamp('ms'), symbol: string, price: int64 });
interface Row {
  readonly ts: Temporal.Instant;
  readonly symbol: string;
  readonly price: number;
}

const typed = replay('trades.csv.gz', { schema: trade, time: 'ts' });
typed.where(t => t.symbol.eq('IBM')).select('symbol', 'price');
// @ts-expect-error: a column that the rows do not have
typed.where(t => t.prise.gt(1));
// @ts-expect-error: event time is a column of the rows
replay('trades.csv', { schema: trade, time: 'when' });
// @ts-expect-error: a text is compared with a text
typed.where(t => t.symbol.eq(1));

replay('ibm_20131008_trade.zip', {
  schema: trade,
  time: { column: 'ts', since: 'name', unit: 'ms', zone: 'America/New_York' },
});
// @ts-expect-error: what counts from midnight is a column of the rows
replay('a.zip', { schema: trade, time: { column: 'ms', since: '2013-10-08' } });
// @ts-expect-error: a day is needed to count from
replay('a.zip', { schema: trade, time: { column: 'ts' } });
// @ts-expect-error: there is no such unit
replay('a.zip', { schema: trade, time: { column: 'ts', since: 'name', unit: 'h' } });

const scaled: Table<Row> = read(['a.parquet', 'b.parquet'], { schema: trade, scale: { price: 10_000 } });
// @ts-expect-error: only columns of the rows are scaled
read('a.parquet', { schema: trade, scale: { prise: 10_000 } });
// @ts-expect-error: by numbers
read('a.parquet', { schema: trade, scale: { price: '10_000' } });

read('day.zip', {
  member: '*.csv',
  columns: ['ms', 'price'],
  header: false,
  skip: 1,
  nulls: ['-'],
  decimal: ',',
});
// @ts-expect-error: there is no such format
read('a.xlsx', { format: 'xlsx' });
// @ts-expect-error: an error, or NULL
read('*.csv', { missing: 'zero' });
// @ts-expect-error: names are texts
read('a.csv', { columns: [1] });
// @ts-expect-error: a number of times
read('a.csv.gz', { maxRatio: '200' });
// @ts-expect-error: there is no such option
read('a.csv', { separator: ';' });
// @ts-expect-error: a path, several, or a recording
read(3);
// @ts-expect-error: a fraction begins with a point or a comma
read('a.csv', { decimal: ';' });

const options: FileOptions<Row> = { time: 'ts', partitions: false, maxRatio: 500, delimiter: ';' };
const stream: Stream<Row> = replay('a.csv', { ...options, schema: trade });

file.csv('out.csv', { formulaGuard: false, every: '1 hour' });
// @ts-expect-error: a duration, or a number of rows
file.csv('out.csv', { every: true });
// @ts-expect-error: only CSV is opened by spreadsheets
file.parquet('out.parquet', { formulaGuard: false });

export { scaled, stream };
