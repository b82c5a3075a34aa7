import type { BatchBuilder } from '../columns/builder.js';
import type { Schema } from '../columns/schema.js';
import { MAX_LINE_BYTES, rejectText } from './decoder.js';
import type { RejectRow, RowDecoder } from './decoder.js';
import { found, JsonRowReader } from './jsonRow.js';
import { skipSpace } from './jsonSkipper.js';

/** Reads newline-delimited JSON, one object a line, into typed columns. Blank lines are left out. */
export class NdjsonDecoder implements RowDecoder {
  /** The line that the next row is on, from 1. */
  line = 1;
  readonly #reader: JsonRowReader;
  /** In a line that is too long: it has been rejected, and is left out up to its end. */
  #skipping = false;

  constructor(
    schema: Schema,
    private readonly reject: RejectRow,
    private readonly maxLineBytes = MAX_LINE_BYTES,
  ) {
    this.#reader = new JsonRowReader(schema);
  }

  decode(bytes: Uint8Array, from: number, to: number, atEnd: boolean, out: BatchBuilder): number {
    bytes[to] = 10;
    const reader = this.#reader;
    const limitRows = out.limit;
    let p = from;
    while (p < to && out.length < limitRows) {
      if (this.#skipping) {
        const end = lineEnd(bytes, p);
        if (end >= to) return to;
        this.#skipping = false;
        this.line++;
        p = end + 1;
        continue;
      }
      let end = bytes[p] === 123 ? reader.read(bytes, p, to, out) : -1;
      if (end >= 0 && bytes[end] === 13) end++;
      if (end >= 0 && bytes[end] === 10 && end - p <= this.maxLineBytes && (end < to || atEnd)) {
        out.length++;
        this.line++;
        p = Math.min(end + 1, to);
        continue;
      }
      end = lineEnd(bytes, p);
      if (end - p > this.maxLineBytes) {
        const shown = rejectText(bytes, p, p + this.maxLineBytes);
        this.reject(this.line, `a line of more than ${this.maxLineBytes} bytes`, shown);
        if (end >= to) {
          this.#skipping = true;
          return to;
        }
      } else {
        if (end >= to && !atEnd) return p;
        this.#oddLine(bytes, p, end, out);
      }
      this.line++;
      p = Math.min(end + 1, to);
    }
    return p;
  }

  /** A line that is blank, indented, or no object of the schema. */
  #oddLine(bytes: Uint8Array, from: number, end: number, out: BatchBuilder): void {
    const start = skipSpace(bytes, from);
    if (start === end) return;
    const behind = this.#reader.read(bytes, start, end, out);
    let fault = this.#reader.fault;
    if (behind >= 0) {
      const rest = skipSpace(bytes, behind);
      if (rest < end) fault = `one object a line is expected, and behind it ${found(bytes, rest, end)}`;
    }
    if (fault === null) out.length++;
    else this.reject(this.line, fault, rejectText(bytes, from, end));
  }
}

function lineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(10, from);
  return end < 0 ? bytes.length : end;
}
