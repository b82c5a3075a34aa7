import { textOf } from '../../codecs/decoder.js';
import { oneLine } from '../../codecs/jsonMessage.js';
import { JsonSkipper, skipSpace } from '../../codecs/jsonSkipper.js';
import { JsonSlots } from '../../codecs/jsonSlots.js';
import { ByteScanner } from '../../codecs/scanner.js';

/** A message of an exchange, of which some values are looked at. */
export class ExchangeMessage {
  bytes = new Uint8Array(4096);
  length = 0;
  /** What is wrong with it, or with a value that was read last. */
  fault = '';
  readonly scanner = new ByteScanner();
  readonly skipper = new JsonSkipper(this.scanner);
  readonly slots: JsonSlots;
  readonly #places: ReadonlyMap<string, number>;

  /**
   * @param paths the values that are looked at
   * @param unwrap a key whose object is as good as the message
   */
  constructor(paths: readonly string[], unwrap: string | null) {
    this.slots = new JsonSlots(paths, this.skipper, unwrap);
    this.#places = new Map(paths.map((path, place) => [path, place]));
  }

  /** Takes the bytes (they are copied) and finds the values; false where it is no JSON object. */
  load(message: Uint8Array): boolean {
    const { length } = message;
    if (length >= this.bytes.length) this.bytes = new Uint8Array(2 * length + 1);
    this.bytes.set(message);
    this.length = length;
    oneLine(this.bytes, length);
    this.scanner.bytes = this.bytes;
    const end = this.slots.read(this.bytes, 0, length);
    if (end < 0) {
      this.fault = this.slots.fault;
      return false;
    }
    if (skipSpace(this.bytes, end) >= length) return true;
    this.fault = 'one JSON object is expected, and there is something behind it';
    return false;
  }

  /** The place of a path among the slots. */
  placeOf(path: string): number {
    return this.#places.get(path)!;
  }

  /** Where the value of a path begins; -1: it is not there, or null. */
  startOf(path: string): number {
    const start = this.slots.starts[this.placeOf(path)];
    return start >= 0 && this.bytes[start] === 110 ? -1 : start;
  }

  endOf(path: string): number {
    return this.slots.ends[this.placeOf(path)];
  }

  has(path: string): boolean {
    return this.startOf(path) >= 0;
  }

  /** A value as text, a string without its quotes; null where it is not there. */
  text(path: string): string | null {
    const start = this.startOf(path);
    return start < 0 ? null : valueText(this.bytes, start, this.endOf(path));
  }

  /** Whether a value is this text: a string, or written so. */
  is(path: string, text: string): boolean {
    const start = this.startOf(path);
    if (start < 0) return false;
    const quoted = this.bytes[start] === 34 ? 1 : 0;
    if (this.endOf(path) - start !== text.length + 2 * quoted) return false;
    for (let i = 0; i < text.length; i++) {
      if (this.bytes[start + quoted + i] !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** A value as a whole number that is safe; NaN where it is none. */
  integer(path: string): number {
    const start = this.startOf(path);
    if (start < 0) return NaN;
    const at = this.bytes[start] === 34 ? start + 1 : start;
    const value = this.scanner.integer(at);
    return this.scanner.end === this.endOf(path) - (at - start) ? value : NaN;
  }

  /** A time, in microseconds: ISO text, or a whole number of milliseconds (of microseconds where it is that large); NaN where it is none. */
  time(path: string): number {
    const start = this.startOf(path);
    if (start < 0) return NaN;
    if (this.bytes[start] === 34 && this.bytes[start + 5] === 45) {
      const value = this.scanner.timestamp(start + 1, 'us');
      return this.scanner.end === this.endOf(path) - 1 ? value : NaN;
    }
    return microseconds(this.integer(path));
  }
}

/** Whole milliseconds as microseconds. What would be beyond the year 5138 counts microseconds already, as Binance does on demand. */
export function microseconds(value: number): number {
  return value > 1e14 ? value : value * 1000;
}

/** The text of a JSON value, a string's without its quotes. */
export function valueText(bytes: Uint8Array, start: number, end: number): string {
  if (bytes[start] !== 34) return textOf(bytes, start, end);
  if (!bytes.subarray(start, end).includes(92)) return textOf(bytes, start + 1, end - 1);
  try {
    return JSON.parse(textOf(bytes, start, end)) as string;
  } catch {
    return textOf(bytes, start + 1, end - 1);
  }
}
