import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import type { RowLog } from './rowLog.js';

/** Indices into `WINDOW_STATES`. */
export const OPEN = 0;
export const CLOSED = 1;
export const REVISED = 2;
export const FINAL = 3;

/**
 * The states of a table's windows: derived from their ends, the allowed lateness and the watermark, and so never stored but for
 * the mark of a revision. Rows that are not final yet are listed, so that a moving watermark costs what it changes.
 */
export class WindowStates {
  watermark: EventTime = START_OF_TIME;
  /** How many rows' windows have closed so far. */
  closings = 0;
  #unsettled: number[] = [];
  #next: EventTime = END_OF_TIME;

  constructor(
    readonly log: RowLog,
    readonly allowedLatenessUs: number,
  ) {}

  /** The numbers of the rows that are not final, some that have gone among them. */
  get unsettled(): readonly number[] {
    return this.#unsettled;
  }

  /** A row's state now. */
  of(position: number): number {
    const end = this.log.ends[position];
    if (this.watermark < end) return OPEN;
    if (this.watermark >= end + this.allowedLatenessUs) return FINAL;
    return this.log.revised[position] === 1 ? REVISED : CLOSED;
  }

  /** Lists a row that was added. */
  add(position: number): void {
    if (this.watermark >= this.log.ends[position]) this.closings++;
    if (this.of(position) === FINAL) return;
    this.#unsettled.push(this.log.rowIds[position]);
    this.#next = Math.min(this.#next, this.#border(position));
  }

  /** When the state of a row changes next. */
  #border(position: number): EventTime {
    const end = this.log.ends[position];
    return this.watermark < end ? end : end + this.allowedLatenessUs;
  }

  /** Moves the watermark; `changed` is called for the rows whose state is another now. */
  advance(watermark: EventTime, changed: (position: number) => void): void {
    const before = this.watermark;
    if (watermark <= before) return;
    this.watermark = watermark;
    if (watermark < this.#next) return;
    this.#next = END_OF_TIME;
    let kept = 0;
    for (const rowId of this.#unsettled) {
      const position = this.log.positionOf(rowId);
      if (position < 0) continue;
      const end = this.log.ends[position];
      if (before < end && watermark >= end) this.closings++;
      if ((before < end && watermark >= end) || watermark >= end + this.allowedLatenessUs) changed(position);
      if (watermark >= end + this.allowedLatenessUs) continue;
      this.#unsettled[kept++] = rowId;
      this.#next = Math.min(this.#next, this.#border(position));
    }
    this.#unsettled.length = kept;
  }

  clear(): void {
    this.watermark = START_OF_TIME;
    this.closings = 0;
    this.#unsettled = [];
    this.#next = END_OF_TIME;
  }
}
