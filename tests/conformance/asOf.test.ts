import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { difference } from '../properties/duckdb/compare.js';
import { stillWorld } from '../support/sourceRows.js';
import { casesOf, clockOf, tableOf, valueOf, type AsOfCase } from './asOf/cases.js';
import { caseConnector } from './flink/connector.js';

/** Cases that are not joined here as there, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'polars-test_join_asof_not_sorted-2':
    'rows that are not in order, which Polars is told not to look at: what it gives depends on how it searches',
};

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

  it.each(all.filter(([id]) => !Object.hasOwn(LEFT_OUT, id)))('%s', async (_, each) => {
    const { rows, wanted } = await outcome(each);
    expect(difference(rows, wanted, 1)).toBeNull();
  });

  it('leaves out what it says, and no more', () => {
    expect(polars).toHaveLength(55);
    expect(kdb).toHaveLength(1);
    expect(all.filter(([id]) => Object.hasOwn(LEFT_OUT, id))).toHaveLength(Object.keys(LEFT_OUT).length);
    console.log(`${all.length - Object.keys(LEFT_OUT).length} of ${all.length} cases`);
  });
});
