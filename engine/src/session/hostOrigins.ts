import { MillraceError } from '../columns/error.js';
import { valueAt } from '../columns/values.js';
import type { LiteralValue } from '../expr/ast.js';
import { valueToLiteral } from '../expr/literal.js';
import { nodeText } from '../plan/explain.js';
import type { PlanNode } from '../plan/plan.js';
import { madeAt, rowOrigins, rowsKnown } from '../plan/rowOrigins.js';
import type { Runtime } from '../runtime/runtime.js';
import { preparePlan, type QueryRegistry } from './hostQueries.js';
import { readCurrentTable } from './hostReads.js';
import type { HostReplies } from './protocol.js';

/** A row whose origins cannot be told. */
class OriginError extends MillraceError {
  override readonly name = 'OriginError';
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
): Promise<HostReplies['origins']> {
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
  const { table, bound } = await readCurrentTable(rowsKnown(made, relations), null, runtime, queries);
  if (table.total === 0) {
    throw new OriginError(
      'MR2232',
      'origins() is asked of a row that is not there.',
      'Give it a row as rows() gives it, or the columns of its key, of a row that is there now.',
    );
  }
  const columns = table.gather(table.positions(0, 1));
  const row = new Map(
    bound.fields.map(({ name, type }, at) => [name, valueToLiteral(valueAt(columns[at], 0), type)]),
  );
  const origins = rowOrigins(made.node, row, relations);
  return { step, rows: table.total, origins };
}
