import type { PanelPlan, PanelPlanNode } from '@millrace/protocol';
import type { PhysicalInput } from '../physical/physical.js';
import { cut, finite } from './panelText.js';
import type { HeldQuery } from './hostQueries.js';
import type { OperatorStats, QueryStats } from './stats.js';

/** So many places of a plan are told: more cannot be drawn so that anybody sees something. */
const MOST_NODES = 150;

/**
 * A query's plan as it runs, with what has been measured. A query on the table of another one begins with that table.
 *
 * @param stats those of the query with its parts, as `heldStats` gives them
 */
export function panelPlan(id: string, held: HeldQuery, stats: QueryStats): PanelPlan {
  const { plan } = held.query;
  const own = stats.operators.slice(stats.operators.length - plan.operators.length);
  const total = own.reduce((sum, { ms }) => sum + ms, 0);
  const inputs = held.part === null ? sourceNodes(held, stats) : [partNode(held, stats)];
  const idOf = (input: PhysicalInput): number =>
    'source' in input ? input.source : inputs.length + input.operator;
  const nodes: PanelPlanNode[] = [
    ...inputs,
    ...plan.operators.map((step, at) =>
      operatorNode(inputs.length + at, step.inputs.map(idOf), own[at], total),
    ),
  ];
  nodes.push({
    ...NOTHING,
    id: nodes.length,
    kind: 'table',
    op: 'table',
    text: `${held.query.table.total} rows are kept`,
    inputs: [idOf(plan.output)],
    rowsIn: own.at(-1)?.rowsOut ?? inputs.at(-1)?.rowsOut ?? 0,
    rowsOut: held.query.table.total,
    stateRows: held.query.table.total,
    stateBytes: held.query.table.bytes,
  });
  return { query: id, nodes: nodes.slice(0, MOST_NODES), left: Math.max(0, nodes.length - MOST_NODES) };
}

const NOTHING = {
  rowsIn: 0,
  ms: null,
  share: null,
  stateRows: 0,
  stateBytes: 0,
  late: 0,
  watermarkUs: null,
  heldBy: null,
  windows: null,
} as const;

function sourceNodes(held: HeldQuery, { sources }: QueryStats): PanelPlanNode[] {
  return held.query.plan.sources.map(({ node }, at) => ({
    ...NOTHING,
    id: at,
    kind: 'source',
    op: 'source',
    text: cut(`${node.name} (${node.connector})`),
    inputs: [],
    rowsIn: sources[at].rows,
    rowsOut: sources[at].rows,
    stateRows: sources[at].waiting,
    late: sources[at].late,
    watermarkUs: finite(sources[at].watermarkUs),
  }));
}

/** What a query reads that runs on the table of another one. */
function partNode({ part, query }: HeldQuery, stats: QueryStats): PanelPlanNode {
  const below = stats.operators.at(-query.plan.operators.length - 1);
  return {
    ...NOTHING,
    id: 0,
    kind: 'source',
    op: 'table',
    text: cut(`the table of ${below?.text ?? 'another query'}`),
    inputs: [],
    rowsOut: query.rowsIn,
    watermarkUs: finite(part?.query.watermark ?? null),
  };
}

function operatorNode(
  id: number,
  inputs: readonly number[],
  stats: OperatorStats,
  total: number,
): PanelPlanNode {
  const { op, text, rowsIn, rowsOut, ms, stateRows, stateBytes, late, untimed, windows } = stats;
  const open = windows === null || windows.open === 0 ? null : `${windows.open} open`;
  return {
    id,
    kind: 'operator',
    op,
    text: cut(text),
    inputs,
    rowsIn,
    rowsOut,
    ms,
    share: total > 0 ? ms / total : null,
    stateRows,
    stateBytes,
    late: late + untimed,
    watermarkUs: finite(stats.watermarkUs),
    heldBy: stats.heldBy === null ? null : cut(stats.heldBy.source),
    windows: open === null || windows?.why == null ? open : cut(`${open}: ${windows.why}`),
  };
}
