import { spokenInstant } from './instantText.js';
import type { ClockSpeed, ClockState } from './session.js';
import { CLOCK_MIME, PROTOCOL_VERSION } from './version.js';

/** The data of `CLOCK_MIME`: the clock as it was when the notebook was saved. */
export interface ClockOutput {
  readonly v: number;
  readonly state: ClockState;
}

/** The output that a clock is, for front ends with a replay bar and those without. */
export function clockBundle(state: ClockState): Readonly<Record<string, unknown>> {
  const output: ClockOutput = { v: PROTOCOL_VERSION, state };
  const text = clockStateText(state);
  // A saved notebook may say anything.
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return { [CLOCK_MIME]: output, 'text/plain': text, 'text/html': `<div>${html}</div>` };
}

/** A clock in a sentence: `Clock: paused at 2026-01-05 14:30:00 UTC, 60×; 2026-01-05 14:30:00 UTC to 2026-01-05 15:10:00 UTC`. */
export function clockStateText({ mode, speed, nowUs, startUs, endUs, live }: ClockState): string {
  const word = mode === 'idle' ? 'nothing replays' : mode === 'max' ? 'everything is read at once' : mode;
  const now = nowUs === null ? '' : ` at ${timeText(nowUs)}`;
  const rate = mode === 'playing' || mode === 'paused' ? `, ${speedText(speed)}` : '';
  const span = startUs === null || endUs === null ? '' : `; ${timeText(startUs)} to ${timeText(endUs)}`;
  return `Clock: ${word}${now}${rate}${span}${live ? '; live' : ''}`;
}

function timeText(us: number): string {
  return spokenInstant(Math.floor(us), 'us');
}

function speedText(speed: ClockSpeed): string {
  if (typeof speed === 'object') return `${speed.rowsPerSecond} rows/s`;
  return speed === 'max' ? 'as fast as it goes' : `${speed}×`;
}
