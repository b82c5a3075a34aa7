import type { Temporal } from 'temporal-polyfill';
import { float64, read, replay, schema, string } from '../index.js';
import type { Stream, Table } from '../index.js';

declare module './knownFiles.js' {
  interface KnownFiles {
    'known.csv': { ts: Temporal.Instant; symbol: string; price: number | null };
  }
}

const known: Stream<{ ts: Temporal.Instant; symbol: string; price: number | null }> = replay('known.csv', {
  time: 'ts',
});
known.where(t => t.price.gt(1)).select('symbol');
// @ts-expect-error: a column that the file does not have
known.where(t => t.prise.gt(1));
// @ts-expect-error: a column that the file does not have
known.select('symbl');
// @ts-expect-error: event time is a column of the file
replay('known.csv', { time: 'tss' });
replay('known.csv', { time: { column: 'ts', since: '2024-01-01' } });
// @ts-expect-error: what counts from midnight is a column of the file
replay('known.csv', { time: { column: 'tt', since: '2024-01-01' } });
// @ts-expect-error: an order is a column of the file
replay('known.csv', { time: 'ts', sequence: 'seq' });
// @ts-expect-error: there is no such option
replay('known.csv', { separator: ';' });

const table: Table<{ ts: Temporal.Instant; symbol: string; price: number | null }> = read('known.csv');
// @ts-expect-error: a column that the file does not have
table.where(t => t.prise.gt(1));

// What is declared is what the rows are.
const own = schema({ name: string, weight: float64 });
const declared: Stream<{ name: string; weight: number }> = replay('known.csv', { schema: own });
// @ts-expect-error: the columns are the declared ones
declared.where(t => t.price.gt(1));
replay<{ name: string }>('known.csv').where(t => t.name.eq('a'));

// Files that are not known are loose.
declare const path: string;
replay(path, { time: 'anything' }).where(t => t.anything.gt(1));
replay('other.csv', { time: 'anything', sequence: 'n' }).where(t => t.anything.gt(1));
replay(['known.csv', 'other.csv']).where(t => t.anything.gt(1));

export { table };
