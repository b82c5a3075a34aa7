import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';

/**
 * When windows that are told every so often are told, by the places of recorded rows: at multiples of each period on the session clock, after
 * the rows up to there and before the next one. A multiple before which nothing new has come tells nothing, so it is left out.
 */
export class Ticks {
  /** The multiple of each period that is due next; the end of time while nothing new has come. */
  readonly due: Float64Array;

  /** @param periods in microseconds, each once */
  constructor(readonly periods: readonly number[]) {
    this.due = new Float64Array(periods.length).fill(END_OF_TIME);
  }

  /** The place of the next tick; the end of time: there is none until rows come. */
  get next(): EventTime {
    let next = END_OF_TIME;
    for (const due of this.due) if (due < next) next = due;
    return next;
  }

  /** Takes note of a row at a place. */
  note(place: EventTime): void {
    if (place === START_OF_TIME) return;
    for (let k = 0; k < this.periods.length; k++) {
      const period = this.periods[k];
      if (this.due[k] === END_OF_TIME) this.due[k] = Math.ceil(place / period) * period;
    }
  }

  /** The periods that the next tick is of; they are over with it. */
  take(): ReadonlySet<number> {
    const { next } = this;
    const taken = new Set<number>();
    this.periods.forEach((period, k) => {
      if (this.due[k] !== next) return;
      this.due[k] = END_OF_TIME;
      taken.add(period);
    });
    return taken;
  }
}
