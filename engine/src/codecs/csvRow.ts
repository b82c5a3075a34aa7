import type { CsvFormat } from './csvFormat.js';
import { textOf } from './decoder.js';

/**
 * Splits one CSV row into fields, with everything that RFC 4180 allows: quotes, doubled quotes, line feeds inside quotes.
 * The fields of the row that was split last stay here as unquoted bytes.
 */
export class CsvRowSplitter {
  /** Unquoted bytes of all fields, one behind the other. */
  text = new Uint8Array(256);
  starts: number[] = [];
  ends: number[] = [];
  quoted: boolean[] = [];
  /** How many fields the row has. */
  count = 0;
  /** Where the row ends, without its line feed. */
  end = 0;
  /** How many lines the row takes. */
  lines = 1;
  /** What is wrong with the row's quoting, or null. */
  fault: string | null = null;

  constructor(private readonly format: Pick<CsvFormat, 'delimiter' | 'quote'>) {}

  /** Splits the row at `start`. Returns the position behind its line feed, or -1 where it does not end before `to`. */
  split(bytes: Uint8Array, start: number, to: number, atEnd: boolean): number {
    this.count = 0;
    this.lines = 1;
    this.fault = null;
    const { delimiter, quote } = this.format;
    let p = start;
    let used = 0;
    for (;;) {
      const from = used;
      const isQuoted = bytes[p] === quote && p < to;
      if (isQuoted) {
        p++;
        for (;;) {
          if (p >= to) return -1;
          const byte = bytes[p++];
          if (byte === quote) {
            if (bytes[p] !== quote || p >= to) break;
            p++;
          } else if (byte === 10) this.lines++;
          this.#put(used++, byte);
        }
      }
      while (p < to && bytes[p] !== delimiter && bytes[p] !== 10 && !isLineEnd(bytes, p, to)) {
        if (isQuoted) this.fault = 'characters between a closing quote and the next separator';
        this.#put(used++, bytes[p++]);
      }
      this.starts[this.count] = from;
      this.ends[this.count] = used;
      this.quoted[this.count] = isQuoted;
      this.count++;
      if (p < to && bytes[p] === delimiter) {
        p++;
        continue;
      }
      this.end = p;
      if (p >= to) return atEnd ? to : -1;
      if (bytes[p] === 10) return p + 1;
      if (p + 1 < to) return p + 2;
      return atEnd ? to : -1;
    }
  }

  /** Whether a field is empty and not quoted. */
  isBlank(index: number): boolean {
    return this.ends[index] === this.starts[index] && !this.quoted[index];
  }

  /** The text of a field. */
  field(index: number): string {
    return textOf(this.text, this.starts[index], this.ends[index]);
  }

  #put(at: number, byte: number): void {
    if (at >= this.text.length - 1) {
      const grown = new Uint8Array(this.text.length * 2);
      grown.set(this.text);
      this.text = grown;
    }
    this.text[at] = byte;
  }
}

/** Whether a carriage return at `p` belongs to a CRLF (or may: it is the last byte that there is). */
function isLineEnd(bytes: Uint8Array, p: number, to: number): boolean {
  return bytes[p] === 13 && (p + 1 >= to || bytes[p + 1] === 10);
}
