import type { ClockState } from '@millrace/protocol';
import { onLink } from './client.js';

let last: ClockState | null = null;

onLink(link => {
  last = null;
  link.onEvent(event => {
    if (event.type === 'clock') last = event.state;
  });
});

/** Takes note of a state of the clock that was asked for. */
export function noteClock(state: ClockState): ClockState {
  last = state;
  return state;
}

/** The clock as it was last told: at every change, and a few times a second while time passes. Null before anything was told. */
export function lastClock(): ClockState | null {
  return last;
}
