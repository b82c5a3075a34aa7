import { fieldIndex, type Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import type { AggregateCall, Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import type { Ability } from '../functions/aggregate/define.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { PlanError } from '../plan/error.js';
import { canonicalJson } from '../plan/hash.js';
import type { AggregateNode, WindowSpec } from '../plan/nodes/aggregate.js';
import type { LateNode } from '../plan/nodes/late.js';
import type { Relation } from '../plan/relation.js';
import { isTimeWindow, type BoundWindow, type TimeWindow } from '../windows/define.js';
import { EVERY_CHANGE } from '../windows/emission.js';
import { bindWindow } from '../windows/registry.js';
import { slicingOf } from '../windows/slicing.js';
import { planFill } from '../plan/fill.js';
import type { PhysicalForm, PhysicalGrouping, PhysicalOperator } from './physical.js';
import { planLateOfRows, planRowWindow } from './rowWindows.js';
import { TICK_US } from './ticks.js';

/** The operator of an aggregate node. */
export function planAggregate(
  node: AggregateNode,
  input: Relation,
  output: Relation,
  sequence: string | null,
  form: PhysicalForm,
): PhysicalOperator {
  const { schema } = input;
  const args: BoundExpr[] = [];
  const positions = new Map<string, number>();
  const argument = (expr: Expr): number => {
    const key = canonicalJson(expr);
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, args.length);
    return args.push(bind(expr, schema)) - 1;
  };
  const retracting = input.mode === 'retract';
  const window = node.window === null ? null : bindWindow(node.window);
  const aggregates = node.columns.map(({ name, call }) => {
    const definition = aggregateOf(call.fn);
    // Bars take no row back: they are filled with what is left.
    if (retracting && window?.kind !== 'bars')
      requireAbility(node, name, call, definition.retracts, 'MR3120');
    return {
      name,
      fn: call.fn,
      args: call.args.map(argument),
      where: call.where === null ? null : argument(call.where),
      distinct: call.distinct,
      options: call.options,
      type: output.schema.fields[fieldIndex(output.schema, name)].type,
    };
  });
  const ordered = node.columns.find(({ call }) => aggregateOf(call.fn).ordered);
  if (ordered !== undefined && input.time === null) throw orderError(node, ordered.call.fn);
  const grouping: PhysicalGrouping = {
    keys: node.keys,
    args,
    aggregates,
    time: timeOf(schema, input.time),
    sequence:
      (ordered !== undefined || window?.kind === 'bars') && sequence !== null
        ? argument({ kind: 'column', name: sequence })
        : null,
    retracting,
  };
  if (window === null) {
    const ttlUs = node.ttlUs ?? null;
    if (ttlUs !== null && input.time === null) throw ttlError(node);
    return { op: 'groupBy', input: schema, output: output.schema, form, ttlUs, ...grouping };
  }
  const { allowedLatenessUs } = node;
  for (const { name, call } of isPutTogether(window, form) ? node.columns : []) {
    requireAbility(node, name, call, aggregateOf(call.fn).merges, 'MR3121');
  }
  if (!isTimeWindow(window)) {
    const parts = { input: schema, output: output.schema, form, ...grouping };
    return planRowWindow(node, window, parts, argument);
  }
  checkWindow(node, window, grouping.time?.unit ?? 'us');
  return {
    op: 'windowedAggregate',
    input: schema,
    output: output.schema,
    form,
    window,
    allowedLatenessUs,
    emit: node.emit ?? EVERY_CHANGE,
    fill: planFill(node),
    ...grouping,
  };
}

function ttlError(node: AggregateNode): PlanError {
  return new PlanError(
    'MR3135',
    'ttl forgets groups by the watermark, and these rows have no event time.',
    "Name the time column where the source is made: { time: 'ts' }.",
    node,
  );
}

/** The operator of a late node: it judges rows as the aggregate does, and keeps those that are dropped. */
export function planLateRows({ input: node }: LateNode, input: Relation): PhysicalOperator {
  const window = bindWindow(node.window as WindowSpec);
  const time = timeOf(input.schema, input.time) as NonNullable<PhysicalGrouping['time']>;
  if (!isTimeWindow(window)) return planLateOfRows(node, window, input, time);
  checkWindow(node, window, time.unit);
  const { allowedLatenessUs } = node;
  return { op: 'lateRows', input: input.schema, output: input.schema, time, window, allowedLatenessUs };
}

function timeOf(schema: Schema, name: string | null): PhysicalGrouping['time'] {
  if (name === null) return null;
  const { type } = schema.fields[fieldIndex(schema, name)];
  return type.kind === 'timestamp' ? { column: name, unit: type.unit } : null;
}

/** Window borders have to lie on ticks of the time column. */
function checkWindow(node: AggregateNode, window: TimeWindow, unit: TimeUnit): void {
  if (durationsOf(window).every(us => us % TICK_US[unit] === 0)) return;
  throw new PlanError(
    'MR3203',
    `window(): its borders do not lie on whole ticks of the time column, which counts in '${unit}'.`,
    `Use durations that are whole multiples of one ${unit}, or a time column of a finer unit.`,
    node,
  );
}

/** The durations that decide where a window's borders lie; months and the offsets of zones are whole seconds. */
function durationsOf(window: TimeWindow): readonly number[] {
  switch (window.kind) {
    case 'sliced':
      return [window.sizeUs, window.slideUs, window.offsetUs];
    case 'cumulative':
      return [window.stepUs, window.offsetUs];
    case 'zoned':
      return ['us' in window.slice ? window.slice.us : 0, window.offsetUs];
    case 'calendar':
      return ['us' in window.span ? window.span.us : 0];
  }
}

/** Whether the values of a window are put together of parts: slices that windows share, or sessions that were apart. */
function isPutTogether(window: BoundWindow, form: PhysicalForm): boolean {
  if (isTimeWindow(window)) return !slicingOf(window).single;
  return window.kind === 'session' || form !== 'final';
}

/** Throws where an aggregate cannot do what the plan needs of it; the hint says what to write instead. */
function requireAbility(
  node: AggregateNode,
  column: string,
  { fn, options }: AggregateCall,
  ability: Ability | undefined,
  code: 'MR3120' | 'MR3121',
): void {
  const instead = typeof ability === 'function' ? ability(options) : (ability ?? true);
  if (instead === true) return;
  const what =
    code === 'MR3120'
      ? 'cannot take rows back, and its input is a table whose rows change'
      : 'cannot put parts of a window together, and these windows are made of parts';
  const called = fn === 'defined' ? String(options.name) : fn;
  throw new PlanError(code, `${called}() for '${column}' ${what}.`, instead, node);
}

function orderError(node: AggregateNode, fn: string): PlanError {
  return new PlanError(
    'MR3104',
    `${fn}() needs an order of the rows, and these have no event time.`,
    "Name the time column where the source is made: { time: 'ts' }.",
    node,
  );
}
