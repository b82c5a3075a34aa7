import { WINDOW_STATES, type OriginStep, type OriginWindow, type WindowState } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { valueAt } from '../columns/values.js';
import type { LiteralValue } from '../expr/ast.js';
import { valueToLiteral } from '../expr/literal.js';
import { nodeText } from '../plan/explain.js';
import { originStep, originWindow } from '../plan/originStep.js';
import type { PlanNode } from '../plan/plan.js';
import type { Relation } from '../plan/relation.js';
import { madeAt, rowOrigins, rowsKnown } from '../plan/rowOrigins.js';
import type { Runtime } from '../runtime/runtime.js';
import { bindWindow } from '../windows/registry.js';
import { preparePlan, type QueryRegistry } from './hostQueries.js';
import { readCurrentTable } from './hostReads.js';
import type { HostReplies } from './protocol.js';

/** A row whose origins cannot be told. */
class OriginError extends MillraceError {
  override readonly name = 'OriginError';
}

/** Where a row comes from, with what a reader is told beside. */
interface Found extends Readonly<HostReplies['origins']> {
  readonly kind: OriginStep;
  readonly window: OriginWindow | null;
  readonly watermarkUs: number | null;
  readonly hasEnded: boolean;
}

/**
 * Where a row of a plan comes from: the step that made it, and plans of the rows that it was made of. Nothing is kept for it while queries
 * run: the row is looked for, and its inputs are read again when somebody looks at them.
 *
 * @param values of columns of the row: its key, or all of them
 */
export async function originsOf(
  plan: PlanNode,
  values: Readonly<Record<string, LiteralValue>>,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<Found> {
  const { plan: root, relations, sources } = await preparePlan(plan, runtime);
  const live = sources.find(source => source.live);
  if (live !== undefined) {
    throw new OriginError(
      'MR2231',
      `origins() reads the input again, and '${live.summary.name}' is a live feed, whose past is not kept.`,
      "Record it, and ask over the recording: stream.record('name.mrec'), replay('name.mrec').",
    );
  }
  const made = madeAt(root, new Map(Object.entries(values)), relations);
  const step = nodeText(made.node);
  const rows = rowsKnown(made, relations);
  const { table, bound } = await readCurrentTable(rows, null, runtime, queries);
  if (table.total === 0) {
    throw new OriginError(
      'MR2232',
      'origins() is asked of a row that is not there.',
      'Give it a row as rows() gives it, or the columns of its key, of a row that is there now.',
    );
  }
  const first = table.positions(0, 1);
  const columns = table.gather(first);
  const row = new Map(
    bound.fields.map(({ name, type }, at) => [name, valueToLiteral(valueAt(columns[at], 0), type)]),
  );
  const progress = await progressOf(rows, queries);
  const window = originWindow(made.node, row, relations.get(made.node) as Relation);
  const state = table.hasStates
    ? (WINDOW_STATES[table.rowState(first[0])] ?? null)
    : stateOf(made.node, window, progress);
  return {
    step,
    kind: originStep(made.node),
    rows: table.total,
    window: window === null ? null : { ...window, state },
    ...progress,
    origins: rowOrigins(made.node, row, relations),
  };
}

type Progress = Pick<Found, 'watermarkUs' | 'hasEnded'>;

/** How far the input of what was read last of a plan was: as far as the source that is furthest behind. */
async function progressOf(plan: PlanNode, queries: QueryRegistry): Promise<Progress> {
  const { sources } = await queries.stats(plan);
  const watermark = sources.reduce(
    (lowest, { watermarkUs }) => Math.min(lowest, watermarkUs ?? -Infinity),
    Infinity,
  );
  return {
    watermarkUs: Number.isFinite(watermark) ? watermark : null,
    hasEnded: watermark === Infinity,
  };
}

/** The state of a window that its table keeps none of: those of time close by the watermark, others by their rows. */
function stateOf(
  node: PlanNode,
  window: Pick<OriginWindow, 'endUs'> | null,
  { watermarkUs, hasEnded }: Progress,
): WindowState | null {
  if (node.kind !== 'aggregate' || node.window === null || window === null) return null;
  if (bindWindow(node.window).kind === 'bars') return null;
  if (hasEnded) return 'final';
  if (watermarkUs === null || watermarkUs < window.endUs) return 'open';
  return watermarkUs < window.endUs + node.allowedLatenessUs ? 'closed' : 'final';
}
