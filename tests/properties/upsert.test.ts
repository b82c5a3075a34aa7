import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { STRING, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan } from '../../engine/src/plan/bind.js';
import type { DeduplicateNode } from '../../engine/src/plan/nodes/deduplicate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { UpsertNode } from '../../engine/src/plan/nodes/upsert.js';
import { batchOf, cut, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { keyText, text, type ResultRow } from './reference.js';

const OP: Field = { name: 'op', type: STRING, nullable: true };

/** A row of a history and what it says that it does. */
interface Said {
  readonly row: HistoryRow;
  readonly op: string;
}

const PUTS = ['+I', '+U', 'c', 'r', 'u', 'INSERT', 'update_after', 'C'];
const TAKES = ['-D', 'd', 'DELETE', 'D', 'Delete'];
const BEFORES = ['-U', 'UPDATE_BEFORE'];

const column = (name: string) => ({ kind: 'column' as const, name });
const values = (row: HistoryRow): Value[] => FIELDS.map(({ name }) => row[name as keyof HistoryRow]);
const keyOf = (row: HistoryRow, key: readonly string[]): string =>
  keyText(key.map(name => row[name as keyof HistoryRow]));

function saidBatch(said: readonly Said[]): Batch {
  const batch = batchOf(said.map(({ row }) => row));
  const ops = columnOf(
    STRING,
    said.map(({ op }) => op),
  );
  return { ...batch, schema: { fields: [...FIELDS, OP] }, columns: [...batch.columns, ops] };
}

function makeSaid(random: Random, rows: readonly HistoryRow[], key: readonly string[]): Said[] {
  const said: Said[] = [];
  for (const row of rows) {
    const known = said.findLast(({ row: other }) => keyOf(other, key) === keyOf(row, key));
    if (known !== undefined && random.chance(0.4)) {
      said.push({ row: { ...known.row, mark: row.mark }, op: random.pick(BEFORES) });
      if (random.chance(0.2)) continue;
    }
    said.push({ row, op: random.chance(0.2) ? random.pick(TAKES) : random.pick(PUTS) });
  }
  return said;
}

/** The operators of a node whose changes are told with the values that they replace. */
function physicalOf(node: UpsertNode | DeduplicateNode, time: string | null): PhysicalOperator[] {
  const fields = node.kind === 'upsert' && node.column !== null ? [...FIELDS, OP] : FIELDS;
  const root: PlanNode = { kind: 'changes', input: node, column: 'kind' };
  const relations = bindPlan(root, () => ({ schema: { fields }, time, mode: 'append', key: null }));
  return planPhysical(root, relations).operators.filter(({ op }) => op !== 'changes');
}

/** A change as it is told: its kind, its row, and the watermark in force before it. */
interface Told {
  readonly kind: number;
  readonly row: ResultRow;
  readonly mark: number;
}

/** What an operator tells of batches, with the watermark that each change is judged by. */
class Teller {
  #mark = -Infinity;

  constructor(public operator: Operator) {}

  run(batch: Batch): Told[] {
    const told: Told[] = [];
    this.operator.process(0, batch, ({ length, columns, kinds, marks, watermark }) => {
      for (let row = 0; row < length; row++) {
        told.push({
          kind: kinds?.[row] ?? 0,
          row: columns.map(each => valueAt(each, row)),
          mark: marks === null ? NaN : this.#mark,
        });
        if (marks !== null) {
          if (marks[row] < this.#mark) throw new Error('a mark falls');
          this.#mark = marks[row];
        }
      }
      this.#mark = Math.max(this.#mark, watermark);
    });
    return told;
  }
}

function restarted(physical: PhysicalOperator, operator: Operator): Operator {
  const writer = new SnapshotWriter();
  operator.snapshot(writer);
  const next = buildOperator(physical);
  next.restore(readSnapshot(writer.encode()));
  return next;
}

const END: Batch = {
  schema: { fields: FIELDS },
  length: 0,
  columns: [],
  kinds: null,
  marks: null,
  watermark: Infinity,
};

/** The table of a changelog, which checks every change against what it holds. */
class Table {
  readonly rows = new Map<string, ResultRow>();

  constructor(readonly key: readonly number[]) {}

  /** @param once whether each key changes once at most */
  apply(told: readonly Told[], once: boolean): void {
    const touched = new Set<string>();
    told.forEach(({ kind, row }, at) => {
      const key = keyText(this.key.map(k => row[k]));
      const held = this.rows.get(key);
      if (kind === 1 || kind === 3) {
        if (held === undefined || text(held) !== text(row))
          throw new Error(`${kind} takes back ${text(row)}`);
        this.rows.delete(key);
        const next = told.at(at + 1);
        if (kind === 1 && (next?.kind !== 2 || keyText(this.key.map(k => next.row[k])) !== key))
          throw new Error('a -U without its +U');
        if (kind === 1 && next !== undefined && text(next.row) === text(row)) throw new Error('no change');
        if (kind === 1) return;
      } else {
        if (held !== undefined) throw new Error(`two rows of ${key}`);
        if ((kind === 2) !== (told[at - 1]?.kind === 1)) throw new Error('a +U without its -U');
        this.rows.set(key, row);
      }
      if (once && touched.has(key)) throw new Error(`${key} changed twice in one batch`);
      touched.add(key);
    });
  }

  texts(): string[] {
    return [...this.rows.values()].map(text).sort();
  }
}

const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 20 + random.below(100), { boundUs: 10, wide: random.chance(0.2) });
const makeKey = (random: Random): string[] =>
  random.pick([['symbol'], ['level'], ['symbol', 'level'], ['size'], ['seq', 'symbol']]);

test('the table holds what the rows so far have made of each key, told as it changes', () =>
  forRandom(random => {
    const key = makeKey(random);
    const column = random.chance(0.7) ? 'op' : null;
    const timed = random.chance(0.5);
    const node: UpsertNode = { kind: 'upsert', input: SOURCE, key, column, deleted: null };
    const [physical] = physicalOf(node, timed ? 'time' : null);
    const said =
      column === null
        ? makeRows(random).map(row => ({ row, op: '+U' }))
        : makeSaid(random, makeRows(random), key);
    const batchesOf = (rows: readonly Said[]): Batch =>
      column === null ? batchOf(rows.map(({ row }) => row)) : saidBatch(rows);
    const teller = new Teller(buildOperator(physical));
    const single = new Teller(buildOperator(physical));
    const table = new Table(key.map(name => FIELDS.findIndex(field => field.name === name)));
    const wanted = new Map<string, HistoryRow>();
    const all: [Told[], Told[]] = [[], []];
    let unmatched = 0;
    let held: string | null = null;
    const settle = (): void => {
      if (held === null) return;
      if (!wanted.delete(held)) unmatched++;
      held = null;
    };
    for (const piece of pieces(random, said)) {
      const told = teller.run(batchesOf(piece));
      all[0].push(...told);
      for (const each of piece) all[1].push(...single.run(batchesOf([each])));
      for (const { row, op } of piece) {
        const name = keyOf(row, key);
        const puts = PUTS.includes(op);
        if (held !== null && (held !== name || !puts)) settle();
        held = null;
        if (puts) wanted.set(name, row);
        else if (BEFORES.includes(op)) held = name;
        else if (!wanted.delete(name)) unmatched++;
      }
      table.apply(told, !timed);
      const expected = [...wanted.values()].map(row => text(values(row))).sort();
      expect(table.texts()).toEqual(expected);
      expect(teller.operator.stateRows()).toBe(wanted.size);
      expect(teller.operator.counters.unmatched).toBe(unmatched);
      if (random.chance(0.2)) teller.operator = restarted(physical, teller.operator);
    }
    settle();
    for (const [k, each] of [teller, single].entries()) {
      const told = each.run(END);
      all[k].push(...told);
      if (k === 0) table.apply(told, !timed);
    }
    expect(table.texts()).toEqual([...wanted.values()].map(row => text(values(row))).sort());
    if (timed) expect(all[0]).toEqual(all[1]);
    // Then all rows go.
    const gone = [...wanted.values()].map(row => ({ row, op: 'd' }));
    if (column === null) return;
    table.apply(teller.run({ ...saidBatch(gone), watermark: Infinity }), true);
    expect(table.rows.size).toBe(0);
    expect(teller.operator.stateRows()).toBe(0);
  }));

function pieces(random: Random, said: readonly Said[]): Said[][] {
  const cuts = cut(
    random,
    said.map(({ row }) => row),
  );
  let from = 0;
  return cuts.map(({ length }) => said.slice(from, (from += length)));
}

/** The order of two values, NULL last whichever way it goes. */
function compare(a: Value, b: Value, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const sign = descending ? -1 : 1;
  if (typeof a === 'number' && (Number.isNaN(a) || Number.isNaN(b)))
    return sign * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));
  if (typeof a === 'string')
    return sign * Math.sign(Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b as string, 'utf8')));
  return a < b ? -sign : a > b ? sign : 0;
}

type By = readonly (readonly [name: keyof HistoryRow, descending: boolean])[];

/** The row of each key that comes first in an order, or last; of rows alike the one that came first, or last. */
function chosen(
  rows: readonly HistoryRow[],
  key: readonly string[],
  by: By,
  keep: 'first' | 'last',
): HistoryRow[] {
  const groups = new Map<string, HistoryRow[]>();
  for (const row of rows) groups.set(keyOf(row, key), [...(groups.get(keyOf(row, key)) ?? []), row]);
  return [...groups.values()].map(group => {
    const arrived = keep === 'first' ? group : [...group].reverse();
    return [...arrived].sort((a, b) => {
      for (const [name, descending] of by) {
        const order = compare(a[name], b[name], keep === 'first' ? descending : !descending);
        if (order !== 0) return order;
      }
      return 0;
    })[0];
  });
}

test('deduplicated rows are the first or the last of each key in an order', () =>
  forRandom(random => {
    const by = makeKey(random);
    const keep = random.pick(['first', 'last'] as const);
    const timed = random.chance(0.6);
    const given: By = (['price', 'size', 'time'] as const)
      .filter(() => random.chance(0.4))
      .map(name => [name, random.chance(0.5)] as const);
    const order = given.length === 0 ? null : given;
    const node: DeduplicateNode = {
      kind: 'deduplicate',
      input: SOURCE,
      by,
      keep,
      order: order?.map(([name, descending]) => ({ expr: column(name), descending })) ?? null,
    };
    const physicals = physicalOf(node, timed ? 'time' : null);
    const inTime: By = timed
      ? [
          ['time', false],
          ['seq', false],
        ]
      : [];
    const append = keep === 'first' && order === null;
    expect(physicals.map(({ op }) => op)).toEqual(
      append ? (timed ? ['reorder', 'distinct'] : ['distinct']) : ['upsert'],
    );
    if (append) return;
    const [physical] = physicals;
    const teller = new Teller(buildOperator(physical));
    const single = new Teller(buildOperator(physical));
    const table = new Table(by.map(name => FIELDS.findIndex(field => field.name === name)));
    const rows = makeRows(random);
    const all: [Told[], Told[]] = [[], []];
    const seen: HistoryRow[] = [];
    for (const piece of cut(random, rows)) {
      const told = teller.run(batchOf(piece));
      all[0].push(...told);
      for (const row of piece) all[1].push(...single.run(batchOf([row])));
      table.apply(told, !timed);
      seen.push(...piece.filter(row => order !== null || !timed || row.time !== null));
      const wanted = chosen(seen, by, order ?? inTime, keep);
      expect(table.texts()).toEqual(wanted.map(row => text(values(row))).sort());
      if (random.chance(0.2)) teller.operator = restarted(physical, teller.operator);
    }
    if (timed) expect(all[0]).toEqual(all[1]);
    const untimed = order === null && timed ? rows.filter(({ time }) => time === null).length : 0;
    expect(teller.operator.counters.untimed).toBe(untimed);
  }));
