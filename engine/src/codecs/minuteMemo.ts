import type { TimeUnit } from '../columns/types.js';

/** The length of `2024-03-08T14:30:`. */
const LENGTH = 17;
/** The longest time that is read from a known minute: seconds and nine digits of their fraction. The byte behind it is looked at too. */
const LONGEST = LENGTH + 13;
const PER_SECOND: Record<TimeUnit, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };
/** How many digits of a second's fraction a unit has. */
const DIGITS: Record<TimeUnit, number> = { s: 0, ms: 3, us: 6, ns: 9 };
const POWERS_OF_TEN = Array.from({ length: 10 }, (_, i) => 10 ** i);

/**
 * Remembers `2024-03-08T14:30:` of the last timestamp in UTC, and what it comes to: most timestamps begin as their neighbour, and of those only the
 * seconds are read. Bytes are compared eight at a time, as the float64 that they would be: text is never NaN.
 */
export class MinuteMemo {
  #date = NaN;
  #time = NaN;
  /** The minute's beginning in seconds, and in ticks of the unit that was asked for last. */
  #seconds = 0;
  #ticks = 0;
  #unit: TimeUnit = 's';
  #perSecond = 1;
  #digits = 0;
  /** Whether all ticks of the minute are safe numbers. */
  #isExact = true;

  /**
   * Reads the timestamp at `from`, in ticks, into a lane, and returns the position behind it; -1 where it does not begin as known, or is not written
   * plainly in UTC. The view is one of `bytes`.
   */
  read(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    unit: TimeUnit,
    lane: Float64Array,
    row: number,
  ): number {
    if (from + LONGEST > view.byteLength) return -1;
    if (view.getFloat64(from, true) !== this.#date || view.getFloat64(from + 8, true) !== this.#time)
      return -1;
    if (bytes[from + 16] !== 58) return -1;
    const tens = bytes[from + 17] - 48;
    const ones = bytes[from + 18] - 48;
    if (tens < 0 || tens > 5 || ones < 0 || ones > 9) return -1;
    let p = from + 19;
    let fraction = 0;
    let digits = 0;
    if (bytes[p] === 46) {
      p++;
      const four = fourDigits(view.getInt32(p, true));
      if (four >= 0) {
        fraction = four;
        p += 4;
      }
      let digit = bytes[p] - 48;
      while (digit >= 0 && digit <= 9) {
        fraction = fraction * 10 + digit;
        digit = bytes[++p] - 48;
      }
      digits = p - from - 20;
      if (digits === 0 || digits > 9) return -1;
    }
    const behind = bytes[p];
    if (behind === 90) p++;
    else if (!endsPlainly(behind)) return -1;
    if (unit !== this.#unit) this.#use(unit);
    if (!this.#isExact) return -1;
    const missing = this.#digits - digits;
    const ticks =
      missing >= 0 ? fraction * POWERS_OF_TEN[missing] : Math.floor(fraction / POWERS_OF_TEN[-missing]);
    lane[row] = this.#ticks + (tens * 10 + ones) * this.#perSecond + ticks;
    return p;
  }

  /** Remembers the minute of the timestamp in `bytes[from, to)`, which begins `seconds` after 1970, if it is in UTC and has seconds. */
  learn(bytes: Uint8Array, view: DataView, from: number, to: number, seconds: number): void {
    if (to < from + LENGTH + 2 || from + LONGEST > view.byteLength || bytes[from + 16] !== 58) return;
    const last = bytes[to - 1];
    if (last !== 90 && (last < 48 || last > 57)) return;
    for (let p = from + LENGTH; p < to; p++) if (bytes[p] === 43 || bytes[p] === 45) return;
    this.#date = view.getFloat64(from, true);
    this.#time = view.getFloat64(from + 8, true);
    this.#seconds = seconds - (((seconds % 60) + 60) % 60);
    this.#use(this.#unit);
  }

  #use(unit: TimeUnit): void {
    this.#unit = unit;
    this.#perSecond = PER_SECOND[unit];
    this.#digits = DIGITS[unit];
    this.#ticks = this.#seconds * this.#perSecond;
    this.#isExact =
      Number.isSafeInteger(this.#ticks) && Number.isSafeInteger(this.#ticks + 60 * this.#perSecond);
  }
}

/** The value of four digits that a word has, the first in its lowest byte; -1 where one is no digit. */
function fourDigits(word: number): number {
  const digits = (word - 0x30303030) | 0;
  // A byte below '0' or above '9' has its highest bit set after one or the other.
  if (((digits | (digits + 0x76767676)) & 0x80808080) !== 0) return -1;
  const pairs = digits * 10 + (digits >>> 8);
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}

/** Whether a byte behind a time leaves no doubt that the time is over: no zone, no further digit. */
function endsPlainly(byte: number): boolean {
  return byte < 43 || byte === 44 || byte === 59 || byte === 93 || byte === 124 || byte === 125;
}
