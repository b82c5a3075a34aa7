import { MillraceError } from '../columns/error.js';
import { changesNode, finalNode } from '../plan/build.js';
import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import type { SinkConnector, SinkRequest } from '../sinks/sink.js';
import { preparePlan, type PreparedPlan } from './hostQueries.js';
import type { HostRequest } from './protocol.js';

/** A write that cannot be made, or that is not there any more. */
export class WriteError extends MillraceError {
  override readonly name = 'WriteError';
}

export type WriteRequest = Extract<HostRequest, { type: 'write' }>;

/** What a write runs, and what its sink gets. */
export interface WritePlan {
  readonly connector: SinkConnector;
  readonly prepared: PreparedPlan;
  readonly request: SinkRequest;
  /** Whether it goes with the session clock and its live feeds, or reads its input at once. */
  readonly follows: boolean;
}

/**
 * Decides how a plan's rows are written. Changes go as they are to a sink that applies them, else as rows with a column `kind`. Of a table
 * that goes on changing only final rows can be written once.
 */
export async function planWrite(
  { plan, sink, options, emit, pace }: WriteRequest,
  runtime: Runtime,
  sinks: readonly SinkConnector[],
): Promise<WritePlan> {
  const connector = sinks.find(({ name }) => name === sink);
  if (connector === undefined) {
    const names = sinks.map(({ name }) => name).join(', ');
    throw new WriteError('MR5301', `there is no sink '${sink}' here.`, `These exist: ${names}.`);
  }
  const prepared = await preparePlan(plan, runtime);
  const stays = connector.stays === true;
  const follows = prepared.live || stays || pace === 'clock';
  const changing = prepared.bound.mode !== 'append';
  const base = { connector, follows };
  const live = prepared.live || stays;
  const { key } = prepared.bound;
  if (!changing) return { ...base, prepared, request: { key, live, changes: false } };
  if (emit === 'changes') {
    if (connector.takesChanges?.(options) === true)
      return { ...base, prepared, request: { key, live, changes: true } };
    const changes = await preparePlan(changesNode({ input: plan, column: 'kind' }), runtime);
    return { ...base, prepared: changes, request: { key: null, live, changes: false } };
  }
  if (!follows) return { ...base, prepared, request: { key, live, changes: false } };
  return { ...base, prepared: await finalRows(plan, runtime), request: { key, live, changes: false } };
}

async function finalRows(plan: PlanNode, runtime: Runtime): Promise<PreparedPlan> {
  try {
    return await preparePlan(finalNode({ input: plan }), runtime);
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'MR2106') throw error;
    throw new WriteError(
      'MR3901',
      'the rows of this table can change for as long as its input goes on, so that none is ever final.',
      "Write its changes: t.writeTo(sink, { emit: 'changes' }), or the table as it is now: (await t.snapshot()).writeTo(sink).",
    );
  }
}
