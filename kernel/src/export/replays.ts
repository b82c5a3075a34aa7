import { deflateRawSync } from 'node:zlib';
import type { ClockState } from '@millrace/protocol';
import type { ExportedSession } from 'millrace/session';
import type { TakenViews } from './contract.js';

/** Views with what they read, as it is and as it stands in a page. */
interface PackedViews extends TakenViews {
  /** Deflated; what no view reads is empty. */
  readonly packed: readonly Uint8Array[];
}

/** Packs the recordings that views read, in the order of the views, as long as all together take no more than so many bytes. Views of the others are refused. */
export function packRecordings({ session, recordings }: TakenViews, mostBytes: number): PackedViews {
  const taken = new Set<number>();
  const deflated = new Map<number, Uint8Array>();
  const refused = [...session.refused];
  let total = 0;
  const views = session.views.filter(view => {
    const added = view.sources.filter(place => !taken.has(place));
    for (const place of added) {
      if (!deflated.has(place)) deflated.set(place, deflateRawSync(recordings[place], { level: 9 }));
    }
    const size = added.reduce((sum, place) => sum + deflated.get(place)!.length, 0);
    if (total + size > mostBytes) {
      refused.push({ viewId: view.viewId, reason: tooLarge(session, view.sources, size, total, mostBytes) });
      return false;
    }
    total += size;
    for (const place of added) taken.add(place);
    return true;
  });
  const none = new Uint8Array(0);
  return {
    session: { ...session, views, refused },
    recordings: recordings.map((bytes, place) => (taken.has(place) ? bytes : none)),
    packed: recordings.map((_, place) => (taken.has(place) ? deflated.get(place)! : none)),
  };
}

function tooLarge(
  { sources }: ExportedSession,
  places: readonly number[],
  size: number,
  total: number,
  mostBytes: number,
): string {
  const names = places.map(place => `'${sources[place].name}'`).join(', ');
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const besides = total === 0 ? '' : `, beside ${mb(total)} of other recordings`;
  return `MR8501 the recording of ${names} takes ${mb(size)}${besides}, and a page holds ${mb(mostBytes)} of them. Replay a part of it: write the rows of an hour to a file of their own, and replay that; or allow more: --max ${Math.ceil((size + total) / 1e6)}MB.`;
}

/** Times as fast as which a replay takes about so long: the ones that the bar offers. */
const WHOLE_SECONDS = 75;
const SPEEDS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1000, 3600, 10_000];

/** The speed at which a reader sees a replay in about a minute; null: nothing replays. */
export function speedOf({ mode, startUs, endUs }: ClockState): number | null {
  if (mode === 'idle' || startUs === null || endUs === null) return null;
  const wanted = (endUs - startUs) / 1e6 / WHOLE_SECONDS;
  return SPEEDS.find(speed => speed >= wanted) ?? SPEEDS[SPEEDS.length - 1];
}
