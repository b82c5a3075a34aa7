import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { cumMax } from '../../engine/src/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { difference } from '../properties/duckdb/compare.js';
import { stillWorld } from '../support/sourceRows.js';
import { casesOf, clockOf, tableOf, valueOf, type AsOfCase } from './asOf/cases.js';
import { caseConnector } from './flink/connector.js';

const polars = casesOf('polars-asof.json');
const kdb = casesOf('kdb.json').filter(({ id }) => id.startsWith('kdb-aj'));
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

/** The join of a case with what it has to give; rows without a time are in neither, since nothing says where they belong. */
async function outcome({ tables: [left, right], call, expected }: AsOfCase) {
  const kwargs = call?.kwargs ?? { on: 'time', by: 'sym' };
  const on = /^(?:col\(")?(\w+)/.exec(String(kwargs.on ?? ''))?.[1];
  const [leftOn, rightOn] = [on ?? String(kwargs.left_on), on ?? String(kwargs.right_on)];
  const typeOfColumn = (table: typeof left, name: string) =>
    table.columns.find(column => column.name === name)!.type;
  const valuesOf = (table: typeof left, name: string) =>
    table.rows.map(row => row[table.columns.findIndex(column => column.name === name)]);
  const direction = (kwargs.strategy ?? 'backward') as 'backward' | 'forward' | 'nearest';
  const clock = clockOf(
    [...valuesOf(left, leftOn), ...valuesOf(right, rightOn)],
    [typeOfColumn(left, leftOn), typeOfColumn(right, rightOn)],
    direction !== 'nearest' && kwargs.tolerance === undefined,
  );
  const names = expected.columns.map(column => (typeof column === 'string' ? column : column.name));
  const rightTime = `${leftOn}_right`;
  const joined = tableOf(left, leftOn, clock).asOfJoin(tableOf(right, rightOn, clock), {
    by: keysOf(kwargs.by, kwargs.by_left, kwargs.by_right),
    direction,
    ...(kwargs.tolerance === undefined ? {} : { tolerance: clock.span(kwargs.tolerance) }),
    allowExactMatches: kwargs.allow_exact_matches !== false,
    ...(names.includes(rightTime) && leftOn === rightOn ? { rightTime } : {}),
  } as never);
  const { fields, columns, length } = decodeArrow(await joined.toArrow());
  const places = names.map(name => fields.findIndex(field => field.name === name));
  expect(fields.map(field => field.name).sort()).toEqual([...names].sort());
  const rows = Array.from({ length }, (_, row) => places.map((at): Value => valueAt(columns[at], row)));
  const sources = names.map(name => {
    const side = name === leftOn ? left : name === rightOn || name === rightTime ? right : null;
    if (side !== null) return { type: typeOfColumn(side, side === left ? leftOn : rightOn), isTime: true };
    const bare = name.endsWith('_right') ? name.slice(0, -'_right'.length) : name;
    const column = [...left.columns, ...right.columns].find(each => each.name === name || each.name === bare);
    return { type: column!.type, isTime: false };
  });
  const wanted = expected.rows
    .filter(row => row[names.indexOf(leftOn)] !== null)
    .map(row =>
      row.map((value, k): Value => {
        const { type, isTime } = sources[k];
        return isTime ? clock.ticks(value, type) : valueOf(value, type);
      }),
    );
  return { rows, wanted };
}

/**
 * The join of rows that are not in order, which Polars merges as they are given: a row's place is the highest value so far, on either side, as it is for
 * the rows of a replay. The rows' own order is their event time where places are made, and the places are where they are joined.
 */
async function outcomeByPlace({ tables, call, expected }: AsOfCase) {
  const on = String(call!.kwargs.on);
  const names = expected.columns.map(column => (typeof column === 'string' ? column : column.name));
  const numbers = clockOf([0, 1], ['Int64', 'Int64'], false);
  const [left, right] = await Promise.all(
    tables.map(async ({ name, columns, rows }) => {
      const given = {
        name,
        columns: [...columns, { name: 'given', type: 'Int64' }],
        rows: rows.map((row, at) => [...row, at]),
      };
      const placed = tableOf(given, 'given', numbers)
        .rolling()
        .derive(t => ({ place: cumMax(t[on] as never) }));
      const decoded = decodeArrow(await placed.toArrow());
      const own = [...columns.map(column => column.name), 'place'];
      return {
        name,
        columns: [...columns, { name: 'place', type: 'Int64' }],
        rows: Array.from({ length: decoded.length }, (_, row) =>
          own.map(each =>
            Number(valueAt(decoded.columns[decoded.fields.findIndex(field => field.name === each)], row)),
          ),
        ),
      };
    }),
  );
  const joined = tableOf(left, 'place', numbers).asOfJoin(tableOf(right, 'place', numbers));
  const { fields, columns, length } = decodeArrow(await joined.toArrow());
  const places = names.map(name => fields.findIndex(field => field.name === name));
  const rows = Array.from({ length }, (_, row) => places.map((at): Value => valueAt(columns[at], row)));
  return { rows, wanted: expected.rows.map(row => row.map((value): Value => valueOf(value, 'Int64'))) };
}

/** Whether a case joins rows that are not in order, without keys, and tells Polars not to look. */
function isUnsorted({ tables, call }: AsOfCase): boolean {
  const { check_sortedness: checks, by, on } = call?.kwargs ?? {};
  if (checks !== false || by !== undefined) return false;
  return tables.some(({ columns, rows }) => {
    const at = columns.findIndex(column => column.name === on);
    return rows.some((row, k) => k > 0 && Number(row[at]) < Number(rows[k - 1][at]));
  });
}

/** `by` as it is given: a name, a list, or the text of one. */
function keysOf(by: unknown, left: unknown, right: unknown): unknown {
  const list = (names: unknown): string[] =>
    Array.isArray(names) ? (names as string[]) : [...String(names).matchAll(/\w+/g)].map(([name]) => name);
  if (by !== undefined) return list(by);
  if (left === undefined) return undefined;
  return Object.fromEntries(list(left).map((name, k) => [name, list(right)[k]]));
}

describe.skipIf(polars.length === 0)('as-of joins of others', () => {
  const all = [...polars, ...kdb].map(each => [each.id, each] as const);

  it.each(all)('%s', async (_, each) => {
    const { rows, wanted } = await (isUnsorted(each) ? outcomeByPlace(each) : outcome(each));
    expect(difference(rows, wanted, 1)).toBeNull();
  });

  it('are all there', () => {
    expect(polars).toHaveLength(55);
    expect(kdb).toHaveLength(1);
    expect(polars.filter(isUnsorted)).toHaveLength(1);
  });
});
