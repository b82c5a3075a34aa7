import type { Schema } from '../columns/schema.js';
import type { TimeUnit } from '../columns/types.js';
import { PlanError } from '../plan/error.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { RowWindowKind, SessionWindow } from '../windows/define.js';
import { EVERY_CHANGE } from '../windows/emission.js';
import type { PhysicalForm, PhysicalGrouping, PhysicalOperator } from './physical.js';
import { TICK_US } from './ticks.js';

type Parts = PhysicalGrouping & {
  readonly input: Schema;
  readonly output: Schema;
  readonly form: PhysicalForm | 'late';
};

/** The operator of an aggregate over windows whose rows depend on each other. */
export function planRowWindow(node: AggregateNode, window: RowWindowKind, parts: Parts): PhysicalOperator {
  const name = node.window?.type ?? 'window';
  if (parts.retracting) {
    throw new PlanError(
      'MR3211',
      `${name}() windows are made by their rows, and cannot give rows back; their input is a table whose rows change.`,
      'Window its final rows: .final().window(…).',
      node,
    );
  }
  if (node.fill !== undefined) {
    throw new PlanError(
      'MR3212',
      `${name}() windows are never empty, so there is nothing to fill.`,
      "Leave { fill } out, or use windows of time: tumble('1 min').",
      node,
    );
  }
  const { allowedLatenessUs, emit = EVERY_CHANGE } = node;
  if (window.kind === 'bars') throw new Error('bars are not planned yet');
  checkGap(node, window, parts.time?.unit ?? 'us');
  return { op: 'sessionAggregate', window, allowedLatenessUs, emit, ...parts };
}

/** The operator of the rows that come too late for such windows. */
export function planLateOfRows(
  node: AggregateNode,
  window: RowWindowKind,
  input: Schema,
  time: PhysicalGrouping['time'],
): PhysicalOperator {
  const { keys } = node;
  const grouping = { keys, args: [], aggregates: [], time, sequence: null, retracting: false };
  return planRowWindow(node, window, { input, output: input, form: 'late', ...grouping });
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
  if (operator.op === 'windowedAggregate') return operator.allowedLatenessUs;
  // A row just at the end of a session still belongs to it.
  if (operator.op === 'sessionAggregate')
    return operator.allowedLatenessUs + TICK_US[operator.time?.unit ?? 'us'];
  return 0;
}
