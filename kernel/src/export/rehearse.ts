import { PROTOCOL_VERSION, type ClockState, type ViewDescription, type ViewOutput } from '@millrace/protocol';
import { openExported, watchGenerated } from 'millrace/exported';
import type { ExportedView, HostLink } from 'millrace/session';
import { compareViews } from '../check/compareViews.js';
import { columnsOf, SAVED_ROWS, type Snapshot } from '../display/viewBundle.js';
import type { TakenViews } from './contract.js';

/** What a page will do, done here. */
export interface Rehearsal {
  /** The loops that its engine needs, as a script. */
  readonly loops: string;
  /** What each view shows at the end. */
  readonly ends: ReadonlyMap<string, Snapshot>;
  /** Views that do not run, or give other rows each time, and why. */
  readonly failed: ReadonlyMap<string, string>;
  readonly clock: ClockState;
}

/**
 * Opens the session of a page as the page does, and moves its clock as a reader may: forward and back, by rows and by time. So every loop is made
 * that the page must have, since it can make none; and what is not the same at its end each time is found here.
 */
export async function rehearse({ session, recordings }: TakenViews): Promise<Rehearsal> {
  const finish = watchGenerated();
  const host = await openExported(
    { session, recordings },
    { codegen: 'write', defer: work => void setImmediate(work) },
  );
  try {
    const link = host.link();
    const ends = await snapshots(link, session.views);
    const clock = await link.request({ type: 'clock', command: { type: 'state' } });
    const failed = new Map<string, string>();
    const again = clock.mode === 'idle' ? ends : await played(link, clock, session.views);
    for (const { viewId, view } of session.views) {
      const [first, second] = [ends.get(viewId)!, again.get(viewId)!];
      const error = second.status.error ?? first.status.error;
      const difference =
        error === null ? compareViews(endOf(viewId, view, first), endOf(viewId, view, second)) : null;
      if (error !== null) failed.set(viewId, error);
      else if (difference !== null)
        failed.set(
          viewId,
          `MR8531 it gives other rows when it is replayed: ${typeof difference === 'string' ? difference : difference.text}.`,
        );
    }
    return { loops: finish(), ends, failed, clock };
  } finally {
    finish();
    await host.close();
  }
}

/** Moves the clock about and to the end; what the views show there. */
async function played(
  link: HostLink,
  { startUs, endUs }: ClockState,
  views: readonly ExportedView[],
): Promise<ReadonlyMap<string, Snapshot>> {
  const first = startUs ?? 0;
  const span = Math.max(0, (endUs ?? first) - first);
  await link.request({ type: 'seek', to: first + span / 2 });
  for (const events of [1, 1, 7, 64]) await link.request({ type: 'step', by: { events } });
  await link.request({ type: 'step', by: { durationUs: Math.ceil(span / 50) } });
  await link.request({ type: 'seek', to: first + span / 4 });
  await link.request({ type: 'step', by: { events: 3 } });
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 'max' } });
  await link.request({ type: 'until', time: 'end' });
  return snapshots(link, views);
}

async function snapshots(
  link: HostLink,
  views: readonly ExportedView[],
): Promise<ReadonlyMap<string, Snapshot>> {
  const found = new Map<string, Snapshot>();
  for (const { viewId, view } of views)
    found.set(viewId, await link.request({ type: 'viewSnapshot', viewId, limit: SAVED_ROWS[view.kind] }));
  return found;
}

/** A view's output as it is at its end. */
export function endOf(viewId: string, view: ViewDescription, { arrow, status, bound }: Snapshot): ViewOutput {
  return {
    v: PROTOCOL_VERSION,
    viewId,
    view,
    columns: columnsOf(bound),
    key: bound.key ?? [],
    snapshot: { arrow: Buffer.from(arrow).toString('base64'), status },
  };
}
