import { expect, test } from 'vitest';
import { RowKind, type Batch } from '../../engine/src/columns/batch.js';
import type { Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan } from '../../engine/src/plan/bind.js';
import type { TopNNode } from '../../engine/src/plan/nodes/topN.js';
import type { Relation } from '../../engine/src/plan/relation.js';
import { batchOf, cut, END, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { keyText, text } from './reference.js';
import { run, type Change } from './running.js';

const column = (name: string) => ({ kind: 'column' as const, name });

function makeNode(random: Random): TopNNode {
  const keys = ['price', 'size', 'symbol', 'level'].filter(() => random.chance(0.5));
  return {
    kind: 'topN',
    input: SOURCE,
    rows: 1 + random.below(4),
    order: (keys.length === 0 ? ['size'] : keys).map(name => ({
      expr: column(name),
      descending: random.chance(0.5),
    })),
    within: random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]),
    rowNumber: random.chance(0.5) ? 'place' : null,
  };
}

function operatorOf(
  node: TopNNode,
  input: Partial<Relation>,
): { physical: PhysicalOperator; operator: Operator } {
  const relation: Relation = {
    schema: { fields: FIELDS },
    time: 'time',
    mode: 'append',
    key: null,
    ...input,
  };
  const [physical] = planPhysical(
    node,
    bindPlan(node, () => relation),
  ).operators;
  return { physical, operator: buildOperator(physical) };
}

const values = (row: HistoryRow): Value[] => FIELDS.map(({ name }) => row[name as keyof HistoryRow]);

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

function reference(node: TopNNode, rows: readonly HistoryRow[]): string[] {
  const groups = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const key = keyText(node.within.map(name => row[name as keyof HistoryRow]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const place = (row: HistoryRow, at: number): string =>
    text(node.rowNumber === null ? values(row) : [...values(row), BigInt(at + 1)]);
  return [...groups.values()].flatMap(group =>
    group
      .sort((a, b) => {
        for (const { expr, descending } of node.order) {
          const name = (expr as { name: keyof HistoryRow }).name;
          const order = compare(a[name], b[name], descending);
          if (order !== 0) return order;
        }
        const [x, y] = [values(a), values(b)];
        const at = x.findIndex((value, k) => compare(value, y[k], false) !== 0);
        return at < 0 ? 0 : compare(x[at], y[at], false);
      })
      .slice(0, node.rows)
      .map(place),
  );
}

/** The integral of a changelog whose rows are known by value. -0 and 0 are alike. */
class Bag {
  readonly #counts = new Map<string, number>();

  apply(changes: readonly Change[]): void {
    for (const { kind, row } of changes) {
      const name = plain(text(row));
      const count = (this.#counts.get(name) ?? 0) + (kind === '-U' || kind === '-D' ? -1 : 1);
      if (count < 0) throw new Error(`${kind} ${name} takes back nothing`);
      if (count === 0) this.#counts.delete(name);
      else this.#counts.set(name, count);
    }
  }

  rows(): string[] {
    return [...this.#counts].flatMap(([name, count]) => Array<string>(count).fill(name)).sort();
  }
}

const plain = (name: string): string => name.replaceAll('-0', '0');

function restarted(physical: PhysicalOperator, operator: Operator): Operator {
  const writer = new SnapshotWriter();
  operator.snapshot(writer);
  const next = buildOperator(physical);
  next.restore(readSnapshot(writer.encode()));
  return next;
}

const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 20 + random.below(100), { boundUs: 10, wide: random.chance(0.2) });

test('after every batch the table holds the first rows of what has come, and of what is left', () =>
  forRandom(random => {
    const node = makeNode(random);
    const retracting = random.chance(0.7);
    const { physical, operator: first } = operatorOf(node, { mode: retracting ? 'retract' : 'append' });
    let operator = first;
    const table = new Bag();
    let alive: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      const back = retracting ? alive.filter(() => random.chance(0.2)) : [];
      alive = [...alive.filter(row => !back.includes(row)), ...piece];
      const kinds = retracting
        ? Uint8Array.from([...back, ...piece], (_, i) => (i < back.length ? RowKind.Delete : RowKind.Insert))
        : null;
      table.apply(run(operator, batchOf([...back, ...piece], kinds)));
      expect(table.rows()).toEqual(reference(node, alive).map(plain).sort());
      if (random.chance(0.2)) operator = restarted(physical, operator);
    }
    if (!retracting) return;
    for (const piece of cut(random, alive))
      table.apply(run(operator, batchOf(piece, new Uint8Array(piece.length).fill(RowKind.UpdateBefore))));
    expect(table.rows()).toEqual([]);
    expect(operator.stateRows()).toBe(0);
  }));

test('rows of a key replace each other, and a change of one that is shown is an update', () =>
  forRandom(random => {
    const node: TopNNode = { ...makeNode(random), within: [], rowNumber: null };
    const { operator } = operatorOf(node, { mode: 'retract', key: ['symbol'] });
    const table = new Bag();
    const alive = new Map<string, HistoryRow>();
    for (const piece of cut(random, makeRows(random))) {
      const rows: HistoryRow[] = [];
      const kinds: number[] = [];
      for (const row of piece) {
        const key = String(row.symbol);
        const old = alive.get(key);
        if (old !== undefined) {
          rows.push(old);
          kinds.push(RowKind.UpdateBefore);
        }
        rows.push(row);
        kinds.push(old === undefined ? RowKind.Insert : RowKind.UpdateAfter);
        alive.set(key, row);
      }
      const changes = run(operator, batchOf(rows, Uint8Array.from(kinds)));
      table.apply(changes);
      expect(table.rows()).toEqual(
        reference(node, [...alive.values()])
          .map(plain)
          .sort(),
      );
      const told = changes.filter(({ kind }) => kind !== '-U').map(({ row }) => text([row[2]]));
      expect(new Set(told).size).toBe(told.length);
    }
  }));

/** A window's columns in the place of the history's: `time` is its time. */
const WINDOWED = FIELDS.map(field =>
  field.name === 'time'
    ? { ...field, name: 'windowTime' }
    : field.name === 'seq'
      ? { ...field, name: 'windowEnd' }
      : field.name === 'size'
        ? { ...field, name: 'windowStart' }
        : field,
);

test('windows come once, in order of their times, when the watermark has passed them', () =>
  forRandom(random => {
    const node: TopNNode = {
      ...makeNode(random),
      order: [{ expr: column('price'), descending: random.chance(0.5) }],
      within: ['windowTime'],
    };
    const { physical, operator: first } = operatorOf(node, {
      schema: { fields: WINDOWED },
      time: 'windowTime',
    });
    const rows = makeRows(random).filter(row => row.time !== null);
    const outs = [false, true].map(restarts => {
      let operator = first;
      if (restarts) operator = buildOperator(physical);
      const out: Change[] = [];
      for (const piece of cut(random, rows)) {
        out.push(...run(operator, { ...batchOf(piece), schema: { fields: WINDOWED } } satisfies Batch));
        if (restarts && random.chance(0.2)) operator = restarted(physical, operator);
      }
      return [...out, ...run(operator, END)];
    });
    let mark = -Infinity;
    const kept = rows.filter(row => {
      const late = Number(row.time) < mark;
      mark = Math.max(mark, row.mark);
      return !late;
    });
    const renamed = { ...node, order: node.order, within: ['time'] };
    const wanted = reference(renamed, kept).map(plain);
    for (const out of outs) {
      expect(out.map(({ row }) => plain(text(row))).sort()).toEqual([...wanted].sort());
      expect(out.map(({ mark }) => mark)).toEqual(outs[0].map(({ mark }) => mark));
      let highest = -Infinity;
      for (const { row, mark: own } of out) {
        if (own < highest || Number(row[0]) < own) throw new Error(`mark ${own} of ${text(row)}`);
        highest = own;
      }
    }
  }));
