import { describe, expect, it } from 'vitest';
import { RowKind, type Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import {
  BOOLEAN,
  FLOAT64,
  INT64,
  STRING,
  timestampType,
  type Field,
} from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import { compareStrings } from '../../engine/src/functions/aggregate/text.js';
import type { PhysicalTable } from '../../engine/src/physical/physical.js';
import { KeyLookup } from '../../engine/src/runtime/keyLookup.js';
import { MaterializedTable } from '../../engine/src/runtime/table.js';
import { forRandom, type Random } from './random.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: true },
  { name: 'id', type: INT64, nullable: true },
  { name: 'name', type: STRING, nullable: true },
  { name: 'level', type: FLOAT64, nullable: true },
  { name: 'flag', type: BOOLEAN, nullable: true },
  { name: 'value', type: INT64, nullable: false },
];
type Row = readonly Value[];

const NAMES = ['a', 'b', '', '__proto__', '\uff5e', '\u{1f600}', null];
const LEVELS = [0, -0, NaN, 1.5, -Infinity, null];
const IDS = [1n, 2n, -3n, 2n ** 60n, 2n ** 60n + 1n, null];

const valueOf: Record<string, (random: Random) => Value> = {
  ts: random => (random.chance(0.1) ? null : BigInt(random.below(5)) * 1_000_000n),
  id: random => (random.chance(0.5) ? BigInt(random.below(200)) : random.pick(IDS)),
  name: random => random.pick(NAMES),
  level: random => random.pick(LEVELS),
  flag: random => random.pick([true, false, null]),
  value: random => BigInt(random.below(10)),
};
const randomRow = (random: Random): Row => FIELDS.map(({ name }) => valueOf[name](random));

let shared = new Dictionary();

function batchOf(rows: readonly (readonly [kind: RowKind, row: Row])[]): Batch {
  if (shared.size > 64) shared = new Dictionary();
  const dictionary = rows.length % 2 === 0 ? shared : new Dictionary();
  return {
    schema: { fields: FIELDS },
    length: rows.length,
    columns: FIELDS.map((field, k) =>
      columnOf(
        field.type,
        rows.map(([, row]) => row[k]),
        field.type.kind === 'string' ? dictionary : null,
      ),
    ),
    kinds: Uint8Array.from(rows, ([kind]) => kind),
    marks: null,
    watermark: 0,
  };
}

/** Equal keys have equal texts: -0 is 0, and there is one NaN. */
const keyText = (row: Row, at: readonly number[]): string =>
  at.map(k => `${typeof row[k]} ${Object.is(row[k], -0) ? '0' : String(row[k])}`).join('|');

/** The order of keys, said anew: NULL last, NaN greatest, text by code points. */
function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string') return Math.sign(compareStrings(a, b as string));
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return a < b ? -1 : a > b ? 1 : 0;
}

const compareKeys = (a: Row, b: Row): number => {
  for (let k = 0; k < Math.min(a.length, b.length); k++) {
    const difference = compareValues(a[k], b[k]);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** A table as a list of rows in their places. */
class Oracle {
  rows: { row: Row }[] = [];

  constructor(readonly key: readonly number[] | null) {}

  apply(changes: readonly (readonly [kind: RowKind, row: Row])[]): void {
    changes.forEach(([kind, row], i) => {
      const takes = kind === RowKind.Delete || kind === RowKind.UpdateBefore;
      const next = changes[i + 1];
      if (this.key !== null) {
        const text = keyText(row, this.key);
        const at = this.rows.findIndex(each => keyText(each.row, this.key!) === text);
        const replaced = next?.[0] === RowKind.UpdateAfter && keyText(next[1], this.key) === text;
        if (kind === RowKind.UpdateBefore && replaced) return;
        if (takes && at >= 0) this.rows.splice(at, 1);
        else if (!takes && at >= 0) this.rows[at].row = row;
        else if (!takes) this.rows.push({ row });
        return;
      }
      if (takes && !(kind === RowKind.UpdateBefore && next?.[0] === RowKind.UpdateAfter)) {
        this.#take(row);
        return;
      }
      if (takes) return;
      const before = changes[i - 1];
      const held = kind === RowKind.UpdateAfter && before?.[0] === RowKind.UpdateBefore;
      const at = held ? this.#find(before[1]) : -1;
      if (at >= 0) this.rows[at].row = row;
      else this.rows.push({ row });
    });
  }

  #find(row: Row): number {
    const all = FIELDS.map((_, k) => k);
    return this.rows.findIndex(each => keyText(each.row, all) === keyText(row, all));
  }

  #take(row: Row): void {
    const at = this.#find(row);
    if (at >= 0) this.rows.splice(at, 1);
  }

  rowsOf(columns: readonly number[], key: Row): Row[] {
    const wanted = key
      .map(value => `${typeof value} ${Object.is(value, -0) ? '0' : String(value)}`)
      .join('|');
    return this.rows.map(({ row }) => row).filter(row => keyText(row, columns) === wanted);
  }

  range(columns: readonly number[], from: Row, to: Row): Row[] {
    const keyOf = (row: Row): Row => columns.map(k => row[k]);
    return this.rows
      .map(({ row }) => row)
      .filter(row => compareKeys(keyOf(row), from) >= 0 && compareKeys(keyOf(row), to) <= 0)
      .sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
  }
}

const plan = (key: readonly string[] | null, retracting: boolean, rows: number | null): PhysicalTable => ({
  schema: { fields: FIELDS },
  time: null,
  key,
  retracting,
  window: null,
  retention: { lastUs: null, rows, bytes: null },
});

const rowsAt = (table: MaterializedTable, positions: Int32Array): Row[] => {
  const columns = table.gather(positions);
  return Array.from(positions, (_, k) => columns.map(column => valueAt(column, k)));
};

const at = (names: readonly string[]) => names.map(name => FIELDS.findIndex(field => field.name === name));
const CHOICES = [['id'], ['name'], ['level'], ['flag'], ['ts'], ['name', 'level'], ['flag', 'id', 'name']];

/** Random changes that a key or the values allow: with retracting values only what is there is taken back. */
function changesFor(random: Random, oracle: Oracle, retracting: boolean) {
  const changes: (readonly [kind: RowKind, row: Row])[] = [];
  const values = oracle.rows.map(({ row }) => row);
  // Rows that are equal cannot be told apart, so which of them goes is left out here.
  const seen = new Set(
    values.map(row =>
      keyText(
        row,
        FIELDS.map((_, k) => k),
      ),
    ),
  );
  const fresh = (): Row => {
    for (;;) {
      const row = randomRow(random);
      const text = keyText(
        row,
        FIELDS.map((_, k) => k),
      );
      if (oracle.key === null && seen.has(text)) continue;
      seen.add(text);
      return row;
    }
  };
  for (let count = 1 + random.below(12); count > 0; count--) {
    const known = values.length > 0 && random.chance(0.6) ? random.below(values.length) : -1;
    if (!retracting || known < 0) {
      const row = fresh();
      values.push(row);
      changes.push([RowKind.Insert, row]);
    } else if (random.chance(0.5)) {
      changes.push([RowKind.Delete, values[known]]);
      values.splice(known, 1);
    } else {
      const row = fresh();
      const key = oracle.key;
      const next = key === null ? row : row.map((value, k) => (key.includes(k) ? values[known][k] : value));
      changes.push([RowKind.UpdateBefore, values[known]], [RowKind.UpdateAfter, next]);
      values[known] = next;
    }
  }
  return changes;
}

describe('an index of a table', () => {
  it('finds what a list of the rows does, by any columns, whatever comes, goes and changes', () =>
    forRandom(random => {
      const key = random.pick([null, ['id'], ['name', 'level']]);
      const retracting = key !== null || random.chance(0.6);
      const most = retracting || random.chance(0.5) ? null : 20;
      const table = new MaterializedTable(plan(key, retracting, most));
      const oracle = new Oracle(key === null ? null : at(key));
      const names = random.pick(CHOICES);
      const lookups: KeyLookup[] = [];
      const columns = at(names);
      for (let step = 0; step < 25; step++) {
        if (step === 0 || random.chance(0.1)) lookups.push(new KeyLookup(table, names));
        if (lookups.length > 1 && random.chance(0.1)) lookups.shift()!.close();
        if (key !== null && random.chance(0.1)) lookups.push(new KeyLookup(table, [...key].reverse()));
        if (random.chance(0.02)) {
          table.clear();
          oracle.rows = [];
        }
        const changes = changesFor(random, oracle, retracting);
        table.apply(batchOf(changes));
        oracle.apply(changes);
        if (most !== null) oracle.rows = oracle.rows.slice(-most);
        if (random.chance(0.3)) table.positions(0, 1);
        const expectedRows = oracle.rows.map(({ row }) => row);
        expect(rowsAt(table, table.positions(0, 1e6))).toEqual(expectedRows);
        for (const lookup of lookups) {
          const of = at(lookup.columns);
          for (let probe = 0; probe < 4; probe++) {
            const like =
              random.chance(0.6) && expectedRows.length > 0 ? random.pick(expectedRows) : randomRow(random);
            const wanted = of.map(k => like[k]);
            const expected = oracle.rowsOf(of, wanted);
            expect(rowsAt(table, lookup.all(wanted))).toEqual(expected);
            const newest = lookup.newest(wanted);
            expect(newest < 0 ? undefined : rowsAt(table, Int32Array.of(newest))[0]).toEqual(expected.at(-1));
          }
          if (random.chance(0.5)) {
            const end = (): Row => of.slice(0, random.below(of.length + 1)).map(k => randomRow(random)[k]);
            const [from, to] = [end(), end()];
            const limit = random.chance(0.3) ? random.below(5) : 1e6;
            expect(rowsAt(table, lookup.range(from, to, limit))).toEqual(
              oracle.range(of, from, to).slice(0, limit),
            );
          }
        }
        expect(columns.length).toBe(names.length);
      }
      for (const lookup of lookups) lookup.close();
      expect(table.indexes.bytes()).toBe(0);
    }));
});
