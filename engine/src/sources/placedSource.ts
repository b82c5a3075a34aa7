import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { nearestNames } from '../columns/nearestNames.js';
import { fieldIndex } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import { typeName, type TimeUnit } from '../columns/types.js';
import { SourceError } from './error.js';
import type { OpenSource, SourceCounters, SourceReader } from './source.js';

/**
 * A source whose rows have their places by a column of theirs that says when they were received, and not by their event time. Rows without such a time have the place
 * of the one before. Errors `MR3512` (no such column), `MR3513` (no timestamp).
 */
export function placedSource(source: OpenSource, column: string): OpenSource {
  const { name, fields, lastTime } = source.summary;
  const field = fields.find(each => each.name === column);
  if (field === undefined) {
    const names = fields.map(each => each.name);
    throw new SourceError(
      'MR3512',
      `'${name}' has no column '${column}' with times of receipt.`,
      `It has ${names.join(', ')}.${nearestNames(column, names).length === 0 ? '' : ` Did you mean '${nearestNames(column, names)[0]}'?`}`,
    );
  }
  const { type } = field;
  if (type.kind !== 'timestamp') {
    throw new SourceError(
      'MR3513',
      `column '${column}' of '${name}' is ${typeName(type)}, and a time of receipt has to be a timestamp.`,
      `Declare it: schema({ ${column}: timestamp('us'), … }).`,
    );
  }
  const index = fieldIndex({ fields }, column);
  return {
    ...source,
    // They are by event time.
    pieces: [],
    summary: { ...source.summary, received: { first: null, last: lastTime } },
    read: (columns, from) => {
      const { place, latest } = (from as Bookmark | undefined) ?? { place: undefined, latest: START_OF_TIME };
      const read = columns == null ? columns : new Set([...columns, column]);
      return new PlacedReader(source.read(read, place), index, type.unit, latest);
    },
  };
}

/** Where a reading stands. */
interface Bookmark {
  readonly place: unknown;
  readonly latest: EventTime;
}

class PlacedReader implements SourceReader {
  #places = new Float64Array(0);

  constructor(
    private readonly reader: SourceReader,
    private readonly index: number,
    private readonly unit: TimeUnit,
    /** The latest time of receipt so far. */
    private latest: EventTime,
  ) {}

  get counters(): SourceCounters {
    return this.reader.counters;
  }

  async next(maxRows: number): Promise<Batch | null> {
    const batch = await this.reader.next(maxRows);
    if (batch === null) return null;
    return { ...batch, places: this.#of(batch.columns[this.index], batch.length) };
  }

  bookmark(): Bookmark | null {
    const place = this.reader.bookmark?.() ?? null;
    return place === null ? null : { place, latest: this.latest };
  }

  close(): Promise<void> {
    return this.reader.close();
  }

  #of({ data, valid }: Column, length: number): Float64Array {
    if (this.#places.length < length) this.#places = new Float64Array(length);
    const places = this.#places;
    toEventTimes(data, this.unit, length, places);
    let { latest } = this;
    for (let row = 0; row < length; row++) {
      if (places[row] > latest && (valid === null || valid[row] === 1)) latest = places[row];
      places[row] = latest;
    }
    this.latest = latest;
    return places;
  }
}
