import type { ClockState } from '@millrace/protocol';
import { element, setAttribute } from '../dom.js';
import { zonedTime } from './zones.js';

/** The slider goes over the replays' span in so many steps. */
const STEPS = 1000;

/** How far the replay is, as a slider: drag it, or press arrow keys, to go to another time, forward or back. */
export class SeekBar {
  readonly node = element('input', 'millrace-ReplayBar-seek');
  #clock: Pick<ClockState, 'mode' | 'nowUs' | 'startUs' | 'endUs' | 'live'> | null = null;
  /** Whether somebody holds it: it then stays where it was dragged to. */
  #held = false;

  constructor(
    /** Goes to a time, in microseconds. */
    seek: (timeUs: number) => void,
    /** Shows the time that it is being dragged to; null: no longer. */
    preview: (timeUs: number | null) => void,
  ) {
    this.node.type = 'range';
    this.node.min = '0';
    this.node.max = String(STEPS);
    this.node.setAttribute('aria-label', 'Replay position');
    this.node.addEventListener('input', () => {
      this.#held = true;
      this.#showDone();
      preview(this.#time());
    });
    this.node.addEventListener('change', () => {
      this.#held = false;
      const time = this.#time();
      preview(null);
      if (time !== null) seek(time);
    });
  }

  show(clock: ClockState, zone: string): void {
    this.#clock = clock;
    const done = fractionDone(clock);
    this.node.hidden = done === null;
    this.node.disabled = clock.live;
    this.node.title = clock.live
      ? 'A live feed cannot be gone back in: record it and replay the recording'
      : '';
    if (done !== null && !this.#held) this.node.value = String(Math.round(done * STEPS));
    const { nowUs } = clock;
    setAttribute(this.node, 'aria-valuetext', nowUs === null ? null : `${zonedTime(nowUs, zone)} ${zone}`);
    this.#showDone();
  }

  #showDone(): void {
    // What is drawn behind it is filled as far, too.
    (this.node.parentElement ?? this.node).style.setProperty(
      '--millrace-done',
      `${Number(this.node.value) / (STEPS / 100)}%`,
    );
  }

  #time(): number | null {
    const { startUs, endUs } = this.#clock ?? { startUs: null, endUs: null };
    if (startUs === null || endUs === null) return null;
    return Math.round(startUs + ((endUs - startUs) * Number(this.node.value)) / STEPS);
  }
}

/** Which part of the replays' span has gone by; null where it is not known. */
function fractionDone({ mode, nowUs, startUs, endUs }: ClockState): number | null {
  if (startUs === null || endUs === null || !(endUs > startUs)) return null;
  if (mode === 'ended') return 1;
  return nowUs === null ? 0 : Math.min(1, Math.max(0, (nowUs - startUs) / (endUs - startUs)));
}
