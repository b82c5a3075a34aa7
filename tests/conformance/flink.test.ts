import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { difference } from '../properties/duckdb/compare.js';
import { stillWorld } from '../support/sourceRows.js';
import { changingTableOf, flinkCases, streamOf, tableOf, valueOf } from './flink/cases.js';
import { CHANGELOG_QUERIES } from './flink/changelogQueries.js';
import { caseConnector } from './flink/connector.js';
import { LEFT_OUT } from './flink/leftOut.js';
import { JOIN_QUERIES } from './flink/joinQueries.js';
import { QUERIES as OTHER_QUERIES } from './flink/queries.js';

const cases = flinkCases();
const QUERIES = { ...OTHER_QUERIES, ...JOIN_QUERIES };
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

describe.skipIf(cases.size === 0)("Flink's own cases", () => {
  it.each([...Object.keys(QUERIES), ...Object.keys(CHANGELOG_QUERIES)])('%s', async id => {
    const { tables, expected } = cases.get(id)!;
    const named = (name: string) => tables.find(table => table.name === name)!;
    const query = Object.hasOwn(CHANGELOG_QUERIES, id)
      ? CHANGELOG_QUERIES[id](
          name => changingTableOf(named(name)),
          name => streamOf(named(name)),
        )
      : QUERIES[id](
          (name, sequence) => streamOf(named(name), sequence),
          name => tableOf(named(name)),
        );
    const { fields, columns, length } = decodeArrow(await query.toArrow());
    const rows = Array.from({ length }, (_, row) => columns.map((column): Value => valueAt(column, row)));
    const wanted = (expected.rows ?? expected.final ?? []).map(row =>
      row.map((value, k) => valueOf(value, fields[k].type)),
    );
    expect(wanted.every(row => row.length === fields.length)).toBe(true);
    expect(difference(rows, wanted, rows.length)).toBeNull();
  });

  it('has every case, or says why not', () => {
    const has = (id: string): boolean => Object.hasOwn(QUERIES, id) || Object.hasOwn(CHANGELOG_QUERIES, id);
    const unexplained = [...cases.keys()].filter(
      id => !has(id) && LEFT_OUT.every(({ cases: left }) => !left.test(id)),
    );
    expect(unexplained).toEqual([]);
    const gone = [...Object.keys(QUERIES), ...Object.keys(CHANGELOG_QUERIES)].filter(id => !cases.has(id));
    expect(gone).toEqual([]);
    const counts = LEFT_OUT.map(({ why, cases: left }) => {
      const count = [...cases.keys()].filter(id => !has(id) && left.test(id)).length;
      return `${count} ${why}`;
    });
    console.log(
      `${Object.keys(QUERIES).length + Object.keys(CHANGELOG_QUERIES).length} of ${cases.size} cases; left out: ${counts.join(', ')}`,
    );
  });
});
