import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import type { AggregateCall, CallOptions } from '../../engine/src/expr/ast.js';
import { ROW_FUNCTIONS, rowFunctionOf } from '../../engine/src/functions/rolling/registry.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { FrameSpec, RollingColumn, RollingNode } from '../../engine/src/plan/nodes/rolling.js';
import {
  ALL_CALLS,
  PATH_CALLS,
  batchOf,
  cut,
  END,
  FIELDS,
  makeHistory,
  SOURCE,
  type HistoryRow,
} from './histories.js';
import { forRandom, type Random } from './random.js';
import { keyText, same, text, valueOf } from './reference.js';

const column = (name: string) => ({ kind: 'column' as const, name });
const rowCall = (fn: string, args: readonly string[], options: CallOptions = {}): AggregateCall => ({
  fn,
  args: args.map(column),
  where: null,
  distinct: false,
  options,
});

/** Every row function, over columns with and without NULL, in fast and wide lanes. */
const ROW_CALLS: readonly AggregateCall[] = [
  rowCall('lag', ['price']),
  rowCall('lag', ['size'], { rows: 3 }),
  rowCall('lag', ['symbol'], { rows: 2 }),
  rowCall('lag', ['price', 'level'], { rows: 2 }),
  rowCall('lead', ['price']),
  rowCall('lead', ['size'], { rows: 2 }),
  rowCall('lead', ['symbol'], { rows: 3 }),
  rowCall('lead', ['level', 'price'], { rows: 1 }),
  rowCall('diff', ['price']),
  rowCall('diff', ['size'], { rows: 2 }),
  rowCall('forwardFill', ['price']),
  rowCall('forwardFill', ['symbol']),
  rowCall('rowNumber', []),
  rowCall('rank', []),
  rowCall('denseRank', []),
  rowCall('ema', ['price'], { span: 5 }),
  rowCall('ema', ['size'], { alpha: 0.3 }),
  rowCall('ema', ['level'], { halfLife: 2 }),
  rowCall('returns', ['price']),
  rowCall('returns', ['size'], { log: true }),
  rowCall('drawdown', ['price']),
  rowCall('drawdown', ['size']),
  rowCall('tradeSign', ['price']),
  rowCall('tradeSign', ['price', 'level']),
];

/** Frames of time alone: a key without rows in its frame is forgotten. */
function makeForgetful(random: Random): RollingNode {
  const columns = ALL_CALLS.filter(() => random.chance(0.3)).map(({ call }, k) => ({
    name: `aggregate ${k}`,
    over: 'frame' as const,
    call,
  }));
  return {
    kind: 'rolling',
    input: SOURCE,
    keys: random.pick([[], ['symbol'], ['symbol', 'level'], ['size']]),
    frame: { kind: 'range', us: random.pick([0, 1, 3, 10]) },
    columns: [...columns, { name: 'n', over: 'frame', call: rowCall('count', []) }],
  };
}

function makeNode(random: Random): RollingNode {
  if (random.chance(0.4)) return makeForgetful(random);
  const frame = random.pick<() => FrameSpec | null>([
    () => ({ kind: 'rows', rows: 1 + random.below(8), behind: random.pick([0, 0, 1, 3]) }),
    () => ({ kind: 'range', us: random.pick([0, 3, 10, 40]) }),
    () => null,
  ])();
  const path = new Set(PATH_CALLS.map(({ call }) => call));
  const calls = [...ALL_CALLS, ...PATH_CALLS].filter(() => random.chance(0.3));
  const aggregates: RollingColumn[] = calls.map(({ call }, k) => ({
    name: `aggregate ${k}`,
    // Rows of one time and sequence that may leave a frame are in order of their values, which neighbours show.
    over: !path.has(call) && random.chance(0.7) ? 'frame' : 'start',
    call,
  }));
  const rows: RollingColumn[] = ROW_CALLS.filter(() => random.chance(0.2)).map((call, k) => ({
    name: `row ${k}`,
    over: 'row',
    call,
  }));
  const columns = random.chance(0.5) ? [...aggregates, ...rows] : [...rows, ...aggregates];
  const keys = random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]);
  const fallback: RollingColumn = { name: 'n', over: 'frame', call: rowCall('count', []) };
  return {
    kind: 'rolling',
    input: SOURCE,
    keys,
    frame,
    columns: columns.length === 0 ? [fallback] : columns,
  };
}

/** The rows that are neither late nor untimed, in event order. */
function inOrder(rows: readonly HistoryRow[]): HistoryRow[] {
  let mark = -Infinity;
  const kept = rows.filter(row => {
    const late = row.time === null || Number(row.time) < mark;
    mark = Math.max(mark, row.mark);
    return !late;
  });
  return kept.sort((a, b) => Number(a.time) - Number(b.time) || Number(a.seq - b.seq));
}

/** Each row with the new columns' values, computed the plainest way. */
function reference(node: RollingNode, rows: readonly HistoryRow[]): Value[][] {
  const ordered = inOrder(rows);
  const keyOf = (row: HistoryRow): string => keyText(node.keys.map(name => row[name as keyof HistoryRow]));
  const groups = new Map<string, HistoryRow[]>();
  for (const row of ordered) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const results = new Map<HistoryRow, Value[]>(
    ordered.map(row => [row, FIELDS.map(({ name }) => row[name as keyof HistoryRow])]),
  );
  for (const group of groups.values()) {
    for (const { over, call } of node.columns) {
      const values =
        over === 'row'
          ? rowValues(call, group)
          : group.map((_, at) => valueOf(call, framed(node, over, group, at)));
      group.forEach((row, at) => results.get(row)!.push(values[at]));
    }
  }
  return ordered.map(row => results.get(row)!);
}

function rowValues(call: AggregateCall, group: readonly HistoryRow[]): readonly Value[] {
  const names = call.args.map(arg => (arg as { name: keyof HistoryRow }).name);
  const types = names.map(name => FIELDS.find(field => field.name === name)!);
  const rows = group.map(row => ({ args: names.map(name => row[name]), time: row.time }));
  return rowFunctionOf(call.fn).reference(rows, types, call.options) as Value[];
}

function framed(node: RollingNode, over: string, group: readonly HistoryRow[], at: number): HistoryRow[] {
  const { frame } = node;
  if (over === 'start' || frame === null) return group.slice(0, at + 1);
  if (frame.kind === 'rows') {
    const end = at + 1 - frame.behind;
    return group.slice(Math.max(0, end - frame.rows), Math.max(0, end));
  }
  const time = Number(group[at].time);
  return group.filter(row => Number(row.time) <= time && Number(row.time) >= time - frame.us);
}

/** A plan's operators, one after the other. */
class Chain {
  readonly operators: Operator[];
  readonly rows: { readonly row: Value[]; readonly mark: number }[] = [];

  constructor(readonly physical: readonly PhysicalOperator[]) {
    this.operators = physical.map(each => buildOperator(each));
  }

  push(batch: Batch): void {
    this.operators.reduceRight<(batch: Batch) => void>(
      (next, operator) => each => operator.process(0, each, next),
      out => this.#take(out),
    )(batch);
  }

  #take(out: Batch): void {
    for (let i = 0; i < out.length; i++) {
      this.rows.push({ row: out.columns.map(each => valueAt(each, i)), mark: out.marks![i] });
    }
  }

  /** Goes on with operators that know what these have written. */
  restart(): void {
    this.physical.forEach((physical, k) => {
      const writer = new SnapshotWriter();
      this.operators[k].snapshot(writer);
      this.operators[k] = buildOperator(physical);
      this.operators[k].restore(readSnapshot(writer.encode()));
    });
  }
}

function physicalOf(node: RollingNode): readonly PhysicalOperator[] {
  const relations = bindPlan(node, source => sourceRelationOf(source, FIELDS));
  return planPhysical(node, relations).operators;
}

test('every row function is held to its reference here', () => {
  const called = new Set(ROW_CALLS.map(call => call.fn));
  expect([...ROW_FUNCTIONS.keys()].filter(name => !called.has(name))).toEqual([]);
});

test('each row comes out once with what its key has seen, for any cutting, any order and across snapshots', () =>
  forRandom(random => {
    const node = makeNode(random);
    const physical = physicalOf(node);
    const rows = makeHistory(random, 20 + random.below(70), {
      boundUs: random.pick([0, 5, 40]),
      wide: random.chance(0.25),
    });
    const wanted = reference(node, rows);
    const runs = [false, true].map(restarts => {
      const chain = new Chain(physical);
      for (const piece of cut(random, rows)) {
        chain.push(batchOf(piece));
        if (restarts && random.chance(0.15)) chain.restart();
      }
      chain.push(END);
      return chain.rows;
    });
    for (const out of runs) {
      expect(out.length).toBe(wanted.length);
      out.forEach(({ row }, i) => {
        const at = row.findIndex(
          (value, k) => !(same(value, wanted[i][k]) || Object.is(value, wanted[i][k])),
        );
        if (at >= 0) throw new Error(`row ${i}, column ${at}: ${text(row)} should be ${text(wanted[i])}`);
      });
      checkMarks(out);
    }
    expect(runs[1].map(({ mark }) => mark)).toEqual(runs[0].map(({ mark }) => mark));
  }));

/** Marks never fall, and no row is older than the mark that it carries. */
function checkMarks(rows: readonly { readonly row: Value[]; readonly mark: number }[]): void {
  let highest = -Infinity;
  for (const { row, mark } of rows) {
    if (!(mark >= highest) || Number(row[0]) < mark)
      throw new Error(`mark ${mark} after ${highest} of ${text(row)}`);
    highest = mark;
  }
}

test('a sum from which everything has been taken is exactly zero again, whatever passed through it', () => {
  const node: RollingNode = {
    kind: 'rolling',
    input: SOURCE,
    keys: [],
    frame: { kind: 'rows', rows: 2, behind: 0 },
    columns: [{ name: 's', over: 'frame', call: rowCall('sum', ['price']) }],
  };
  const chain = new Chain(physicalOf(node));
  const prices = [0.1, 1e300, -1e300, 1e-300, Infinity, 5, NaN, 0.2, null, null, 0.3];
  const rows = prices.map((price, i) => ({
    time: BigInt(i),
    seq: 0n,
    symbol: 'a',
    level: 0,
    price,
    size: 1n,
    mark: i,
  }));
  chain.push(batchOf(rows));
  chain.push(END);
  const sums = chain.rows.map(({ row }) => row.at(-1));
  expect(sums).toEqual([0.1, 1e300, 0, -1e300, Infinity, Infinity, NaN, NaN, 0.2, null, 0.3]);
});
