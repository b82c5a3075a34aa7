import type { Batch } from '../../engine/src/columns/batch.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { AggregateCall, CallOptions } from '../../engine/src/expr/ast.js';
import { rowFunctionOf } from '../../engine/src/functions/rolling/registry.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import type { FrameSpec, RollingColumn, RollingNode } from '../../engine/src/plan/nodes/rolling.js';
import { ALL_CALLS, FIELDS, PATH_CALLS, SOURCE, type HistoryRow } from './histories.js';
import { moved } from './moving.js';
import type { Random } from './random.js';
import { keyText, valueOf } from './reference.js';

const column = (name: string) => ({ kind: 'column' as const, name });
export const rowCall = (fn: string, args: readonly string[], options: CallOptions = {}): AggregateCall => ({
  fn,
  args: args.map(column),
  where: null,
  distinct: false,
  options,
});

/** Every row function, over columns with and without NULL, in fast and wide lanes. */
export const ROW_CALLS: readonly AggregateCall[] = [
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

/** A rolling node at random. */
export function makeNode(random: Random): RollingNode {
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

/** Rows in event order, each with the new columns' values, computed the plainest way. */
export function rolledRows(node: RollingNode, ordered: readonly HistoryRow[]): Value[][] {
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
export class Chain {
  readonly operators: Operator[];

  constructor(
    readonly physical: readonly PhysicalOperator[],
    readonly take: (out: Batch) => void,
  ) {
    this.operators = physical.map(each => buildOperator(each));
  }

  push(batch: Batch): void {
    this.operators.reduceRight<(batch: Batch) => void>(
      (next, operator) => each => operator.process(0, each, next),
      this.take,
    )(batch);
  }

  /** Goes on with operators that know what these have written. */
  restart(): void {
    this.operators.forEach((operator, k) => {
      this.operators[k] = moved(operator, () => buildOperator(this.physical[k]));
    });
  }
}
