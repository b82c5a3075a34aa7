import { formatDuration } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import type { AggregateCall } from '../expr/ast.js';
import { castTo } from '../expr/bind.js';
import type { BoundExpr } from '../expr/bound.js';
import { callText } from '../expr/text.js';
import { aggregateOf, resolveAggregate } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { DEQUE_RULES } from '../functions/rolling/deque.js';
import { rowFunctionOf } from '../functions/rolling/registry.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import type { RollingColumn, RollingNode } from './nodes/rolling.js';
import type { PlanNode } from './plan.js';
import type { Relation } from './relation.js';

/** A call's arguments with their types. The default of `lag` and `lead` takes the type of their value. */
export function bindRollingArguments(call: AggregateCall, schema: Schema): BoundExpr[] {
  const args = call.args.map(arg => bind(arg, schema));
  if ((call.fn !== 'lag' && call.fn !== 'lead') || args.length < 2) return args;
  return [args[0], castTo(args[1], args[0].type, scalarFunction)];
}

/** What a rolling node puts out: its input's columns, and the new ones after them or in their place. */
export function bindRolling(
  node: RollingNode,
  input: Relation,
  requireBoolean: (expr: BoundExpr) => void,
): Relation {
  const { schema } = input;
  const untimed =
    input.time === null || schema.fields[fieldIndex(schema, input.time)].type.kind !== 'timestamp';
  const timed = node.columns.find(({ over, call }) =>
    over !== 'row' ? aggregateOf(call.fn).ordered : rowFunctionOf(call.fn).timed,
  );
  if (untimed && (node.frame?.kind === 'range' || timed !== undefined)) {
    throw new MillraceError(
      'MR2121',
      `${node.frame?.kind === 'range' ? 'a range of time' : `${timed!.call.fn}()`} needs an event-time column, and the rows have none.`,
      "Declare one at the source: { time: 'ts' }; or count rows: rolling({ rows: 20 }).",
    );
  }
  const made = node.columns.map(column => bindColumn(column, node, schema, requireBoolean));
  const names = made.map(({ name }) => name);
  const twice = names.find(
    (name, at) => names.indexOf(name) !== at || node.keys.includes(name) || name === input.time,
  );
  if (twice !== undefined) {
    throw new MillraceError(
      'MR2122',
      `rolling() cannot put a column in the place of '${twice}', which it reads itself or makes twice.`,
      'Give the new column another name.',
    );
  }
  const fields = schema.fields.map(field => made.find(({ name }) => name === field.name) ?? field);
  const key = input.key?.some(name => names.includes(name)) === true ? null : input.key;
  return { ...input, key, schema: { fields: [...fields, ...made.filter(field => !fields.includes(field))] } };
}

function bindColumn(
  { name, over, call }: RollingColumn,
  { frame }: RollingNode,
  schema: Schema,
  requireBoolean: (expr: BoundExpr) => void,
): Field {
  const args = bindRollingArguments(call, schema);
  if (over === 'row') return { name, ...rowFunctionOf(call.fn).resolve(args, call.options) };
  if (call.where !== null) requireBoolean(bind(call.where, schema));
  if (over === 'frame' && frame !== null) requireRetraction(name, call);
  // A frame behind the current row is empty at first.
  const canBeEmpty = over === 'frame' && frame?.kind === 'rows' && frame.behind > 0;
  const seen = canBeEmpty ? args.map(arg => ({ ...arg, nullable: true })) : args;
  return { name, ...resolveAggregate(call, seen) };
}

/** Rows leave a frame, so its aggregates have to be able to give them up. */
function requireRetraction(name: string, { fn, options }: AggregateCall): void {
  if (DEQUE_RULES.has(fn)) return;
  const { retracts } = aggregateOf(fn);
  const able = typeof retracts === 'function' ? retracts(options) : retracts;
  if (able === true) return;
  throw new MillraceError(
    'MR2123',
    `${fn}() for '${name}' cannot follow a frame: rows that leave it cannot be taken back.`,
    able,
  );
}

/** Whether a node's rows come in event order, those of one time together: rows that waited for others behind them come one by one. */
export function comesInOrder(node: PlanNode): boolean {
  if (node.kind === 'asOfJoin') return node.emit === 'close' && node.direction === 'backward';
  if (node.kind === 'rolling') return node.columns.every(({ call }) => call.fn !== 'lead');
  if (node.kind === 'windowJoin') return true;
  return (
    (node.kind === 'filter' || node.kind === 'project' || node.kind === 'keep') && comesInOrder(node.input)
  );
}

/** A rolling node in one line. */
export function rollingText({ keys, frame, columns }: RollingNode): string {
  const by = keys.length === 0 ? '' : ` by ${keys.join(', ')}`;
  return `rolling${by}${frameText(frame)}: ${columns.map(({ name, call }) => `${name} = ${callText(call)}`).join(', ')}`;
}

/** A frame as a person reads it. */
export function frameText(frame: RollingNode['frame']): string {
  if (frame === null) return ' from the start';
  if (frame.kind === 'range') return ` over the last ${formatDuration(frame.us)}`;
  return frame.behind === 0
    ? ` over ${frame.rows} rows`
    : ` over ${frame.rows} rows, the last of them ${frame.behind} before`;
}
