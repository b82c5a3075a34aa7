import { daysFromCivil, isCivil } from '../columns/civil.js';
import type { TimeUnit } from '../columns/types.js';

const POWERS_OF_TEN = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const PER_SECOND: Record<TimeUnit, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };
/** The length of `2024-03-08T14:30:`. */
const MINUTE_LENGTH = 17;
/** What nine digits of a second's fraction are divided by. */
const NANOS_PER_TICK: Record<TimeUnit, number> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/**
 * Reads values out of UTF-8 bytes at a position. Each method leaves `end` behind the value that it read, or at -1 where
 * there is none. The byte behind the last value has to be one that no value contains (a separator or a line feed), so that
 * no loop needs a test for the end of the bytes.
 */
export class ByteScanner {
  bytes: Uint8Array = new Uint8Array(1);
  /** Behind the value that was read last; -1: there was none. */
  end = -1;
  /** The value of an integer that does not fit a safe number: `integer` and `timestamp` returned NaN. */
  big = 0n;
  /** The day of the last timestamp's text and its seconds: most timestamps share it with their neighbour. */
  #dayText = -1;
  #daySeconds = 0;

  /** A decimal number as a float64, correctly rounded. */
  float(from: number): number {
    const bytes = this.bytes;
    let p = from;
    const negative = bytes[p] === 45;
    if (negative) p++;
    const digitsFrom = p;
    let mantissa = 0;
    let digit = bytes[p] - 48;
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = bytes[++p] - 48;
    }
    let digits = p - digitsFrom;
    let fraction = 0;
    if (bytes[p] === 46) {
      const fractionFrom = ++p;
      digit = bytes[p] - 48;
      while (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        digit = bytes[++p] - 48;
      }
      fraction = p - fractionFrom;
      digits += fraction;
    }
    if (digits === 0) {
      this.end = -1;
      return 0;
    }
    if (digits > 15 || (bytes[p] | 32) === 101) return this.#longFloat(from, p);
    this.end = p;
    if (fraction > 0) mantissa /= POWERS_OF_TEN[fraction];
    return negative ? -mantissa : mantissa;
  }

  /** A number of more than 15 digits or with an exponent. */
  #longFloat(from: number, mantissaEnd: number): number {
    const bytes = this.bytes;
    let p = mantissaEnd;
    if ((bytes[p] | 32) === 101) {
      const sign = bytes[p + 1];
      let q = p + (sign === 43 || sign === 45 ? 2 : 1);
      const digitsFrom = q;
      while (isDigit(bytes[q])) q++;
      if (q > digitsFrom) p = q;
    }
    this.end = p;
    return Number(ascii(bytes, from, p));
  }

  /** An integer; NaN where it is not a safe number, with the value in `big`. Beyond 64 bits there is none. */
  integer(from: number): number {
    const bytes = this.bytes;
    let p = from;
    const negative = bytes[p] === 45;
    if (negative) p++;
    const digitsFrom = p;
    let value = 0;
    let digit = bytes[p] - 48;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++p] - 48;
    }
    const digits = p - digitsFrom;
    if (digits === 0 || digits > 400) {
      this.end = -1;
      return 0;
    }
    this.end = p;
    if (digits <= 16 && value <= Number.MAX_SAFE_INTEGER) return negative && value !== 0 ? -value : value;
    const exact = BigInt(ascii(bytes, from, p));
    if (exact < MIN_INT64 || exact > MAX_INT64) this.end = -1;
    return this.#safe(exact);
  }

  /** A timestamp in ticks of `unit`: ISO 8601 text (without a zone: UTC), or an integer that counts the ticks. NaN as for `integer`. */
  timestamp(from: number, unit: TimeUnit): number {
    const bytes = this.bytes;
    if (bytes[from + 4] !== 45 || !isDigit(bytes[from])) return this.integer(from);
    if (this.#hasKnownMinute(from)) {
      const value = this.#inKnownMinute(from + MINUTE_LENGTH, unit);
      if (this.end >= 0) return value;
    }
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
      this.#learnMinute(from, p, daySeconds);
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
  /** `2024-03-08T14:30:` as the last timestamp in UTC began, and its seconds: most begin as their neighbour. */
  readonly #minute = new Uint8Array(MINUTE_LENGTH);
  #minuteSeconds = 0;

  #hasKnownMinute(from: number): boolean {
    const bytes = this.bytes;
    const minute = this.#minute;
    // From the end, where neighbours differ first.
    for (let i = MINUTE_LENGTH - 1; i >= 0; i--) if (bytes[from + i] !== minute[i]) return false;
    return true;
  }

  /** Reads the seconds of a timestamp whose minute is known; `end` is -1 where they are not written plainly in UTC. */
  #inKnownMinute(from: number, unit: TimeUnit): number {
    const bytes = this.bytes;
    const second = twoDigits(bytes, from);
    let p = from + 2;
    let fraction = 0;
    let digits = 0;
    if (bytes[p] === 46) {
      let digit = bytes[++p] - 48;
      while (digit >= 0 && digit <= 9) {
        fraction = fraction * 10 + digit;
        digits++;
        digit = bytes[++p] - 48;
      }
    }
    const behind = bytes[p];
    if (behind === 90) p++;
    const plain = behind === 90 || behind === 44 || behind === 34 || behind === 10 || behind === 13;
    if (!plain || second < 0 || second > 59 || digits > 9 || (digits === 0 && bytes[from + 2] === 46)) {
      this.end = -1;
      return 0;
    }
    this.end = p;
    return this.#ticks(this.#minuteSeconds + second, fraction * POWERS_OF_TEN[9 - digits], unit);
  }

  /** Remembers the minute of a timestamp that was read, if it is in UTC and has seconds. */
  #learnMinute(from: number, end: number, daySeconds: number): void {
    const bytes = this.bytes;
    if (bytes[from + MINUTE_LENGTH - 1] !== 58 || end < from + MINUTE_LENGTH + 2) return;
    const last = bytes[end - 1];
    if (last !== 90 && !isDigit(last)) return;
    for (let p = from + MINUTE_LENGTH; p < end; p++) if (bytes[p] === 43 || bytes[p] === 45) return;
    this.#minute.set(bytes.subarray(from, from + MINUTE_LENGTH));
    this.#minuteSeconds = daySeconds + twoDigits(bytes, from + 11) * 3600 + twoDigits(bytes, from + 14) * 60;
  }

  /** Reads `09:30[:00[.123456789]][Z|±hh[:mm]]` and returns the position behind it, or -1. */
  #timeOfDay(from: number): number {
    const bytes = this.bytes;
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
    const bytes = this.bytes;
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
