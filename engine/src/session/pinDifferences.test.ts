import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLOAT64, INT64, STRING, type Field } from '../columns/types.js';
import { columnOf, type Value } from '../columns/values.js';
import { pinDifferences } from './pinDifferences.js';
import { pinOfRows, SortedRows } from './pinnedRows.js';
import { rowDifferences } from './rowDifferences.js';

const seed = Number(process.env.MILLRACE_SEED ?? 20240308);
const numRuns = Number(process.env.MILLRACE_RUNS ?? 300);

const FIELDS: readonly Field[] = [
  { name: 'id', type: INT64, nullable: true },
  { name: 'of', type: STRING, nullable: true },
  { name: 'v', type: FLOAT64, nullable: true },
];
type Row = readonly [bigint | null, string | null, number | null];

function sorted(rows: readonly Row[], key: readonly string[] = []): SortedRows {
  const columns = FIELDS.map(({ type }, at) =>
    columnOf(
      type,
      rows.map((row): Value => row[at]),
    ),
  );
  return new SortedRows(
    {
      total: rows.length,
      positions: (from, to) => Int32Array.from({ length: to - from }, (_, i) => from + i),
      gather: () => columns,
    },
    FIELDS,
    key,
  );
}

/** What a row is compared by. */
const text = (row: Row): string =>
  JSON.stringify(
    [row[0], row[1], row[2] === null ? null : Number(row[2].toPrecision(12)) + 0].map(value =>
      value === null ? null : String(value),
    ),
  );

const value = fc.tuple(
  fc.option(fc.bigInt({ min: -5n, max: 40n })),
  fc.option(fc.constantFrom('a', 'b', '', 'NULL', '10', '9')),
  fc.option(fc.constantFrom(0, -0, 1.5, NaN, Infinity, 0.1 + 0.2, 0.3, 1e300, 2 / 3)),
);

test('two results are the same if they have the same rows, as often, in whatever order', () => {
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 30 }),
      fc.array(value, { maxLength: 4 }),
      fc.nat(),
      (rows, more, swap) => {
        const pinned = pinOfRows(sorted(rows));
        const shuffled = rows.map((_, at) => rows[(at + swap) % rows.length]!);
        const same = sorted(shuffled);
        expect(pinDifferences(pinned, pinOfRows(same), same)).toBeNull();
        const other = sorted([...shuffled, ...more]);
        const found = pinDifferences(pinned, pinOfRows(other), other);
        if (more.length === 0) expect(found).toBeNull();
        else {
          expect(found?.counts).toEqual({ changed: 0, missing: 0, extra: more.length });
          expect(
            found?.differences
              .map(each => (each.kind === 'extra' ? JSON.stringify(each.now) : each.kind))
              .sort(),
          ).toEqual(more.map(text).sort());
        }
      },
    ),
    { seed, numRuns },
  );
});

test('rows of one key that are others have changed; the others are missing or extra', () => {
  const table = fc.uniqueArray(value, {
    selector: row => `${row[0]} ${row[1] === null ? 'NULL ' : row[1]}`,
    maxLength: 30,
  });
  fc.assert(
    fc.property(table, table, (before, after) => {
      const [one, other] = [sorted(before, ['id', 'of']), sorted(after, ['id', 'of'])];
      const found = pinDifferences(pinOfRows(one), pinOfRows(other), other);
      const keyOf = (row: Row): string => JSON.stringify([row[0] === null ? null : String(row[0]), row[1]]);
      const now = new Map(after.map(row => [keyOf(row), row]));
      const was = new Map(before.map(row => [keyOf(row), row]));
      const changed = before.filter(
        row => now.has(keyOf(row)) && text(now.get(keyOf(row))!) !== text(row),
      ).length;
      const missing = before.filter(row => !now.has(keyOf(row))).length;
      const extra = after.filter(row => !was.has(keyOf(row))).length;
      if (changed + missing + extra === 0) expect(found).toBeNull();
      else expect(found?.counts).toEqual({ changed, missing, extra });
      for (const each of found?.differences ?? [])
        if (each.kind === 'changed') expect(each.in).toEqual(['v']);
    }),
    { seed, numRuns },
  );
});

test('of large results the stretches that are told hold every row that differs, and none that does not begin or end with one', () => {
  const size = 12_000;
  const row = (id: number): Row => [BigInt(id), id % 3 === 0 ? null : 'x', id / 7];
  const base = Array.from({ length: size }, (_, id) => row(id * 2));
  const pinned = pinOfRows(sorted(base));
  expect(pinned.all).toBeUndefined();
  const edit = fc.tuple(
    fc.nat(size * 2 + 10),
    fc.constantFrom('put in', 'take out', 'change', 'put in twice'),
  );
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 5 }), edits => {
      const rows = new Map<number, Row[]>(base.map(each => [Number(each[0]), [each]]));
      for (const [at, what] of edits) {
        const there = rows.get(at) ?? [];
        if (what === 'take out') rows.delete(at);
        else if (what === 'change')
          rows.set(
            at,
            there.map(([id, of]): Row => [id, of, -1]),
          );
        else rows.set(at, [...there, row(at), ...(what === 'put in twice' ? [row(at)] : [])]);
      }
      const now = sorted([...rows.values()].flat());
      const found = pinDifferences(pinned, pinOfRows(now), now);
      const differing = [...new Set(edits.map(([at]) => at))].filter(
        at =>
          JSON.stringify((rows.get(at) ?? []).map(text)) !==
          JSON.stringify(at % 2 === 0 && at < size * 2 ? [text(row(at))] : []),
      );
      expect(found === null).toBe(differing.length === 0);
      if (found === null) return;
      const ranges = found.ranges.map(
        ({ from, to }) =>
          [from === null ? -1 : Number(from[0]), to === null ? Infinity : Number(to[0])] as const,
      );
      for (const at of differing)
        expect(ranges.filter(([from, to]) => at >= from && at <= to).length, `row ${at}`).toBeGreaterThan(0);
      // A stretch is of a thousand rows, or of two where the row between them is gone.
      for (const [from, to] of ranges)
        expect(
          differing.some(at => at >= from && at <= to),
          `${from} to ${to}`,
        ).toBe(true);
    }),
    { seed, numRuns: Math.ceil(numRuns / 25) },
  );
});

test('saved texts are compared as rows, too', () => {
  const columns = [
    ['k', 'string'],
    ['v', 'float64'],
  ] as const;
  const found = rowDifferences(
    {
      columns,
      key: ['k'],
      rows: [
        ['a', '1'],
        ['b', null],
      ],
    },
    {
      columns,
      key: ['k'],
      rows: [
        ['b', '2'],
        ['a', '1'],
      ],
    },
  );
  expect(found).toMatchObject({
    counts: { changed: 1, missing: 0, extra: 0 },
    differences: [{ kind: 'changed', in: ['v'] }],
  });
});
