import type { Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import {
  FLOAT64,
  INT64,
  STRING,
  timestampType,
  type Field,
  type TimeUnit,
} from '../../engine/src/columns/types.js';
import { columnOf, type Value } from '../../engine/src/columns/values.js';
import type { AsOfJoinNode } from '../../engine/src/plan/nodes/asOfJoin.js';
import type { Relation } from '../../engine/src/plan/relation.js';
import { makeHistory } from './histories.js';
import type { Random } from './random.js';
import { keyText, type ResultRow } from './reference.js';

/** A row of one side of an as-of join; `ns` is its time in nanoseconds, `kind` what it does to a table of versions. */
export interface AsOfRow {
  readonly ns: bigint | null;
  readonly seq: bigint;
  readonly symbol: string | null;
  readonly level: number | null;
  readonly price: number | null;
  readonly size: bigint;
  readonly mark: number;
  readonly kind: 0 | 1 | 2 | 3;
}

/** The rows of one side in order of arrival, and in which unit their times are. */
export interface AsOfSide {
  readonly rows: readonly AsOfRow[];
  readonly unit: TimeUnit;
}

const NAMES = ['time', 'seq', 'symbol', 'level', 'price', 'size'] as const;
const TICKS: Readonly<Record<TimeUnit, bigint>> = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n };

export function fieldsOf(unit: TimeUnit): readonly Field[] {
  return [
    { name: 'time', type: timestampType(unit), nullable: true },
    { name: 'seq', type: INT64, nullable: false },
    { name: 'symbol', type: STRING, nullable: true },
    { name: 'level', type: FLOAT64, nullable: true },
    { name: 'price', type: FLOAT64, nullable: true },
    { name: 'size', type: INT64, nullable: false },
  ];
}

/** The relation of a side: rows that only come, or a table of versions by symbol. */
export function relationOf({ unit }: AsOfSide, versions: boolean): Relation {
  const schema = { fields: fieldsOf(unit) };
  return versions
    ? { schema, time: 'time', mode: 'retract', key: ['symbol'] }
    : { schema, time: 'time', mode: 'append', key: null };
}

/** A side: rows in disorder, some late; times are milliseconds of the history after a time, and finer where the unit is. */
export function makeSide(random: Random, base: bigint): AsOfSide {
  const boundUs = random.below(15);
  const unit = random.pick(['ms', 'us', 'ns'] as const);
  const history = makeHistory(random, random.below(80), { boundUs, wide: random.chance(0.3) });
  // Few different times and keys, so that rows meet at equal ones.
  const coarse = BigInt(random.pick([1, 1, 4, 10]));
  const fine = unit === 'ms' ? [0n] : unit === 'us' ? [0n, 0n, 1000n] : [0n, 0n, 1n, 700n, 1000n];
  let high = -Infinity;
  const rows = history.map((row): AsOfRow => {
    const ns =
      row.time === null
        ? null
        : base +
          (random.chance(0.5) ? row.time : (row.time / coarse) * coarse) * 1_000_000n +
          random.pick(fine);
    if (ns !== null) high = Math.max(high, Number(ns / 1000n));
    return { ...row, ns, mark: high - boundUs * 1000, kind: 0 };
  });
  return { rows, unit };
}

/** When histories begin, in nanoseconds: in both sides at one time, near 1970 or so late that nanoseconds need more than 53 bits. */
export function makeBase(random: Random): bigint {
  return random.chance(0.5) ? 0n : 1_700_000_000_000_000_000n;
}

/** A history as changes of a table of versions: some are deletes, some take back what the next one of the key replaces. */
export function asVersions(random: Random, { rows, unit }: AsOfSide): AsOfSide {
  const changed = rows.flatMap((row): AsOfRow[] => {
    const kind = random.pick([0, 2, 2, 3] as const);
    if (kind !== 2 || row.ns === null || random.chance(0.5)) return [{ ...row, kind }];
    // The value that is replaced has a time of its own, which says nothing.
    return [
      { ...row, ns: row.ns - 5_000_000n, price: 1, kind: 1 },
      { ...row, kind },
    ];
  });
  return { rows: changed, unit };
}

let shared = new Dictionary();

/** Rows of a side as a batch. */
export function sideBatch({ unit }: AsOfSide, rows: readonly AsOfRow[], changes: boolean): Batch {
  if (shared.size > 64) shared = new Dictionary();
  const dictionary = rows.length % 2 === 0 ? shared : new Dictionary();
  const values: readonly (readonly Value[])[] = [
    rows.map(({ ns }) => (ns === null ? null : ns / TICKS[unit])),
    ...NAMES.slice(1).map(name => rows.map(row => row[name as keyof AsOfRow])),
  ];
  const fields = fieldsOf(unit);
  return {
    schema: { fields },
    length: rows.length,
    columns: fields.map((field, k) => columnOf(field.type, values[k], k === 2 ? dictionary : null)),
    kinds: changes ? Uint8Array.from(rows, ({ kind }) => kind) : null,
    marks: Float64Array.from(rows, ({ mark }) => mark),
    watermark: rows.at(-1)?.mark ?? -Infinity,
  };
}

/** The rows that are neither late nor without a time, in event order. */
export function inOrder(rows: readonly AsOfRow[]): AsOfRow[] {
  let mark = -Infinity;
  const kept = rows.filter(({ ns, kind, ...row }) => {
    if (kind === 1) return false;
    const before = mark;
    mark = Math.max(mark, row.mark);
    return ns !== null && usOf(ns) >= before;
  });
  return kept
    .map((row, at) => ({ row, at }))
    .sort((a, b) => compare(a.row.ns!, b.row.ns!) || compare(a.row.seq, b.row.seq) || a.at - b.at)
    .map(({ row }) => row);
}

export function usOf(ns: bigint): number {
  return Number(ns / 1000n);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is joined, and the right rows that it is joined with; null: none. */
export interface Joined {
  readonly left: AsOfRow;
  readonly right: AsOfRow | null;
}

/** The join of rows in event order, the plainest way. */
export function joinedRows(
  node: AsOfJoinNode,
  lefts: readonly AsOfRow[],
  rights: readonly AsOfRow[],
): Joined[] {
  const value = (row: AsOfRow, name: string): Value => row[name as keyof AsOfRow];
  return lefts.map(left => {
    const wanted = node.keys.map(key => value(left, key.left));
    const same = rights.filter(right => {
      const found = node.keys.map(key => value(right, key.right));
      return !found.includes(null) && !wanted.includes(null) && keyText(found) === keyText(wanted);
    });
    const at = left.ns!;
    const before = same.filter(({ ns }) => ns! < at || (node.exact && ns === at));
    const after = same.filter(({ ns }) => ns! > at || (node.exact && ns === at));
    const behind = before.at(-1) ?? null;
    const later = after.filter(({ ns }) => ns! > at);
    const ahead = later.filter(({ ns }) => ns === later[0].ns).at(-1) ?? null;
    const near = (row: AsOfRow | null): row is AsOfRow => {
      if (row === null) return false;
      const distance = row.ns! > at ? row.ns! - at : at - row.ns!;
      return node.toleranceUs === null || distance <= BigInt(node.toleranceUs) * 1000n;
    };
    let right: AsOfRow | null;
    if (node.direction === 'backward') right = behind;
    else if (node.direction === 'forward') right = after[0] ?? null;
    else if (!near(behind) || !near(ahead)) right = near(behind) ? behind : ahead;
    else right = ahead.ns! - at <= at - behind.ns! ? ahead : behind;
    return { left, right: near(right) && right.kind !== 3 ? right : null };
  });
}

/** The columns of the joined rows. */
export function resultOf(
  node: AsOfJoinNode,
  units: readonly [TimeUnit, TimeUnit],
  { left, right }: Joined,
): ResultRow {
  const values = (row: AsOfRow | null, unit: TimeUnit, names: readonly string[]): Value[] =>
    names.map(name => {
      if (row === null) return null;
      return name === 'time' ? row.ns! / TICKS[unit] : row[name as keyof AsOfRow];
    });
  const keys = node.keys.map(key => key.right);
  const rest = NAMES.filter(name => name !== 'time' && !keys.includes(name));
  const time = node.rightTime === null ? [] : ['time'];
  return [...values(left, units[0], NAMES), ...values(right, units[1], [...rest, ...time])];
}
