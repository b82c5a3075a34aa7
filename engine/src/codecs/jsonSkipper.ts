import { MAX_JSON_DEPTH } from '../columns/json.js';
import type { ByteScanner } from './scanner.js';

const LITERALS = ['true', 'false', 'null'].map(text => Uint8Array.from(text, c => c.charCodeAt(0)));

/** Finds where a JSON value ends without making anything of it, and whether it is well formed. */
export class JsonSkipper {
  /** Why there is no value. */
  fault = '';
  /** For each open bracket whether it is an object's. */
  readonly #isObject = new Uint8Array(MAX_JSON_DEPTH + 1);

  constructor(private readonly scanner: ByteScanner) {}

  /** The position behind the value at `from`, or -1 with `fault` set. The scanner has to be on the same bytes. */
  skip(bytes: Uint8Array, from: number, to: number): number {
    const isObject = this.#isObject;
    let depth = 0;
    let p = from;
    for (;;) {
      p = skipSpace(bytes, p);
      const byte = bytes[p];
      if (byte === 123 || byte === 91) {
        if (++depth > MAX_JSON_DEPTH) return this.#fail(`JSON that is nested deeper than ${MAX_JSON_DEPTH}`);
        isObject[depth] = byte === 123 ? 1 : 0;
        p = skipSpace(bytes, p + 1);
        if (bytes[p] !== (byte === 123 ? 125 : 93)) {
          if (byte === 123 && (p = this.#keyAndColon(bytes, p, to)) < 0) return -1;
          continue;
        }
        p++;
        depth--;
      } else {
        p = this.#scalar(bytes, p, to);
        if (p < 0) return -1;
      }
      for (;;) {
        if (depth === 0) return p;
        p = skipSpace(bytes, p);
        const next = bytes[p];
        if (next === 44) {
          p = skipSpace(bytes, p + 1);
          if (isObject[depth] === 1 && (p = this.#keyAndColon(bytes, p, to)) < 0) return -1;
          break;
        }
        if (next !== (isObject[depth] === 1 ? 125 : 93)) return this.#fail(unexpected(bytes, p, to));
        p++;
        depth--;
      }
    }
  }

  #keyAndColon(bytes: Uint8Array, from: number, to: number): number {
    if (bytes[from] !== 34) return this.#fail(unexpected(bytes, from, to));
    let p = this.#string(bytes, from, to);
    if (p < 0) return -1;
    p = skipSpace(bytes, p);
    return bytes[p] === 58 ? p + 1 : this.#fail(unexpected(bytes, p, to));
  }

  #scalar(bytes: Uint8Array, p: number, to: number): number {
    if (p >= to) return this.#fail('the JSON ends in the middle');
    if (bytes[p] === 34) return this.#string(bytes, p, to);
    for (const literal of LITERALS) {
      if (bytes[p] !== literal[0]) continue;
      for (let i = 1; i < literal.length; i++) {
        if (bytes[p + i] !== literal[i]) return this.#fail(unexpected(bytes, p, to));
      }
      return p + literal.length;
    }
    this.scanner.float(p);
    return this.scanner.end < 0 ? this.#fail(unexpected(bytes, p, to)) : this.scanner.end;
  }

  #string(bytes: Uint8Array, from: number, to: number): number {
    let p = from + 1;
    for (;;) {
      const byte = bytes[p];
      if (byte === 34) return p + 1;
      if (byte === 92) p++;
      else if (p >= to || byte < 32) return this.#fail('a string is opened and never closed');
      p++;
      if (p > to) return this.#fail('a string is opened and never closed');
    }
  }

  #fail(reason: string): -1 {
    this.fault = reason;
    return -1;
  }
}

/** The first position from `p` on that is not white space. A line feed is none here: it ends what is read. */
export function skipSpace(bytes: Uint8Array, p: number): number {
  while (bytes[p] === 32 || bytes[p] === 13 || bytes[p] === 9) p++;
  return p;
}

function unexpected(bytes: Uint8Array, p: number, to: number): string {
  if (p >= to) return 'the JSON ends in the middle';
  return `'${new TextDecoder().decode(bytes.subarray(p, Math.min(p + 12, to)))}' is no JSON there`;
}
