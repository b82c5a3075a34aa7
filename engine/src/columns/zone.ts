import { MillraceError } from './error.js';
import { nearestNames } from './nearestNames.js';
import type { EventTime } from './time.js';

/** Offsets are looked up in pieces of so many seconds (about 20 years), when a time in them is first asked for. */
const PIECE = 20 * 365.25 * 86400;
/**
 * No two transitions of a zone are nearer than this: a piece is sampled at these steps, and what lies between two samples that
 * differ is found by halving. Checked for every zone of the time zone database from 1850 to 2100.
 */
const STEP = 5 * 86400;
/** The times that `Date` and so `Intl` know, in seconds, a day inside. */
const LEAST = -8.64e12 + 86400;
const MOST = 8.64e12 - 86400;

/**
 * A time zone as a table of offsets: where each begins and how many seconds the zone's clocks are then ahead of UTC. The last
 * stretch that was looked up is kept, so that times in order cost two comparisons.
 */
export class Zone {
  readonly #sample: (seconds: number) => number;
  readonly #pieces = new Map<number, Piece>();
  #from = Infinity;
  #to = -Infinity;
  #offset = 0;

  constructor(
    readonly id: string,
    sample: (seconds: number) => number,
  ) {
    this.#sample = sample;
  }

  /** How many seconds the zone is ahead of UTC at a time, in (fractional) seconds since 1970-01-01 UTC. */
  offsetAt(seconds: number): number {
    return seconds >= this.#from && seconds < this.#to ? this.#offset : this.#find(seconds);
  }

  /** A stretch of one offset that holds a time, in seconds: what lies before `from` and from `to` on may have another. */
  stretchAt(seconds: number): { readonly from: number; readonly to: number; readonly offset: number } {
    const offset = this.#find(seconds);
    if (seconds >= this.#from && seconds < this.#to) return { from: this.#from, to: this.#to, offset };
    return { from: -Infinity, to: Infinity, offset };
  }

  /** The stretch of one offset that holds the time of the last look-up: from its first second to the first after it. */
  get stretch(): { readonly from: number; readonly to: number } {
    return { from: this.#from, to: this.#to };
  }

  /**
   * The time at which the zone's clocks show a local time, both in seconds. Of a time that they show twice, the first; one that they
   * skip is taken by the offset from before (`compatible` in Temporal, as java.time does): 02:30 becomes 03:30.
   */
  toUtc(local: number): number {
    const before = this.offsetAt(local - 86400);
    const early = local - before;
    if (this.offsetAt(early) === before) return early;
    const after = this.offsetAt(local + 86400);
    const late = local - after;
    return this.offsetAt(late) === after ? late : early;
  }

  #find(seconds: number): number {
    if (seconds !== seconds) return 0;
    if (!(seconds >= LEAST && seconds < MOST))
      return this.#sample(Math.min(Math.max(seconds, LEAST), MOST) || 0);
    const number = Math.floor(seconds / PIECE);
    let piece = this.#pieces.get(number);
    if (piece === undefined) {
      piece = pieceOf(this.#sample, Math.max(number * PIECE, LEAST), Math.min((number + 1) * PIECE, MOST));
      this.#pieces.set(number, piece);
    }
    const { starts, offsets, end } = piece;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= seconds) low = middle;
      else high = middle - 1;
    }
    this.#from = starts[low];
    this.#to = low + 1 < starts.length ? starts[low + 1] : end;
    this.#offset = offsets[low];
    return this.#offset;
  }
}

interface Piece {
  readonly starts: Float64Array;
  readonly offsets: Float64Array;
  readonly end: number;
}

function pieceOf(sample: (seconds: number) => number, from: number, end: number): Piece {
  const starts = [from];
  const offsets = [sample(from)];
  for (let at = from; at < end;) {
    const next = Math.min(at + STEP, end);
    const offset = sample(next);
    if (offset !== offsets[offsets.length - 1]) {
      let low = Math.floor(at);
      let high = Math.ceil(next);
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (sample(middle) === offset) high = middle;
        else low = middle;
      }
      if (high < end) {
        starts.push(high);
        offsets.push(offset);
      }
    }
    at = next;
  }
  return { starts: Float64Array.from(starts), offsets: Float64Array.from(offsets), end };
}

const zones = new Map<string, Zone>();

/**
 * The zone of an IANA name (`'America/New_York'`), of `'UTC'`, or of an offset (`'+05:30'`).
 *
 * @throws MillraceError `MR1004` for a name that is none
 */
export function zoneOf(id: string): Zone {
  let zone = zones.get(id);
  if (zone === undefined) {
    zone = new Zone(id, samplerOf(id));
    zones.set(id, zone);
  }
  return zone;
}

function samplerOf(id: string): (seconds: number) => number {
  if (/^(utc|z)$/i.test(id)) return () => 0;
  const fixed = /^([+-])(\d\d):?(\d\d)$/.exec(id);
  if (fixed !== null) {
    const offset = (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 3600 + Number(fixed[3]) * 60);
    return () => offset;
  }
  const format = formatOf(id);
  return seconds => {
    const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(Math.floor(seconds) * 1000));
    if (match?.[1] === undefined) return 0;
    const size = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return match[1] === '-' ? -size : size;
  };
}

function formatOf(id: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset', year: 'numeric' });
  } catch {
    const near = nearestNames(id, Intl.supportedValuesOf('timeZone'));
    throw new MillraceError(
      'MR1004',
      `there is no time zone '${id}'.`,
      `Did you mean ${near.map(name => `'${name}'`).join(', ')}? Zones are IANA names, 'UTC', or offsets such as '+05:30'.`,
    );
  }
}

/** How many microseconds a zone is ahead of UTC at a time. */
export function utcOffsetAt(zone: Zone, epochUs: EventTime): number {
  return zone.offsetAt(epochUs / 1e6) * 1e6;
}

/** The time at which a zone's clocks show a local time (microseconds that would be that time in UTC); see `Zone.toUtc`. */
export function localToUtc(zone: Zone, localUs: number): EventTime {
  const seconds = Math.floor(localUs / 1e6);
  return zone.toUtc(seconds) * 1e6 + (localUs - seconds * 1e6);
}
