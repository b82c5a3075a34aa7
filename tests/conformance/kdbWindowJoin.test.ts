import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { int32, max, min, schema, string, Table, timestamp } from '../../engine/src/index.js';
import { useNodeHost } from '../support/nodeHost.js';

const SHARED = resolve(import.meta.dirname, '../..', process.env.MILLRACE_SHARED ?? '../shared');
const PATH = join(SHARED, 'conformance', 'kdb.json');

type Cell = string | number | null;
interface KdbCase {
  readonly id: string;
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly { readonly name: string }[];
    readonly rows: readonly (readonly Cell[])[];
  }[];
  readonly expected: { readonly rows: readonly (readonly Cell[])[] };
}

const cases = existsSync(PATH) ? (JSON.parse(readFileSync(PATH, 'utf8')) as readonly KdbCase[]) : [];
const documented = cases.find(({ id }) => id === 'kdb-wj-01');

useNodeHost();

const Trade = schema({ sym: string, time: timestamp('ms'), price: int32 });
const Quote = schema({ sym: string, time: timestamp('ms'), ask: int32, bid: int32 });

/** The columns of a case's table; times of day are those of one day. */
function columnsOf(name: string): Record<string, readonly unknown[]> {
  const { columns, rows } = documented!.tables.find(table => table.name === name)!;
  return Object.fromEntries(
    columns.map((column, k) => [
      column.name,
      rows.map(row => (column.name === 'time' ? new Date(`2026-01-05T${String(row[k])}Z`) : row[k])),
    ]),
  );
}

/** What kdb+'s `wj` gives, or its `wj1`, for the windows of the documentation. */
async function joined(prevailing: boolean): Promise<unknown[][]> {
  const trades = Table.of(columnsOf('t') as never, { schema: Trade, time: 'time' });
  const quotes = Table.of(columnsOf('q') as never, { schema: Quote, time: 'time' });
  const rows = await trades
    .windowJoin(quotes, {
      by: 'sym',
      around: ['-2 s', '+1 s'],
      prevailing,
      aggregate: q => ({ ask: max(q.ask), bid: min(q.bid) }),
    })
    .rows();
  return rows.map(({ sym, time, price, ask, bid }) => [sym, time.toString().slice(11, 19), price, ask, bid]);
}

describe.skipIf(documented === undefined)("kdb+'s window join, as its documentation shows it", () => {
  it('wj', async () => {
    expect(await joined(true)).toEqual(documented!.expected.rows);
  });

  it('wj1 sees the same here, since a quote lies where each window begins, or none before', async () => {
    expect(await joined(false)).toEqual(documented!.expected.rows);
  });
});
