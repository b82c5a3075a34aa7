import { daysFromCivil, isCivil } from '../columns/civil.js';
import type { TimeUnit } from '../columns/types.js';
import { MinuteMemo } from './minuteMemo.js';
import { plainFloat, plainInteger } from './plainNumber.js';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const PER_SECOND: Record<TimeUnit, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };
const NO_VIEW = new DataView(new ArrayBuffer(0));
const WORTH_A_VIEW = 64;
/** A number of more digits than any type has is none: reading it would take as long as its writer likes. */
const MOST_DIGITS = 400;
/** What nine digits of a second's fraction are divided by. */
const NANOS_PER_TICK: Record<TimeUnit, number> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/**
 * Reads values out of UTF-8 bytes at a position. Each method leaves `end` behind the value that it read, or at -1 where
 * there is none. The byte behind the last value has to be one that no value contains (a separator or a line feed), so that
 * no loop needs a test for the end of the bytes.
 */
export class ByteScanner {
  #bytes: Uint8Array = new Uint8Array(1);
  #view: DataView = NO_VIEW;
  readonly #memo = new MinuteMemo();
  /** A value on its way out. */
  readonly #value = new Float64Array(1);
  /** Behind the value that was read last; -1: there was none. */
  end = -1;
  /** The value of an integer that does not fit a safe number: `integer` and `timestamp` returned NaN. */
  big = 0n;
  /** The day of the last timestamp's text and its seconds: most timestamps share it with their neighbour. */
  #dayText = -1;
  #daySeconds = 0;

  /** The bytes as words; empty for single short texts. */
  get view(): DataView {
    return this.#view;
  }

  /** What is read from. */
  set bytes(bytes: Uint8Array) {
    if (bytes === this.#bytes) return;
    this.#bytes = bytes;
    // Single short texts are not worth a view.
    this.#view =
      bytes.length < WORTH_A_VIEW ? NO_VIEW : new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A decimal number as a float64, correctly rounded. */
  float(from: number): number {
    this.end = plainFloat(this.#bytes, from, this.#value, 0);
    return this.end < 0 ? this.#longFloat(from) : this.#value[0];
  }

  /** A number of more than 15 digits or with an exponent; of too many digits there is none. */
  #longFloat(from: number): number {
    const bytes = this.#bytes;
    const first = bytes[from] === 45 ? from + 1 : from;
    let p = first;
    while (isDigit(bytes[p])) p++;
    let digits = p - first;
    if (bytes[p] === 46) {
      const point = p++;
      while (isDigit(bytes[p])) p++;
      digits = p - point - 1 + digits;
    }
    if (digits === 0) {
      this.end = -1;
      return 0;
    }
    if ((bytes[p] | 32) === 101) {
      const sign = bytes[p + 1];
      let q = p + (sign === 43 || sign === 45 ? 2 : 1);
      const digitsFrom = q;
      while (isDigit(bytes[q])) q++;
      if (q > digitsFrom) p = q;
    }
    this.end = p - from > MOST_DIGITS ? -1 : p;
    return this.end < 0 ? 0 : Number(ascii(bytes, from, p));
  }

  /** An integer; NaN where it is not a safe number, with the value in `big`. Beyond 64 bits there is none. */
  integer(from: number): number {
    const bytes = this.#bytes;
    this.end = plainInteger(bytes, from, this.#value, 0);
    if (this.end >= 0) return this.#value[0];
    const first = bytes[from] === 45 ? from + 1 : from;
    let p = first;
    while (isDigit(bytes[p])) p++;
    if (p === first || p - first > MOST_DIGITS) return 0;
    const exact = BigInt(ascii(bytes, from, p));
    if (exact >= MIN_INT64 && exact <= MAX_INT64) this.end = p;
    return this.#safe(exact);
  }

  /** As `timestamp`, for one that is written as most are: straight into a lane. Returns the position behind it, or -1. */
  plainTimestamp(from: number, unit: TimeUnit, lane: Float64Array, row: number): number {
    const end = this.#memo.read(this.#bytes, this.#view, from, unit, lane, row);
    if (end >= 0 || this.#bytes[from + 4] === 45) return end;
    return plainInteger(this.#bytes, from, lane, row);
  }

  /** A timestamp in ticks of `unit`: ISO 8601 text (without a zone: UTC), or an integer that counts the ticks. NaN as for `integer`. */
  timestamp(from: number, unit: TimeUnit): number {
    const memo = this.#memo;
    const bytes = this.#bytes;
    this.end = memo.read(bytes, this.#view, from, unit, this.#value, 0);
    if (this.end >= 0) return this.#value[0];
    if (bytes[from + 4] !== 45 || !isDigit(bytes[from])) return this.integer(from);
    const daySeconds = this.#day(from);
    if (this.end < 0) return 0;
    let seconds = daySeconds;
    let nanos = 0;
    let p = from + 10;
    const separator = bytes[p];
    if ((separator === 84 || separator === 116 || separator === 32) && isDigit(bytes[p + 1])) {
      p = this.#timeOfDay(p + 1);
      if (p < 0) {
        this.end = -1;
        return 0;
      }
      seconds += this.#secondsOfDay;
      nanos = this.#nanos;
      memo.learn(bytes, this.#view, from, p, seconds);
    }
    this.end = p;
    return this.#ticks(seconds, nanos, unit);
  }

  #unit: TimeUnit | null = null;
  #perSecond = 1;
  #nanosPerTick = 1;

  /** Ticks of `unit`, exact; no value where an int64 cannot hold them. */
  #ticks(seconds: number, nanos: number, unit: TimeUnit): number {
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.#perSecond = PER_SECOND[unit];
      this.#nanosPerTick = NANOS_PER_TICK[unit];
    }
    const whole = seconds * this.#perSecond;
    const value = nanos === 0 ? whole : whole + Math.floor(nanos / this.#nanosPerTick);
    if (value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER) return value;
    const exact =
      BigInt(seconds) * BigInt(PER_SECOND[unit]) + BigInt(Math.floor(nanos / NANOS_PER_TICK[unit]));
    if (exact < MIN_INT64 || exact > MAX_INT64) this.end = -1;
    return this.#safe(exact);
  }

  /** A date, `2024-03-08`, in days since 1970-01-01. */
  date(from: number): number {
    const seconds = this.#day(from);
    return this.end < 0 ? 0 : seconds / 86400;
  }

  #secondsOfDay = 0;
  #nanos = 0;

  /** Reads `09:30[:00[.123456789]][Z|±hh[:mm]]` and returns the position behind it, or -1. */
  #timeOfDay(from: number): number {
    const bytes = this.#bytes;
    let p = from;
    const hour = twoDigits(bytes, p);
    const minute = bytes[p + 2] === 58 ? twoDigits(bytes, p + 3) : -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return -1;
    p += 5;
    let second = 0;
    let nanos = 0;
    if (bytes[p] === 58) {
      second = twoDigits(bytes, p + 1);
      if (second < 0 || second > 59) return -1;
      p += 3;
      if ((bytes[p] === 46 || bytes[p] === 44) && isDigit(bytes[p + 1])) {
        let scale = 1e8;
        for (p++; isDigit(bytes[p]); p++) {
          nanos += (bytes[p] - 48) * scale;
          scale = scale > 1 ? scale / 10 : 0;
        }
      }
    }
    let zone = 0;
    const sign = bytes[p];
    if (sign === 90 || sign === 122) p++;
    else if (sign === 43 || sign === 45) {
      const hours = twoDigits(bytes, p + 1);
      if (hours < 0) return -1;
      p += 3;
      const minutesAt = bytes[p] === 58 ? p + 1 : p;
      const minutes = twoDigits(bytes, minutesAt);
      if (minutes >= 0) p = minutesAt + 2;
      zone = (hours * 3600 + Math.max(minutes, 0) * 60) * (sign === 45 ? -1 : 1);
    }
    this.#secondsOfDay = hour * 3600 + minute * 60 + second - zone;
    this.#nanos = nanos;
    return p;
  }

  /** Reads `2024-03-08` and returns the seconds of its midnight. */
  #day(from: number): number {
    const bytes = this.#bytes;
    const year = twoDigits(bytes, from) * 100 + twoDigits(bytes, from + 2);
    const month = twoDigits(bytes, from + 5);
    const day = twoDigits(bytes, from + 8);
    const wellFormed = bytes[from + 4] === 45 && bytes[from + 7] === 45 && twoDigits(bytes, from + 2) >= 0;
    if (!wellFormed || year < 0 || month < 0 || day < 0) {
      this.end = -1;
      return 0;
    }
    this.end = from + 10;
    const text = year * 10000 + month * 100 + day;
    if (text === this.#dayText) return this.#daySeconds;
    if (!isCivil(year, month, day)) {
      this.end = -1;
      return 0;
    }
    this.#dayText = text;
    this.#daySeconds = daysFromCivil(year, month, day) * 86400;
    return this.#daySeconds;
  }

  #safe(exact: bigint): number {
    const value = Number(exact);
    if (Number.isSafeInteger(value)) return value;
    this.big = exact;
    return NaN;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** The value of two digits, or -1000. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - 48;
  const ones = bytes[at + 1] - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1000;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i]);
  return text;
}
