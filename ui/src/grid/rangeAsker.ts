import type { RowRange, ViewRequest } from '@millrace/protocol';
import type { Area } from './cursor.js';

/** Rows asked for beside those on the screen, so that a short scroll has them already. */
const MARGIN = 12;
const ASK_PAUSE_MS = 40;
/** Rows that are asked for at once at most, for the sake of what is selected. */
const MOST_ROWS = 1000;

/** Asks for the rows that a grid shows, and those that are selected as far as they are not too many. */
export class RangeAsker {
  range: RowRange;
  /** Whether there is somebody to ask. */
  live = false;
  private selected: Area | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    firstRows: number,
    private readonly ask: (request: ViewRequest) => void,
  ) {
    this.range = { from: 0, limit: firstRows + 2 * MARGIN, tail: true };
  }

  /** Rows that are selected are wanted too, so that they can be copied. */
  select(area: Area): void {
    this.selected = area;
  }

  /** The rows are others from here on: those at their end, or the first ones. */
  restart(tail: boolean): void {
    clearTimeout(this.timer);
    this.selected = null;
    this.range = { from: 0, limit: Math.min(this.range.limit, MOST_ROWS), tail };
  }

  /** Asks for the rows on the screen and some around, where they are not what was asked for last. */
  look(first: number, fit: number, following: boolean): void {
    const { range } = this;
    const wanted = this.wanted(first, fit, following);
    const isHeld =
      wanted.least >= range.from &&
      wanted.end <= range.from + range.limit &&
      range.limit <= wanted.limit + MOST_ROWS;
    if (wanted.tail ? range.tail && range.limit === wanted.limit : !range.tail && isHeld) return;
    this.range = { from: wanted.from, limit: wanted.limit, tail: wanted.tail };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.live) this.ask({ type: 'range', range: this.range });
    }, ASK_PAUSE_MS);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private wanted(first: number, fit: number, following: boolean) {
    let least = first;
    let end = first + fit;
    let tail = following;
    if (this.selected !== null) {
      const top = Math.min(least, this.selected.top);
      const bottom = Math.max(end, this.selected.bottom + 1);
      if (bottom - top <= MOST_ROWS) {
        // The end that is followed holds what is selected already, or it is not followed.
        if (top < least - MARGIN) tail = false;
        least = top;
        end = bottom;
      }
    }
    if (tail) return { tail, from: Math.max(0, first - MARGIN), limit: fit + 2 * MARGIN, least, end };
    const from = Math.max(0, least - MARGIN);
    return { tail, from, limit: end - least + 2 * MARGIN, least, end };
  }
}
