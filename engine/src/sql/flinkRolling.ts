import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { rowFunctionOf } from '../functions/rolling/registry.js';
import type { FrameSpec, RollingColumn, RollingNode } from '../plan/nodes/rolling.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { bindRollingArguments } from '../plan/rolling.js';
import { sqlInterval } from '../windows/define.js';
import { distinctArguments, guardedArguments, isOneCall } from './aggregateCall.js';
import { wholeMilliseconds } from './flinkTables.js';
import { FLINK, flinkName } from './flinkText.js';
import { scalarText } from './scalar.js';

/** What rolling columns are printed over. */
export interface FlinkRolled {
  readonly relation: Relation;
  /** The event time that rows are ordered by, quoted; null where they have none. */
  readonly rowtime: string | null;
  readonly cannot: (why: string) => void;
}

/** A rolling column, and the window that it needs: a query may have one. */
export interface OverColumn {
  readonly name: string;
  readonly text: string;
  readonly over: string;
}

/** Whether rows are windows, which come once in Flink. */
export function isOfWindows(node: PlanNode): boolean {
  if (node.kind === 'filter' || node.kind === 'project' || node.kind === 'keep' || node.kind === 'rolling')
    return isOfWindows(node.input);
  return node.kind === 'aggregate' && node.window !== null;
}

/** One rolling column. */
export function overColumn(node: RollingNode, column: RollingColumn, input: FlinkRolled): OverColumn {
  const { call, name } = column;
  const { schema } = input.relation;
  const bound = bindRollingArguments(call, schema);
  const args = bound.map(arg => scalarText(arg, FLINK, input.cannot));
  const by = node.keys.length === 0 ? '' : `PARTITION BY ${node.keys.map(flinkName).join(', ')} `;
  if (input.rowtime === null) input.cannot('OVER goes by event time in Flink, and the rows have none');
  const ordered = `${by}ORDER BY ${input.rowtime ?? 'PROCTIME()'}`;
  if (column.over === 'row') {
    const text = rowFunctionOf(call.fn).sql(args, ordered, call.options);
    if (text === null) input.cannot(`${call.fn}() has no counterpart in Flink`);
    return { name, text: text ?? 'NULL', over: ordered };
  }
  const conditions = call.where === null ? [] : [scalarText(bind(call.where, schema), FLINK, input.cannot)];
  const guarded = guardedArguments(args, conditions);
  const aggregate = aggregateOf(call.fn).sql(distinctArguments(call, guarded), {
    args: bound,
    options: call.options,
  });
  const over = `${ordered} ${frameText(column.over === 'start' ? null : node.frame, input.cannot)}`;
  if (aggregate !== null && isOneCall(aggregate)) return { name, text: `${aggregate} OVER (${over})`, over };
  input.cannot(`${call.fn}() over rows has no counterpart in Flink`);
  return { name, text: 'NULL', over };
}

function frameText(frame: FrameSpec | null, cannot: (why: string) => void): string {
  if (frame === null) return 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
  if (frame.kind === 'range') {
    const why = wholeMilliseconds(frame.us);
    if (why !== null) cannot(why);
    return `RANGE BETWEEN ${sqlInterval(frame.us)} PRECEDING AND CURRENT ROW`;
  }
  if (frame.behind > 0) cannot('frames end at the current row in Flink');
  return `ROWS BETWEEN ${frame.rows - 1} PRECEDING AND CURRENT ROW`;
}
