import type { EventTime } from '../columns/time.js';
import { CalendarSlicing } from './calendarSlicing.js';
import type { CumulativeWindow, SlicedWindow, TimeWindow, WindowSpan } from './define.js';
import { ZonedSlicing } from './zonedSlicing.js';

/**
 * Finds slices and windows at run time. Slices are pieces of time that no window cuts: a window is put together of whole
 * ones. A slicing is a cursor: `find` sets what the others read.
 */
export interface Slicing {
  /** Whether every slice is a window of its own, and there are no others. */
  readonly single: boolean;
  /** The slice found last. */
  readonly start: EventTime;
  readonly end: EventTime;
  /** The end of the last window that covers the slice found last. */
  readonly lastEnd: EventTime;
  /** Finds the slice of an event time. False where no window holds the time. */
  find(time: EventTime): boolean;
  /** Calls back for the windows that cover the slice found last, the one that ends last first, until it returns false. */
  eachWindow(visit: (start: EventTime, end: EventTime) => boolean): void;
  /** The window that ends next after a time; null where there is none. */
  next(time: EventTime): WindowSpan | null;
}

/** The slicing of a window. */
export function slicingOf(window: TimeWindow): Slicing {
  switch (window.kind) {
    case 'sliced':
      return new UniformSlicing(window);
    case 'cumulative':
      return new CumulativeSlicing(window);
    case 'zoned':
      return new ZonedSlicing(window);
    case 'calendar':
      return new CalendarSlicing(window);
  }
}

/** Slices and windows of one size each. */
class UniformSlicing implements Slicing {
  readonly single: boolean;
  start = 0;
  end = 0;
  lastEnd = 0;
  readonly #window: SlicedWindow;

  constructor(window: SlicedWindow) {
    this.#window = window;
    this.single = window.sizeUs === window.sliceUs;
  }

  find(time: EventTime): boolean {
    const { sliceUs, slideUs, sizeUs, offsetUs } = this.#window;
    this.start = Math.floor((time - offsetUs) / sliceUs) * sliceUs + offsetUs;
    this.end = this.start + sliceUs;
    this.lastEnd = Math.floor((this.start - offsetUs) / slideUs) * slideUs + offsetUs + sizeUs;
    return true;
  }

  eachWindow(visit: (start: EventTime, end: EventTime) => boolean): void {
    const { sizeUs, slideUs } = this.#window;
    for (let end = this.lastEnd; end > this.start; end -= slideUs) if (!visit(end - sizeUs, end)) return;
  }

  next(time: EventTime): WindowSpan {
    const { sizeUs, slideUs, offsetUs } = this.#window;
    const start = Math.floor((time - sizeUs - offsetUs) / slideUs) * slideUs + offsetUs + slideUs;
    return { start, end: start + sizeUs };
  }
}

/** Windows that grow by a step each, and start anew every size. */
class CumulativeSlicing implements Slicing {
  readonly single: boolean;
  start = 0;
  end = 0;
  lastEnd = 0;
  readonly #window: CumulativeWindow;

  constructor(window: CumulativeWindow) {
    this.#window = window;
    this.single = window.sizeUs === window.stepUs;
  }

  find(time: EventTime): boolean {
    const { stepUs, sizeUs, offsetUs } = this.#window;
    this.start = Math.floor((time - offsetUs) / stepUs) * stepUs + offsetUs;
    this.end = this.start + stepUs;
    this.lastEnd = Math.floor((time - offsetUs) / sizeUs) * sizeUs + offsetUs + sizeUs;
    return true;
  }

  eachWindow(visit: (start: EventTime, end: EventTime) => boolean): void {
    const { stepUs, sizeUs } = this.#window;
    const start = this.lastEnd - sizeUs;
    for (let end = this.lastEnd; end > this.start; end -= stepUs) if (!visit(start, end)) return;
  }

  next(time: EventTime): WindowSpan {
    const { stepUs, sizeUs, offsetUs } = this.#window;
    const last = Math.floor((time - offsetUs) / stepUs) * stepUs;
    return { start: Math.floor(last / sizeUs) * sizeUs + offsetUs, end: last + stepUs + offsetUs };
  }
}
