import type { TimeGap, TimeLine } from '@millrace/protocol';
import type { EventTime } from '../columns/time.js';
import type { FeedProfile } from './feedProfile.js';
import type { Span } from './largestSpans.js';
import { commonSpans, unusualSilences } from './silences.js';
import { foldInto, widthFor } from './timeHistogram.js';

/** So many gaps are told, the longest and those where most is missing. */
const MOST_GAPS = 64;
/** A replay's own silence is told beside those of all where it is not the same one: at least so much of it lies outside of them. */
const LEAST_OWN = 0.5;

/** A replay, as the time line needs it. */
export interface ProfiledReplay {
  readonly name: string;
  readonly profile: FeedProfile;
}

/** The time line of a session's replays, over their span and what has been read beyond it; null where that is not known. */
export function timeLineOf(
  replays: readonly ProfiledReplay[],
  span: { readonly first: EventTime | null; readonly last: EventTime | null },
): TimeLine | null {
  const times = replays.flatMap(({ profile }) => [profile.first, profile.last]);
  const all = [span.first, span.last, ...times].filter(time => time !== null);
  if (replays.length === 0 || all.length === 0) return null;
  const [first, last] = [Math.min(...all), Math.max(...all)];
  const known = replays.map(({ profile: { histogram, expected, last: readUs, isWhole } }) => ({
    read: histogram.buckets,
    expected: isWhole || expected === null ? null : expected.after(readUs, histogram.rows),
  }));
  const buckets = known.flatMap(({ read, expected }) => (expected === null ? [read] : [read, expected]));
  const widthUs = widthFor(
    first,
    last,
    buckets.reduce((width, each) => Math.max(width, each.widthUs), 1),
  );
  const from = Math.floor(first / widthUs);
  const zeros = (): number[] => new Array<number>(Math.floor(last / widthUs) - from + 1).fill(0);
  const [counts, expectedCounts] = [zeros(), zeros()];
  for (const { read, expected } of known) {
    foldInto(counts, from, widthUs, read);
    if (expected !== null) foldInto(expectedCounts, from, widthUs, expected);
  }
  const unread = replays.filter(({ profile }) => !profile.isWhole);
  const gaps = gapsOf(replays, last - first);
  return {
    fromUs: from * widthUs,
    widthUs,
    counts,
    expected: expectedCounts.map(count => Math.round(count)),
    readUs: unread.length === 0 ? null : Math.min(...unread.map(({ profile }) => profile.last ?? first)),
    gaps: gaps.told,
    moreGaps: gaps.more,
  };
}

function gapsOf(
  replays: readonly ProfiledReplay[],
  wholeUs: number,
): { readonly told: TimeGap[]; readonly more: number } {
  const silences = silencesOf(replays, wholeUs);
  const own = replays.flatMap(({ name, profile: { missing, breaks } }): TimeGap[] => [
    ...missing.spans.map(({ fromUs, toUs, size }) => gap('missing', fromUs, toUs, name, size)),
    ...breaks.map(each => gap(each.kind, each.fromUs, each.toUs, name, each.missing)),
  ]);
  const all = [...silences, ...own.sort((a, b) => (b.missing ?? 0) - (a.missing ?? 0))];
  const unkept = replays.reduce(
    (sum, { profile: { missing } }) => sum + missing.added - missing.spans.length,
    0,
  );
  return {
    told: all.slice(0, MOST_GAPS).sort((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs),
    more: Math.max(0, all.length - MOST_GAPS) + unkept,
  };
}

/** The unusual silences: of all replays together, and of each where the others go on. */
function silencesOf(replays: readonly ProfiledReplay[], wholeUs: number): TimeGap[] {
  const together = replays
    .map(({ profile }) => silentSpans(profile))
    .reduce((one, other) => commonSpans(one, other))
    .filter(({ fromUs, toUs }) => Number.isFinite(fromUs) && Number.isFinite(toUs));
  const rows = replays.reduce((sum, { profile }) => sum + profile.histogram.rows, 0);
  const areAll = replays.every(({ profile }) => !profile.silences.isFull);
  const ofAll = unusualSilences(together, areAll, rows, wholeUs);
  const told = ofAll.map(({ fromUs, toUs }) => gap('silent', fromUs, toUs, null, null));
  if (replays.length === 1) return told;
  for (const { name, profile } of replays) {
    const { silences, histogram } = profile;
    for (const span of unusualSilences(silences.spans, !silences.isFull, histogram.rows, wholeUs)) {
      const shared = commonSpans([span], ofAll).reduce((sum, { size }) => sum + size, 0);
      if (shared <= (1 - LEAST_OWN) * span.size) told.push(gap('silent', span.fromUs, span.toUs, name, null));
    }
  }
  return told;
}

/** Where a replay has no rows, as far as is known: before its first, between two of them, and behind its last. */
function silentSpans({ silences, first, last, isWhole }: FeedProfile): readonly Span[] {
  if (first === null || last === null) return isWhole ? [span(-Infinity, Infinity)] : [];
  return [span(-Infinity, first), ...silences.spans, ...(isWhole ? [span(last, Infinity)] : [])];
}

function span(fromUs: EventTime, toUs: EventTime): Span {
  return { fromUs, toUs, size: toUs - fromUs };
}

function gap(
  kind: TimeGap['kind'],
  fromUs: EventTime,
  toUs: EventTime,
  source: string | null,
  missing: number | null,
): TimeGap {
  return { kind, fromUs, toUs, source, missing };
}
