import type { Batch } from '../../engine/src/columns/batch.js';
import { BatchBuilder } from '../../engine/src/columns/builder.js';
import { valueAt, type Value } from '../../engine/src/columns/values.js';
import type { Arrival, ArrivalRequest } from '../../engine/src/sources/arrival.js';
import { arrivalFormat } from '../../engine/src/sources/arrivalFormats.js';
import type { Options } from '../../engine/src/sources/options.js';

/** A row by its columns' names. */
export type NamedRow = Readonly<Record<string, Value>>;

/** A format of an exchange at work: gives the rows of each arrival, and keeps what it has rejected and asked for. */
export class FormatRows {
  readonly rejects: { readonly position: number; readonly reason: string; readonly text: string }[] = [];
  readonly asked: ArrivalRequest[] = [];
  readonly builder: BatchBuilder;
  readonly #decoder;

  constructor(name: string, options: Options = {}) {
    const format = arrivalFormat({ decode: name });
    const schema = { fields: format.fields(options)! };
    this.builder = new BatchBuilder(schema, 8192);
    this.#decoder = format.decoder(
      schema,
      options,
      (position, reason, text) => this.rejects.push({ position, reason, text }),
      request => this.asked.push(request),
    );
  }

  /** The rows of an arrival, in batches of at most so many rows; each is valid until the next. */
  *batches(arrival: Arrival, rows = 8192): Generator<Batch> {
    const { builder } = this;
    this.#decoder.begin(arrival);
    while (this.#decoder.isOpen) {
      builder.begin(rows);
      this.#decoder.read(builder);
      if (builder.length > 0) yield builder.batch(null, -Infinity);
    }
  }

  rows(arrival: Arrival, rows = 8192): NamedRow[] {
    return [...this.batches(arrival, rows)].flatMap(namedRows);
  }
}

/** The rows of a batch. */
export function namedRows({ schema, columns, length }: Batch): NamedRow[] {
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(schema.fields.map(({ name }, k) => [name, valueAt(columns[k], row)])),
  );
}

/** A message that was received. */
export function messageOf(text: string | object, atUs = 0): Arrival {
  const bytes = new TextEncoder().encode(typeof text === 'string' ? text : JSON.stringify(text));
  return { kind: 'message', atUs, bytes };
}
