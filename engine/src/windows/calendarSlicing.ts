import { civilFromDays } from '../columns/civil.js';
import { formatDate } from '../columns/iso.js';
import type { EventTime } from '../columns/time.js';
import { sessionsOf, type Sessions } from './calendars/sessions.js';
import { WindowError, type CalendarWindow, type WindowSpan } from './define.js';
import type { Slicing } from './slicing.js';

const DAY_US = 86_400_000_000;

/**
 * Windows of an exchange's sessions. A slice is a piece of a session, or all of it; several sessions make the windows of weeks and
 * months. What is between sessions is in no window, or in the last slice before it.
 */
export class CalendarSlicing implements Slicing {
  readonly single: boolean;
  start: EventTime = NaN;
  end: EventTime = NaN;
  lastEnd: EventTime = NaN;
  readonly #window: CalendarWindow;
  readonly #sessions: Sessions;
  /** When parts begin, and when they end: where the next begins, if that belongs to them, too. */
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** The length of slices; infinite where a part is one. */
  readonly #sliceUs: number;
  /** The first and last part of the window of each part, where windows hold several sessions. */
  readonly #groups: { readonly first: Int32Array; readonly last: Int32Array } | null;

  constructor(window: CalendarWindow) {
    this.#window = window;
    const sessions = (this.#sessions = sessionsOf(window.calendar));
    const { span } = window;
    this.#sliceUs = 'us' in span ? span.us : Infinity;
    const whole = this.#sliceUs === Infinity;
    // A session is one part here, whatever its break, unless it is cut into pieces.
    this.#starts = whole ? wholeStarts(sessions) : sessions.starts;
    const ends = whole ? wholeEnds(sessions) : sessions.ends;
    this.#ends =
      window.outside === 'previous' ? ends.map((end, part) => this.#starts[part + 1] ?? end) : ends;
    this.#groups = 'us' in span || ('days' in span && span.days === 1) ? null : groupsOf(sessions, window);
    this.single = this.#groups === null;
  }

  find(time: EventTime): boolean {
    if (time >= this.start && time < this.end) return true;
    this.#check(time);
    const part = this.#partAt(time);
    if (part < 0 || time >= this.#ends[part]) return false;
    this.start = this.#sliceStart(part, time);
    this.end = this.#sliceEnd(part, this.start);
    this.lastEnd = this.#groups === null ? this.end : this.#ends[this.#groups.last[part]];
    return true;
  }

  /** The last part that begins by a time; -1 where there is none. */
  #partAt(time: EventTime): number {
    const starts = this.#starts;
    let low = -1;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #sliceStart(part: number, time: EventTime): EventTime {
    const start = this.#starts[part];
    if (this.#sliceUs === Infinity) return start;
    const last = Math.ceil((this.#tradingEnd(part) - start) / this.#sliceUs) - 1;
    return start + Math.min(last, Math.floor((time - start) / this.#sliceUs)) * this.#sliceUs;
  }

  #sliceEnd(part: number, sliceStart: EventTime): EventTime {
    const end = sliceStart + this.#sliceUs;
    return end >= this.#tradingEnd(part) ? this.#ends[part] : end;
  }

  /** When trading ends in a part, whatever belongs to it beyond. */
  #tradingEnd(part: number): EventTime {
    return this.#sliceUs === Infinity ? this.#ends[part] : this.#sessions.ends[part];
  }

  eachWindow(visit: (start: EventTime, end: EventTime) => boolean): void {
    const part = this.#partAt(this.start);
    const first = this.#groups === null ? part : this.#groups.first[part];
    visit(this.#groups === null ? this.start : this.#starts[first], this.lastEnd);
  }

  next(time: EventTime): WindowSpan | null {
    let part = Math.max(0, this.#partAt(time));
    if (time >= this.#ends[part]) part++;
    if (part >= this.#starts.length) return null;
    if (this.#groups !== null) {
      const { first, last } = this.#groups;
      return { start: this.#starts[first[part]], end: this.#ends[last[part]] };
    }
    const start = this.#sliceStart(part, Math.max(time, this.#starts[part]));
    return { start, end: this.#sliceEnd(part, start) };
  }

  #check(time: EventTime): void {
    const { table, from, to } = this.#sessions;
    if (time >= from && time < to) return;
    throw new WindowError(
      'MR3217',
      `the calendar '${this.#window.calendar}' is known from ${formatDate(table.first)} to ${formatDate(table.last)}, and a row is of ` +
        `${formatDate(Math.floor(time / DAY_US))}.`,
      'Leave such rows out before: .where(t => …). Where the time is right, take tumble() with a time zone.',
    );
  }
}

function wholeStarts({ days, starts, firstParts }: Sessions): Float64Array {
  return Float64Array.from(days, (_, session) => starts[firstParts[session]]);
}

function wholeEnds({ days, ends, firstParts }: Sessions): Float64Array {
  return Float64Array.from(days, (_, session) => ends[firstParts[session + 1] - 1]);
}

/** Which sessions share a window: by weeks from Monday, or by months. */
function groupsOf(
  { days }: Sessions,
  { span }: CalendarWindow,
): { readonly first: Int32Array; readonly last: Int32Array } {
  const numberOf = (day: number): number => {
    if ('months' in span) {
      const { year, month } = civilFromDays(day);
      return Math.floor(((year - 1970) * 12 + month - 1) / span.months);
    }
    return Math.floor((day - 4) / 7);
  };
  const first = new Int32Array(days.length);
  const last = new Int32Array(days.length);
  for (let at = 0; at < days.length; at++)
    first[at] = at > 0 && numberOf(days[at]) === numberOf(days[at - 1]) ? first[at - 1] : at;
  for (let at = days.length - 1; at >= 0; at--)
    last[at] = at + 1 < days.length && first[at + 1] === first[at] ? last[at + 1] : at;
  return { first, last };
}
