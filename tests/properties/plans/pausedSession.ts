import { decodeArrow } from '../../../engine/src/codecs/arrow.js';
import { MillraceError } from '../../../engine/src/columns/error.js';
import { valueAt } from '../../../engine/src/columns/values.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';
import { createSessionHost } from '../../../engine/src/session/host.js';
import type { HostLink } from '../../../engine/src/session/protocol.js';
import type { SourceConnector } from '../../../engine/src/sources/source.js';
import { valuesConnector } from '../../../engine/src/sources/values.js';
import { virtualWorld } from '../../support/virtualWorld.js';
import type { Row } from '../duckdb/compare.js';

/** A session whose clock stands at the replays' start. */
export async function pausedSession(
  checkpointRows: number,
  directory = '.',
  connector: SourceConnector = valuesConnector,
) {
  const world = virtualWorld(directory);
  const host = createSessionHost({
    world,
    connectors: [connector],
    sinks: [],
    defer: setImmediate,
    checkpointRows,
  });
  const link = host.link();
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 0.001 } });
  await link.request({ type: 'clock', command: { type: 'pause' } });
  const close = async (): Promise<void> => {
    await host.close();
    world.stop();
  };
  return { link, close };
}

/** Shows a plan; whether it can be. */
export async function show(link: HostLink, viewId: string, plan: PlanNode): Promise<boolean> {
  try {
    const view = { kind: 'grid' as const, title: null };
    await link.request({ type: 'view', viewId, plan, owner: null, view });
    return true;
  } catch (error) {
    if (error instanceof MillraceError) return false;
    throw error;
  }
}

/** What a view shows, the states of windows included; null where an error has stopped it. */
export async function shown(link: HostLink, viewId: string): Promise<Row[] | null> {
  const { arrow, status } = await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
  if (status.error !== null) return null;
  const { columns, length } = decodeArrow(arrow);
  return Array.from({ length }, (_, row) => columns.slice(1).map(column => valueAt(column, row)));
}
