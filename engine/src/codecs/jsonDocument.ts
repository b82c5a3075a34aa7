import { rejectText, textOf } from './decoder.js';
import type { RejectRow } from './decoder.js';
import { JsonPathFinder, jsonPathText } from './jsonPath.js';
import type { JsonPath } from './jsonPath.js';
import { JsonSkipper, skipSpace } from './jsonSkipper.js';
import { ByteScanner } from './scanner.js';
import { KnownRows } from './knownRows.js';

/** What of a document are rows. */
export interface DocumentShape {
  /** Where its rows are: a list, or one object. */
  readonly rows: JsonPath;
  /** Columns by the ways to them in a row; null: a row's own keys. */
  readonly fields: readonly { readonly name: string; readonly path: JsonPath }[] | null;
  /** The ways to the values that say which row is meant: a row that is as it was in the last document is left out. None: all rows are told. */
  readonly key: readonly JsonPath[];
  /** The way to the value that changes with the row; null: the row itself is looked at. */
  readonly updated: JsonPath | null;
}

const encoder = new TextEncoder();

/** Makes a list of flat objects out of documents, by copying the text of values: nothing is rounded on the way. */
export class JsonDocument {
  readonly #scanner = new ByteScanner();
  readonly #skipper = new JsonSkipper(this.#scanner);
  readonly #rows: JsonPathFinder;
  /** The paths of columns, of the key, and of the value that changes. */
  readonly #values: JsonPathFinder;
  readonly #heads: readonly Uint8Array[] | null;
  readonly #told: KnownRows | null;
  #out = new Uint8Array(4096);
  #length = 0;

  constructor(private readonly shape: DocumentShape) {
    const { rows, fields, key, updated } = shape;
    this.#rows = new JsonPathFinder([rows], this.#skipper);
    const columns = fields?.map(field => field.path) ?? [];
    this.#values = new JsonPathFinder(
      [...columns, ...key, ...(updated === null ? [] : [updated])],
      this.#skipper,
    );
    this.#heads = fields?.map(({ name }) => encoder.encode(`${JSON.stringify(name)}:`)) ?? null;
    this.#told = key.length === 0 ? null : new KnownRows();
  }

  /** The rows of a document that are new or other than they were, as a list; null where there are none. What is no such document is rejected. */
  list(document: Uint8Array, number: number, reject: RejectRow): Uint8Array | null {
    const bytes = new Uint8Array(document.length + 1);
    bytes.set(document);
    // Line feeds end what readers of values look at.
    for (let at = bytes.indexOf(10); at >= 0 && at < document.length; at = bytes.indexOf(10, at + 1))
      bytes[at] = 32;
    const to = document.length;
    bytes[to] = 10;
    this.#scanner.bytes = bytes;
    const end = this.#rows.find(bytes, 0, to);
    if (end < 0 || skipSpace(bytes, end) < to) {
      const why = end < 0 ? this.#skipper.fault || 'it breaks off' : 'there is more behind it';
      reject(number, `no JSON document: ${why}`, rejectText(bytes, 0, to));
      return null;
    }
    const from = this.#rows.starts[0];
    if (from < 0) {
      const path = jsonPathText(this.shape.rows);
      reject(number, `the document has nothing at '${path}'`, rejectText(bytes, 0, to));
      return null;
    }
    this.#length = 0;
    this.#put(91);
    if (bytes[from] === 91) this.#listed(bytes, from, to);
    else if (bytes[from] !== 110) this.#row(bytes, from, this.#rows.ends[0]);
    if (this.#length === 1) return null;
    this.#out[this.#length - 1] = 93;
    return this.#out.subarray(0, this.#length);
  }

  #listed(bytes: Uint8Array, from: number, to: number): void {
    let p = skipSpace(bytes, from + 1);
    while (bytes[p] !== 93) {
      p = skipSpace(bytes, this.#row(bytes, p, to));
      if (bytes[p] === 44) p = skipSpace(bytes, p + 1);
    }
  }

  /** Adds the row at `from`, with a comma behind it, unless it has been told; returns the position behind it. */
  #row(bytes: Uint8Array, from: number, to: number): number {
    const values = this.#values;
    const end = values.find(bytes, from, to);
    const start = this.#length;
    if (this.#heads === null) this.#copy(bytes, from, end);
    else {
      this.#put(123);
      for (let i = 0; i < this.#heads.length; i++) {
        if (values.starts[i] < 0) continue;
        const head = this.#heads[i];
        this.#copy(head, 0, head.length);
        this.#copy(bytes, values.starts[i], values.ends[i]);
        this.#put(44);
      }
      if (this.#out[this.#length - 1] === 44) this.#length--;
      this.#put(125);
    }
    if (this.#told !== null && !this.#isNews(this.#told, bytes, start)) this.#length = start;
    else this.#put(44);
    return end;
  }

  #isNews(told: KnownRows, bytes: Uint8Array, start: number): boolean {
    const { starts, ends } = this.#values;
    const first = this.#heads?.length ?? 0;
    const { key, updated } = this.shape;
    let name = '';
    for (let i = first; i < first + key.length; i++)
      name += starts[i] < 0 ? '\n' : `${textOf(bytes, starts[i], ends[i])}\n`;
    const last = first + key.length;
    return updated !== null && starts[last] >= 0
      ? told.isNews(name, bytes, starts[last], ends[last])
      : told.isNews(name, this.#out, start, this.#length);
  }

  #put(byte: number): void {
    if (this.#length === this.#out.length) this.#grow(1);
    this.#out[this.#length++] = byte;
  }

  #copy(bytes: Uint8Array, from: number, to: number): void {
    const count = to - from;
    if (this.#length + count > this.#out.length) this.#grow(count);
    if (count < 64) for (let i = 0; i < count; i++) this.#out[this.#length + i] = bytes[from + i];
    else this.#out.set(bytes.subarray(from, to), this.#length);
    this.#length += count;
  }

  #grow(by: number): void {
    const out = new Uint8Array(2 * (this.#length + by));
    out.set(this.#out.subarray(0, this.#length));
    this.#out = out;
  }
}
