import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { when, string } from '../../engine/src/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { stillWorld } from '../support/sourceRows.js';
import { flinkCases, streamOf, type FlinkCase } from './flink/cases.js';
import { caseConnector } from './flink/connector.js';

const cases = flinkCases();
const ID = 'flinktp-temporal-join-table-join-nested-key';
let host: SessionHost;

beforeAll(() => {
  host = createSessionHost({
    world: stillWorld('.'),
    connectors: [caseConnector],
    sinks: [],
    defer: setImmediate,
  });
  setDefaultLink(() => host.link());
});
afterAll(() => host.close());

type CaseTable = FlinkCase['tables'][number];

/** The table with the field of its nested row in the row's place, and without the map: there are no nested values here. */
function flat(table: CaseTable): CaseTable {
  const kept = table.columns
    .map((column, k) => ({ column, k }))
    .filter(({ column }) => column.name !== 'nested_map');
  return {
    ...table,
    columns: kept.map(({ column }) =>
      column.name === 'nested_row' ? { name: 'currency', type: 'STRING' } : column,
    ),
    rows: table.rows!.map(row =>
      kept
        .filter(({ k }) => k < row.length)
        .map(({ k }) => (k === 1 ? (row[k] as { readonly f: readonly unknown[] }).f[0] : row[k])),
    ),
  };
}

describe.skipIf(!cases.has(ID))("Flink's temporal joins", () => {
  it(ID, async () => {
    const { tables, expected } = cases.get(ID)!;
    const orders = streamOf(flat(tables[0])).derive(o => ({
      currency: when(o.currency.eq('usd')).then(o.currency.upper()).otherwise(o.currency).cast(string),
    }));
    const joined = orders
      .temporalJoin(streamOf(tables[1]), { by: 'currency', how: 'inner' })
      .derive(o => ({ total: o.amount.mul(o.rate) }))
      .select('total');
    const { columns, length } = decodeArrow(await joined.toArrow());
    const rows = Array.from({ length }, (_, row) => Number(valueAt(columns[0], row)));
    expect(rows.sort((a, b) => a - b)).toEqual(
      expected.rows!.map(([total]) => Number(total)).sort((a, b) => a - b),
    );
  });
});
