import type { Schema } from '../columns/schema.js';
import { STRING, type TimeUnit } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { PlanError } from '../plan/error.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { Relation } from '../plan/relation.js';
import type { BarWindow, RowWindowKind, SessionWindow } from '../windows/define.js';
import { EVERY_CHANGE } from '../windows/emission.js';
import type { PhysicalForm, PhysicalGrouping, PhysicalOperator } from './physical.js';
import { TICK_US } from './ticks.js';

type Parts = PhysicalGrouping & {
  readonly input: Schema;
  readonly output: Schema;
  readonly form: PhysicalForm | 'late';
};

/** The operator of an aggregate over windows whose rows depend on each other. */
export function planRowWindow(
  node: AggregateNode,
  window: RowWindowKind,
  parts: Parts,
  /** The position of an argument that is to be computed of each row. */
  argument: (expr: Expr) => number,
): PhysicalOperator {
  const name = node.window?.type ?? 'window';
  if (node.fill !== undefined) {
    throw new PlanError(
      'MR3221',
      `${name}() windows are never empty, so there is nothing to fill.`,
      "Leave { fill } out, or use windows of time: tumble('1 min').",
      node,
    );
  }
  const { allowedLatenessUs, emit = EVERY_CHANGE } = node;
  if (window.kind === 'bars') {
    const measure = window.columns.length === 0 ? null : argument(measureOf(window.columns));
    return { op: 'barAggregate', window, measure, allowedLatenessUs, emit, ...parts };
  }
  checkGap(node, window, parts.time?.unit ?? 'us');
  return { op: 'sessionAggregate', window, allowedLatenessUs, emit, ...parts };
}

/** The operator of the rows that come too late for such windows. */
export function planLateOfRows(
  node: AggregateNode,
  window: RowWindowKind,
  { schema: input, mode }: Relation,
  time: PhysicalGrouping['time'],
): PhysicalOperator {
  const { keys } = node;
  const retracting = mode === 'retract';
  const grouping = { keys, args: [], aggregates: [], time, sequence: null, retracting };
  if (window.kind === 'bars') {
    // Which rows are late does not depend on how they fill bars.
    const rows: BarWindow = { ...window, columns: [] };
    return planRowWindow(node, rows, { input, output: input, form: 'late', ...grouping }, () => 0);
  }
  return planRowWindow(node, window, { input, output: input, form: 'late', ...grouping }, () => 0);
}

/** The product of columns as float64. */
function measureOf(columns: readonly string[]): Expr {
  const float64: Expr = { kind: 'literal', type: STRING, value: 'float64' };
  return columns
    .map((name): Expr => ({ kind: 'call', fn: 'cast', args: [{ kind: 'column', name }, float64] }))
    .reduce((left, right) => ({ kind: 'call', fn: 'mul', args: [left, right] }));
}

/** A session has to end on a tick of the time column. */
function checkGap(node: AggregateNode, { gapUs }: SessionWindow, unit: TimeUnit): void {
  if (gapUs % TICK_US[unit] === 0) return;
  throw new PlanError(
    'MR3203',
    `session(): its gap is no whole number of ticks of the time column, which counts in '${unit}'.`,
    `Use a gap that is a whole multiple of one ${unit}, or a time column of a finer unit.`,
    node,
  );
}

/** How long after their ends the windows of an operator may still change. */
export function changesForUs(operator: PhysicalOperator): number {
  if (operator.op === 'windowedAggregate' || operator.op === 'barAggregate')
    return operator.allowedLatenessUs;
  // A row just at the end of a session still belongs to it.
  if (operator.op === 'sessionAggregate') {
    const tickUs = TICK_US[operator.time?.unit ?? 'us'];
    const { allowedLatenessUs, retracting, window } = operator;
    // Where rows are taken back a session may break behind a row that is certain, a gap before the first that is not.
    return allowedLatenessUs + tickUs + (retracting ? window.gapUs + tickUs : 0);
  }
  return 0;
}
