import { jsonEntries } from '../codecs/jsonEntries.js';
import { MAX_LINE_BYTES } from '../codecs/decoder.js';
import { NdjsonDecoder } from '../codecs/ndjsonDecoder.js';
import type { Field } from '../columns/types.js';
import { SourceError } from './error.js';
import { SAMPLE_ROWS } from './lineFormat.js';
import type { InspectedText } from './lineFormat.js';
import { ColumnObserver } from './observer.js';
import { numberOption } from './options.js';
import type { SourceRequest } from './source.js';

const NO_TEXTS: ReadonlySet<string> = new Set();

/** Infers the columns of JSON objects from a sample of them: every key is a column, in the order of its first appearance. */
export class JsonObserver {
  rows = 0;
  readonly #observers = new Map<string, ColumnObserver>();
  readonly #seenIn = new Map<string, number>();

  /** Takes note of the object `bytes[from, to)`; false where it is none. */
  see(bytes: Uint8Array, from: number, to: number): boolean {
    const entries = jsonEntries(bytes, from, to);
    if (entries === null) return false;
    for (const { key, form, text } of entries) {
      let observer = this.#observers.get(key);
      if (observer === undefined) {
        observer = new ColumnObserver(key, NO_TEXTS);
        this.#observers.set(key, observer);
      }
      observer.see(text, form);
      this.#seenIn.set(key, (this.#seenIn.get(key) ?? 0) + 1);
    }
    this.rows++;
    return true;
  }

  /** The columns. What a user should know of them goes to `notes`. */
  fields(timeColumn: string | null, notes: string[]): Field[] {
    return [...this.#observers.values()].map(observer => {
      observer.missing(this.rows - (this.#seenIn.get(observer.name) as number));
      return observer.field(observer.name === timeColumn, notes);
    });
  }
}

/** Looks at the beginning of newline-delimited JSON. Option: `maxLineBytes` (1 MB). Keys that a declared schema does not name are left out. */
export function inspectNdjson(
  label: string,
  sample: Uint8Array,
  length: number,
  complete: boolean,
  request: SourceRequest,
): InspectedText {
  const maxLineBytes = numberOption(request.options, 'maxLineBytes', MAX_LINE_BYTES, 1);
  const start = sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf ? 3 : 0;
  const notes: string[] = [];
  const fields = request.fields ?? inferFields(label, sample, start, length, complete, request, notes);
  return {
    fields,
    inferred: request.fields === null,
    notes,
    start,
    decoder: (schema, reject) => new NdjsonDecoder(schema, reject, maxLineBytes),
  };
}

function inferFields(
  label: string,
  sample: Uint8Array,
  start: number,
  length: number,
  complete: boolean,
  request: SourceRequest,
  notes: string[],
): Field[] {
  const observer = new JsonObserver();
  let p = start;
  sample[length] = 10;
  while (p < length && observer.rows < SAMPLE_ROWS) {
    const end = sample.indexOf(10, p);
    if (end >= length && !complete) break;
    observer.see(sample, p, end);
    p = end + 1;
  }
  if (observer.rows > 0) return observer.fields(request.time?.column ?? null, notes);
  if (start === length) {
    throw new SourceError(
      'MR3104',
      `${label} is empty.`,
      'NDJSON has one object a line; a declared schema allows none: { schema: schema({ … }) }.',
    );
  }
  throw new SourceError(
    'MR3108',
    `no line at the beginning of ${label} is a JSON object.`,
    'NDJSON has one object a line, without a list around them.',
  );
}
