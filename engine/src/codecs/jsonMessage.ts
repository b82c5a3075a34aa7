import type { BatchBuilder } from '../columns/builder.js';
import type { Schema } from '../columns/schema.js';
import { rejectText } from './decoder.js';
import type { RejectRow } from './decoder.js';
import { found, JsonRowReader } from './jsonRow.js';
import { JsonSkipper, skipSpace } from './jsonSkipper.js';
import { ByteScanner } from './scanner.js';

/** So many objects of a message that cannot be read are passed over in one turn. */
const MOST_REJECTED = 4096;
/** A row is read in one go, so it may not be so long that others wait for it. */
const MAX_ROW_BYTES = 512 << 10;
const TOO_LONG = `a row of more than ${MAX_ROW_BYTES} bytes, or one that does not end: the rest of its message is left out`;

/**
 * Reads JSON messages, each an object or a list of objects, into typed columns. A list may be larger than a batch: `read` goes on
 * where it stopped.
 */
export class JsonMessageDecoder {
  /** How many messages have been begun. */
  messages = 0;
  readonly #reader: JsonRowReader;
  readonly #scanner = new ByteScanner();
  readonly #skipper = new JsonSkipper(this.#scanner);
  #bytes = new Uint8Array(4096);
  #at = 0;
  #to = 0;
  #inList = false;
  #open = false;

  constructor(
    schema: Schema,
    private readonly reject: RejectRow,
  ) {
    this.#reader = new JsonRowReader(schema);
  }

  /** Whether a message has rows that have not been read. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Begins the next message; the bytes are copied. */
  begin(message: Uint8Array): void {
    this.messages++;
    const length = message.length;
    if (length >= this.#bytes.length) this.#bytes = new Uint8Array(2 * length + 1);
    const bytes = this.#bytes;
    bytes.set(message);
    oneLine(bytes, length);
    this.#to = length;
    const start = skipSpace(bytes, 0);
    this.#inList = bytes[start] === 91;
    this.#at = this.#inList ? skipSpace(bytes, start + 1) : start;
    this.#open = true;
    if (this.#inList && bytes[this.#at] === 93) this.#end(skipSpace(bytes, this.#at + 1), this.#at + 1);
  }

  /** Reads rows of the message until it ends or the builder is full, or many were no rows, so that others get their turn. */
  read(out: BatchBuilder): void {
    const bytes = this.#bytes;
    const to = this.#to;
    let rejected = 0;
    while (this.#open && out.length < out.limit && rejected < MOST_REJECTED) {
      const from = this.#at;
      // Behind the longest row there is an end of the line for as long as it is read: no value goes over it.
      const limit = Math.min(to, from + MAX_ROW_BYTES);
      const behind = bytes[limit];
      bytes[limit] = 10;
      let end = this.#reader.read(bytes, from, limit, out);
      if (end >= 0) {
        out.length++;
      } else {
        this.#scanner.bytes = bytes;
        end = this.#skipper.skip(bytes, from, limit);
        rejected++;
        const fault = end < 0 && limit < to ? TOO_LONG : (this.#reader.fault as string);
        this.reject(this.messages, fault, rejectText(bytes, from, end < 0 ? limit : end));
      }
      bytes[limit] = behind;
      if (end < 0) {
        this.#open = false;
        return;
      }
      this.#advance(skipSpace(bytes, end));
    }
  }

  /** Goes to the next object of the list, or ends the message. */
  #advance(at: number): void {
    const bytes = this.#bytes;
    if (this.#inList && bytes[at] === 44) {
      this.#at = skipSpace(bytes, at + 1);
      return;
    }
    const isClosed = this.#inList && bytes[at] === 93;
    this.#end(isClosed ? skipSpace(bytes, at + 1) : at, at, this.#inList && !isClosed);
  }

  /** Ends the message at `end`; what is behind it, or a list that is not closed, is a reject whose text begins at `from`. */
  #end(end: number, from: number, isUnclosed = false): void {
    this.#open = false;
    if (!isUnclosed && end >= this.#to) return;
    const bytes = this.#bytes;
    const reason = `an object or a list of objects is expected, and behind it ${found(bytes, end, this.#to)}`;
    this.reject(this.messages, reason, rejectText(bytes, from, this.#to));
  }
}

/** How many rows a message would give, without reading them: 1, or the length of its list. */
export function countRows(message: Uint8Array): number {
  if (message[skipBlank(message)] !== 91) return 1;
  let rows = 0;
  jsonObjects(message, () => {
    rows++;
    return true;
  });
  return rows;
}

/** Goes through the values of a message, each well formed, until `see` has enough: the message itself, or those of its list. `bytes[to]` can end a line. */
export function jsonObjects(
  message: Uint8Array,
  see: (bytes: Uint8Array, from: number, to: number) => boolean,
): void {
  const bytes = new Uint8Array(message.length + 1);
  bytes.set(message);
  oneLine(bytes, message.length);
  const scanner = new ByteScanner();
  scanner.bytes = bytes;
  const skipper = new JsonSkipper(scanner);
  let p = skipSpace(bytes, 0);
  const inList = bytes[p] === 91;
  if (inList) p = skipSpace(bytes, p + 1);
  for (;;) {
    const end = skipper.skip(bytes, p, message.length);
    if (end < 0 || !see(bytes, p, end)) return;
    p = skipSpace(bytes, end);
    if (!inList || bytes[p] !== 44) return;
    p = skipSpace(bytes, p + 1);
  }
}

/** The first position that is not white space, line feeds included. */
function skipBlank(bytes: Uint8Array): number {
  let p = 0;
  while (bytes[p] === 32 || bytes[p] === 10 || bytes[p] === 13 || bytes[p] === 9) p++;
  return p;
}

/** Line feeds are white space in a message, but they end a line for the readers of values: they become what is white space, too, and no part of a string. */
export function oneLine(bytes: Uint8Array, length: number): void {
  bytes[length] = 10;
  for (let at = bytes.indexOf(10); at < length; at = bytes.indexOf(10, at + 1)) bytes[at] = 13;
}
