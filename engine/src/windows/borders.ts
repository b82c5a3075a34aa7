import { civilFromDays, daysFromCivil } from '../columns/civil.js';
import type { EventTime } from '../columns/time.js';
import { localToUtc, utcOffsetAt, zoneOf, type Zone } from '../columns/zone.js';
import type { ZonedSpan } from './define.js';

const DAY_US = 86_400_000_000;
/** 1970-01-05, the first Monday. */
const MONDAY_US = 4 * DAY_US;

/** Points in time that follow each other for ever: where slices meet. */
export interface Borders {
  /** The last border that is not after a time. */
  floor(time: EventTime): EventTime;
  /** The first border after a time. */
  next(time: EventTime): EventTime;
}

/** The borders of a span by a zone's clocks, shifted by so much local time. */
export function zonedBorders(span: ZonedSpan, timeZone: string, offsetUs: number): Borders {
  const zone = zoneOf(timeZone);
  if ('months' in span) return new DateBorders(zone, monthly(span.months, offsetUs));
  return span.us % DAY_US === 0
    ? new DateBorders(zone, daily(span.us, offsetUs))
    : new ClockBorders(zone, span.us, offsetUs);
}

/** Borders that are numbered by local time. */
interface LocalBorders {
  /** The number of the last border that is not after a local time. */
  numberOf(localUs: number): number;
  localAt(number: number): number;
}

/** Every so many days from 1970-01-01; whole weeks begin on a Monday. */
function daily(us: number, offsetUs: number): LocalBorders {
  const first = (us % (7 * DAY_US) === 0 ? MONDAY_US : 0) + offsetUs;
  return {
    numberOf: localUs => Math.floor((localUs - first) / us),
    localAt: number => number * us + first,
  };
}

/** Every so many months from January 1970. */
function monthly(months: number, offsetUs: number): LocalBorders {
  return {
    numberOf(localUs) {
      const { year, month } = civilFromDays(Math.floor((localUs - offsetUs) / DAY_US));
      return Math.floor(((year - 1970) * 12 + month - 1) / months);
    },
    localAt(number) {
      const month = number * months;
      const year = 1970 + Math.floor(month / 12);
      return daysFromCivil(year, month - (year - 1970) * 12 + 1, 1) * DAY_US + offsetUs;
    },
  };
}

/** Borders at local dates: a time of day that clocks skip is taken as the moment of the change, one that they show twice as the first. */
class DateBorders implements Borders {
  constructor(
    readonly zone: Zone,
    readonly local: LocalBorders,
  ) {}

  floor(time: EventTime): EventTime {
    return this.#at(this.#number(time));
  }

  next(time: EventTime): EventTime {
    return this.#at(this.#number(time) + 1);
  }

  #at(number: number): EventTime {
    return localToUtc(this.zone, this.local.localAt(number));
  }

  #number(time: EventTime): number {
    let number = this.local.numberOf(time + utcOffsetAt(this.zone, time));
    while (this.#at(number) > time) number--;
    while (this.#at(number + 1) <= time) number++;
    return number;
  }
}

/**
 * Borders whenever the clocks strike a multiple of a span: an hour that they go through twice is two windows of an hour, and a window
 * of four hours that they are set back in has five. Where they skip the strike, the border is where they skip it.
 */
class ClockBorders implements Borders {
  constructor(
    readonly zone: Zone,
    readonly us: number,
    readonly offsetUs: number,
  ) {}

  floor(time: EventTime): EventTime {
    for (let at = time; ;) {
      const { from, offset } = this.#stretch(at);
      const border = this.#floorLocal(at + offset) - offset;
      if (border >= from) return border;
      const before = this.#stretch(from - 1).offset;
      // The strike may have been skipped where this stretch begins.
      if (this.#floorLocal(from + offset) > from - 1 + before) return from;
      at = from - 1;
    }
  }

  next(time: EventTime): EventTime {
    for (let at = time; ;) {
      const { to, offset } = this.#stretch(at);
      const border = this.#floorLocal(at + offset) + this.us - offset;
      if (border < to) return border;
      const after = this.#stretch(to).offset;
      const first = this.#floorLocal(to + after);
      if (first === to + after || (after > offset && first > to - 1 + offset)) return to;
      at = to;
    }
  }

  #floorLocal(localUs: number): number {
    return Math.floor((localUs - this.offsetUs) / this.us) * this.us + this.offsetUs;
  }

  #stretch(time: EventTime) {
    const { from, to, offset } = this.zone.stretchAt(Math.floor(time / 1e6));
    return { from: from * 1e6, to: to * 1e6, offset: offset * 1e6 };
  }
}
