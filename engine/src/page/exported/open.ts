import { setCodegen } from '../../codegen/compile.js';
import { createSessionHost } from '../../session/host.js';
import type { ExportedSession } from '../../session/exported.js';
import type { SessionHost } from '../../session/protocol.js';
import type { PlanNode } from '../../plan/plan.js';
import type { World } from '../../sources/source.js';
import { PAGE_DOWNLOADS } from '../downloads.js';
import { deferInPage, pageWorld } from '../host.js';
import { exportedConnector } from './rows.js';

/**
 * Opens an exported session: its views run on the rows that came with it, to their end. Resolves when they are there; a view that fails
 * says so by its status.
 *
 * @param options.speed event time per wall time at which the replays are to play
 * @param options.codegen `ahead` where code cannot be made of text, and the loops were written before; `write` to have them made as there
 * @example
 * const host = await openExported({ session, recordings }, { codegen: 'ahead' });
 * host.attachView({ v: 1, viewId, credit: 1, range: null }, message => show(message));
 */
export async function openExported(
  { session, recordings }: { readonly session: ExportedSession; readonly recordings: readonly Uint8Array[] },
  {
    codegen,
    speed = null,
    world = pageWorld(),
    defer = deferInPage(),
  }: {
    readonly codegen: 'ahead' | 'write';
    readonly speed?: number | null;
    readonly world?: World;
    readonly defer?: (work: () => void) => void;
  },
): Promise<SessionHost> {
  setCodegen(codegen);
  const host = createSessionHost({
    world,
    connectors: [exportedConnector(session.sources, recordings)],
    sinks: PAGE_DOWNLOADS,
    defer,
  });
  const link = host.link();
  for (const { name, spec, value } of session.inputs) {
    await link.request({ type: 'input', name, spec, owner: null });
    await link.request({ type: 'inputSet', name, value });
  }
  for (const { viewId, plan, view } of session.views)
    await link.request({ type: 'view', viewId, plan: JSON.parse(plan) as PlanNode, owner: null, view });
  if (session.views.length > 0) await link.request({ type: 'until', time: 'end' });
  // At the end, where it is, the clock takes the speed and stays.
  if (speed !== null) await link.request({ type: 'clock', command: { type: 'speed', speed } });
  return host;
}
