import type { Value } from '../../engine/src/columns/values.js';
import { BOOLEAN, FLOAT64, STRING } from '../../engine/src/columns/types.js';
import type { AggregateCall, Expr } from '../../engine/src/expr/ast.js';
import type { BoundExpr } from '../../engine/src/expr/bound.js';
import { interpreter } from '../../engine/src/expr/interpret.js';
import type { AggregateDefinition } from '../../engine/src/functions/aggregate/define.js';
import { aggregateOf, resolveAggregate } from '../../engine/src/functions/aggregate/registry.js';
import { bind } from '../../engine/src/functions/bind.js';
import { scalarFunction } from '../../engine/src/functions/scalar/registry.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { batchOf, FIELDS, type HistoryRow } from './histories.js';
import type { Random } from './random.js';
import { keyText, type ResultRow } from './reference.js';

const SCHEMA = { fields: FIELDS };
const column = (name: string): Expr => ({ kind: 'column', name });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });
const zero: Expr = { kind: 'literal', type: FLOAT64, value: 0 };
const typeText = (name: string): Expr => ({ kind: 'literal', type: STRING, value: name });

/** What aggregates are called with: a column of each kind of type, some computed, with and without NULL. */
const ARGUMENTS: readonly Expr[] = [
  ...['time', 'symbol', 'level', 'price', 'size', 'seq'].map(column),
  call('gt', column('price'), zero),
  call('gt', column('size'), { kind: 'literal', type: FLOAT64, value: 25 }),
  call('tryCast', column('price'), typeText('decimal(9, 2)')),
  call('tryCast', column('seq'), typeText('int32')),
  call('tryCast', column('seq'), typeText("duration('ms')")),
];
const CONDITIONS: readonly Expr[] = [
  ARGUMENTS[6],
  call('isNotNull', column('symbol')),
  { kind: 'literal', type: BOOLEAN, value: false },
];

/** A random call of an aggregate, with arguments that it takes. */
export function randomCall(random: Random, definition: AggregateDefinition): AggregateCall {
  for (;;) {
    const args = Array.from({ length: random.below(3) }, () => random.pick(ARGUMENTS));
    const made: AggregateCall = {
      fn: definition.name,
      args,
      where: random.chance(0.25) ? random.pick(CONDITIONS) : null,
      distinct: definition.distinct !== 'none' && args.length > 0 && random.chance(0.25),
      options: { q: random.pick([0, 0.1, 0.5, 0.95, 1]), separator: random.pick([',', '; ']) },
    };
    try {
      resolveAggregate(
        made,
        args.map(arg => bind(arg, SCHEMA)),
      );
      return made;
    } catch {
      // Other arguments, then.
    }
  }
}

type Evaluate = (row: HistoryRow) => Value;

const evaluators = new Map<Expr, { readonly bound: BoundExpr; readonly evaluate: Evaluate }>();

/** Evaluates an expression on rows, each row once for all. */
function evaluatorOf(expr: Expr): { readonly bound: BoundExpr; readonly evaluate: Evaluate } {
  let known = evaluators.get(expr);
  if (known === undefined) {
    const bound = bind(expr, SCHEMA);
    const run = interpreter(bound, scalarFunction);
    const values = new WeakMap<HistoryRow, { readonly value: Value }>();
    const evaluate = (row: HistoryRow): Value => {
      let found = values.get(row);
      if (found === undefined) values.set(row, (found = { value: run(batchOf([row]).columns, 0) }));
      return found.value;
    };
    evaluators.set(expr, (known = { bound, evaluate }));
  }
  return known;
}

/** The value of a call over a group's rows, in order of arrival. */
export function valueOf(
  { fn, args, where, options, distinct }: AggregateCall,
  rows: readonly HistoryRow[],
  windowEnd: bigint | null,
  retracting: boolean,
): Value {
  const definition = aggregateOf(fn);
  const reads = args.map(evaluatorOf);
  const seen = rows
    .filter(row => where === null || evaluatorOf(where).evaluate(row) === true)
    .filter(row => !definition.ordered || row.time !== null)
    .map(row => ({
      args: reads.map(({ evaluate }) => evaluate(row)),
      time: row.time ?? 0n,
      sequence: row.seq,
    }))
    .filter(row => row.args.every(arg => arg !== null));
  const kinds = new Set<string>();
  const counted =
    distinct && definition.distinct === 'rows'
      ? seen.filter(row => kinds.size < kinds.add(keyText(row.args)).size)
      : seen;
  return definition.reference(
    counted,
    reads.map(({ bound }) => bound),
    { options, distinct, retracting, windowEnd },
  );
}

/** What an aggregate node over histories gives for rows that have arrived, computed the plainest way. */
export function referenceOf(
  node: AggregateNode,
  arrived: readonly HistoryRow[],
  retracting = false,
): ResultRow[] {
  const groups = new Map<string, { readonly key: readonly Value[]; readonly rows: HistoryRow[] }>();
  let mark = -Infinity;
  for (const row of arrived) {
    for (const window of windowsOf(node, row)) {
      if (window.length > 0 && Number(window[1]) + node.allowedLatenessUs <= mark) continue;
      const key = [...node.keys.map(name => row[name as keyof HistoryRow]), ...window];
      const group = groups.get(keyText(key)) ?? { key, rows: [] };
      groups.set(keyText(key), group);
      group.rows.push(row);
    }
    mark = Math.max(mark, row.mark);
  }
  return [...groups.values()].map(({ key, rows }) => {
    const end = node.window === null ? null : (key[node.keys.length + 1] as bigint);
    return [...key, ...node.columns.map(each => valueOf(each.call, rows, end, retracting))];
  });
}

function windowsOf(node: AggregateNode, row: HistoryRow): readonly (readonly bigint[])[] {
  if (node.window === null) return [[]];
  if (row.time === null) return [];
  const definition = windowOf(node.window.type);
  if (definition.by !== 'time') throw new Error(`${node.window.type} windows are no windows of time`);
  return definition
    .reference(Number(row.time), node.window.parameters)
    .map(({ start, end }) => [BigInt(start), BigInt(end), BigInt(end) - 1n]);
}
