import type { EventTime } from '../columns/time.js';
import { zonedBorders, type Borders } from './borders.js';
import type { WindowSpan, ZonedWindow } from './define.js';
import type { Slicing } from './slicing.js';

/** So many slices are remembered, since rows go to and fro between a few. */
const REMEMBERED = 256;

/** Slices and windows by the clocks of a zone, where no two need be of one length. */
export class ZonedSlicing implements Slicing {
  readonly single: boolean;
  start: EventTime = NaN;
  end: EventTime = NaN;
  lastEnd: EventTime = NaN;
  readonly #borders: Borders;
  /** Where cumulative windows start. */
  readonly #base: Borders | null;
  readonly #slices: number;
  readonly #lastEnds = new Map<EventTime, EventTime>();

  constructor(window: ZonedWindow) {
    const { slice, cumulative, timeZone, offsetUs } = window;
    this.#borders = zonedBorders(slice, timeZone, offsetUs);
    this.#base = cumulative === null ? null : zonedBorders(cumulative, timeZone, offsetUs);
    this.#slices = window.slices;
    this.single = cumulative === null && window.slices === 1;
  }

  find(time: EventTime): boolean {
    if (time >= this.start && time < this.end) return true;
    this.start = this.#borders.floor(time);
    this.end = this.#borders.next(time);
    this.lastEnd = this.single ? this.end : this.#lastEndOf(this.start);
    return true;
  }

  #lastEndOf(start: EventTime): EventTime {
    let end = this.#lastEnds.get(start);
    if (end === undefined) {
      end = this.#base === null ? this.#after(start, this.#slices) : this.#base.next(start);
      if (this.#lastEnds.size >= REMEMBERED) this.#lastEnds.clear();
      this.#lastEnds.set(start, end);
    }
    return end;
  }

  #after(border: EventTime, count: number): EventTime {
    for (let k = 0; k < count; k++) border = this.#borders.next(border);
    return border;
  }

  #before(border: EventTime, count: number): EventTime {
    for (let k = 0; k < count; k++) border = this.#borders.floor(border - 1);
    return border;
  }

  eachWindow(visit: (start: EventTime, end: EventTime) => boolean): void {
    let start = this.#base === null ? this.start : this.#base.floor(this.start);
    for (let end = this.lastEnd; end > this.start; end = this.#before(end, 1)) {
      if (!visit(start, end)) return;
      if (this.#base === null) start = this.#before(start, 1);
    }
  }

  next(time: EventTime): WindowSpan {
    const end = this.#borders.next(time);
    return { start: this.#base === null ? this.#before(end, this.#slices) : this.#base.floor(end - 1), end };
  }
}
