import type { TimeGap } from '@millrace/protocol';
import { whole } from '../format.js';
import { spanText, zonedTime } from './zones.js';

/** What a gap is, in a sentence. */
export function gapText({ kind, fromUs, toUs, source, missing }: TimeGap, zone: string): string {
  const name = source === null ? '' : `${source}: `;
  const span = `from ${zonedTime(fromUs, zone)} to ${zonedTime(toUs, zone, fromUs)}`;
  const count = missing === null ? 'some' : whole(missing);
  switch (kind) {
    case 'silent':
      return `${name}no rows ${span} (${spanText(toUs - fromUs)})`;
    case 'disconnected':
      return `${name}no connection ${span} (${spanText(toUs - fromUs)})`;
    case 'lost':
      return `${name}${count} messages were not recorded ${span}`;
    case 'missing':
      return `${name}${count} ${missing === 1 ? 'row is' : 'rows are'} missing before ${zonedTime(toUs, zone)}`;
  }
}

/** The span without rows that a time lies in, or else the next one; null: there is none any more. */
export function nextSilence(gaps: readonly TimeGap[], nowUs: number | null): TimeGap | null {
  const ahead = gaps.filter(
    ({ kind, source, toUs }) => kind === 'silent' && source === null && toUs > (nowUs ?? -Infinity),
  );
  return ahead.reduce<TimeGap | null>(
    (first, gap) => (first === null || gap.fromUs < first.fromUs ? gap : first),
    null,
  );
}
