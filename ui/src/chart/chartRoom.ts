import type { ChartSpec } from '@millrace/protocol';

/** Pixels of room for a chart that has not been drawn, and at most. */
const USUAL_ROOM = 300;
const MOST_ROOM = 2000;
/** What has no height is never seen, and so never drawn. */
const STAT_ROOM = 64;

/** Pixels that a chart is likely to be high: room is made for it before it is drawn. */
export function roomOf(chart: ChartSpec): number {
  if (chart.form === 'stat') return STAT_ROOM;
  const height = chart.form === 'vegaLite' ? chart.spec['height'] : null;
  return typeof height === 'number' && height > 0 ? Math.min(height, MOST_ROOM) : USUAL_ROOM;
}

/** Vega keeps the last canvas that it drew on: what this is within is not to be kept with it, nor its pixels. */
export function emptyOf(host: HTMLElement): void {
  for (const canvas of host.querySelectorAll('canvas')) canvas.width = canvas.height = 0;
  host.replaceChildren();
}
