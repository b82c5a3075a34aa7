import { readVector } from '../../codecs/arrowVector.js';
import type { ArrowType, ArrowVector } from '../../codecs/arrowVector.js';
import type { Batch } from '../../columns/batch.js';
import { BatchBuilder, makeInterners } from '../../columns/builder.js';
import type { ByteInterner } from '../../columns/byteInterner.js';
import type { Schema } from '../../columns/schema.js';
import { toEventTimes } from '../../columns/time.js';
import type { Field } from '../../columns/types.js';
import { openUnlessDone, readAhead } from '../../sources/bytes.js';
import type { ByteInput } from '../../sources/bytes.js';
import { countsFrom, countsOf, newCounters } from '../../sources/counters.js';
import type { CountsSoFar } from '../../sources/counters.js';
import { SourceError } from '../../sources/error.js';
import { checkYears, withEventTime } from '../../sources/eventTime.js';
import type { EventTimeColumn } from '../../sources/eventTime.js';
import { disorderOf, MarkMaker } from '../../sources/marks.js';
import type { Lateness } from '../../sources/marks.js';
import { AS_THEY_ARE } from '../../sources/rowCompletion.js';
import type { RowCompletion } from '../../sources/rowCompletion.js';
import type { OpenSource, SourceReader, SourceRequest } from '../../sources/source.js';
import { ArrowBatches } from './arrowBatches.js';
import type { ArrowPlace, ArrowRows } from './arrowBatches.js';
import { arrowError, messageAt, readArrowLayout } from './arrowFile.js';
import type { ArrowLayout } from './arrowFile.js';
import {
  declaredField,
  epochField,
  fieldsOf,
  leaveOutNulls,
  markedBatch,
  typedColumn,
} from './typedColumns.js';
import type { TypedColumn } from './typedColumns.js';

/** How many rows at the beginning and at the end are looked at, and how many a batch has at most. */
const SAMPLE_ROWS = 8192;

/** What every reading of one file shares. */
interface ArrowSource {
  readonly open: () => Promise<ByteInput>;
  readonly layout: ArrowLayout;
  readonly columns: readonly TypedColumn[];
  readonly schema: Schema;
  readonly interners: readonly (ByteInterner | null)[];
  readonly time: EventTimeColumn | null;
  readonly completion: RowCompletion;
}

/** Opens an Arrow IPC file or stream, which says its own schema; a declared one picks columns and must agree. */
export async function openArrow(
  request: SourceRequest,
  openBytes: () => Promise<ByteInput>,
  completion: RowCompletion = AS_THEY_ARE,
): Promise<OpenSource> {
  const open = async () => {
    const bytes = await openBytes();
    return bytes.size === Infinity ? bytes : readAhead(bytes);
  };
  const input = await open();
  try {
    const { label } = input;
    if (input.size === 0) {
      throw new SourceError('MR3104', `${label} is empty.`, 'An Arrow file has a schema at least.');
    }
    const layout = await readArrowLayout(input);
    const columns = layout.fields.map(typedColumn);
    const notes: string[] = [];
    const own = { ...request, fields: completion.own(request.fields) };
    const chosen = completion.fields(label, await chooseFields(open, layout, columns, own, notes));
    const { fields, time } = withEventTime(label, chosen, request.time);
    const schema: Schema = { fields };
    const interners = completion === AS_THEY_ARE ? makeInterners(schema) : completion.interners.of(fields);
    const source = { open, layout, columns, schema, interners, time, completion };
    const look = time === null ? null : await lookAtTimes(source, time);
    checkYears(label, schema, time, [look?.first ?? null, look?.last ?? null]);
    const declaredBound = request.time?.boundUs ?? null;
    const boundUs = declaredBound ?? look?.disorder ?? 0;
    const lateness = { rows: 0, byUs: 0 };
    return {
      summary: {
        name: request.name,
        fields,
        time: time?.name ?? null,
        boundUs,
        boundFrom: declaredBound === null ? 'sample' : 'declared',
        rows: await countRows(input, layout),
        firstTime: look?.first ?? null,
        lastTime: look?.last ?? null,
        ...(look === null ? {} : { sample: { rows: look.rows, rejected: 0, disorderUs: look.disorder } }),
        notes,
      },
      live: false,
      lateness,
      read: (read, from) =>
        new ArrowReader(source, boundUs, read ?? null, (from as Place | null | undefined) ?? 0, lateness),
      close: () => Promise.resolve(),
    };
  } catch (error) {
    throw arrowError(input.label, error);
  } finally {
    await input.close();
  }
}

async function chooseFields(
  open: () => Promise<ByteInput>,
  layout: ArrowLayout,
  columns: readonly TypedColumn[],
  request: SourceRequest,
  notes: string[],
): Promise<Field[]> {
  const { label } = layout;
  if (request.fields !== null) return request.fields.map(field => declaredField(label, field, columns));
  const fields = fieldsOf(columns, notes);
  const at = fields.findIndex(field => field.name === request.time?.column);
  if (at < 0 || fields[at].type.kind !== 'int64') return fields;
  const schema = { fields: [fields[at]] };
  const source = { open, layout, columns, schema, interners: [], time: null, completion: AS_THEY_ARE };
  const sample = await new ArrowReader(source, 0, null).sample();
  if (sample.length > 0) fields[at] = epochField(fields[at], sample, notes);
  return fields;
}

/** The number of rows in all batches: a stream does not tell it. */
async function countRows(input: ByteInput, { index }: ArrowLayout): Promise<number | null> {
  if (index === null) return null;
  let rows = 0;
  for (const position of index.batches) rows += (await messageAt(input, position))?.batch?.length ?? 0;
  return rows;
}

/** The event times at the beginning, and of a file at the end. */
async function lookAtTimes(source: ArrowSource, time: EventTimeColumn) {
  const { index } = source.layout;
  const schema = { fields: [source.schema.fields[time.index]] };
  const alone = { ...source, schema, interners: [], time: null };
  const begins = timesOf(await new ArrowReader(alone, 0, null).sample(), time);
  const ends =
    index === null || index.batches.length < 2
      ? null
      : timesOf(await new ArrowReader(alone, 0, null, index.batches.length - 1).sample(true), time);
  const all = [...begins, ...(ends ?? [])];
  return {
    rows: all.length,
    first: all.length === 0 ? null : all.reduce((a, b) => Math.min(a, b)),
    // The end of a stream, or of one batch alone, is not known without reading it.
    last: index === null || all.length === 0 ? null : all.reduce((a, b) => Math.max(a, b)),
    disorder: Math.max(disorderOf(begins, begins.length), ends === null ? 0 : disorderOf(ends, ends.length)),
  };
}

function timesOf(sample: BatchBuilder, time: EventTimeColumn): Float64Array {
  const times = new Float64Array(sample.length);
  toEventTimes(sample.columns[0].column().data, time.unit, sample.length, times);
  return times;
}

/** Where a reading stands between two batches. */
interface Place extends CountsSoFar {
  readonly batch: ArrowPlace;
  /** The row of that batch. */
  readonly row: number;
  readonly marks: MarkMaker['state'] | null;
}

/** One reading of an Arrow file. */
class ArrowReader implements SourceReader {
  readonly counters = newCounters();
  readonly #builder: BatchBuilder;
  readonly #marks: MarkMaker | null;
  /** For each column of the schema, its place in the file; -1 where it is not read. */
  readonly #places: readonly number[];
  readonly #types: readonly (ArrowType | null)[];
  #input: ByteInput | null = null;
  #batches: ArrowBatches | null = null;
  #rows: ArrowRows | null = null;
  #rowsAt = 0;
  #ended = false;

  constructor(
    private readonly source: ArrowSource,
    boundUs: number,
    read: ReadonlySet<string> | null,
    /** The first batch that is wanted, or the place. */
    private readonly from: number | Place = 0,
    lateness: Lateness | null = null,
  ) {
    const { columns, interners, schema, time } = source;
    this.#builder = new BatchBuilder(schema, SAMPLE_ROWS, interners);
    this.#marks = time === null ? null : new MarkMaker(time.unit, boundUs, lateness);
    // A NULL in a column that has to have a value is a reject, so such a column is read in any case; and one, for the number of rows.
    const { completion } = source;
    const isRead = schema.fields.map(
      ({ name, nullable }) => !completion.isAdded(name) && (read === null || read.has(name) || !nullable),
    );
    const first = schema.fields.findIndex(({ name }) => !completion.isAdded(name));
    if (!isRead.includes(true) && first >= 0) isRead[first] = true;
    this.#places = schema.fields.map(({ name }, i) =>
      isRead[i] ? columns.findIndex(column => column.name === name) : -1,
    );
    this.#types = columns.map(({ type }, i) => (this.#places.includes(i) ? type : null));
    if (typeof from === 'number') return;
    this.#rowsAt = from.row;
    countsFrom(this.counters, from);
    if (from.marks !== null) this.#marks?.resume(from.marks);
  }

  bookmark(): Place | null {
    if (this.#batches === null) return null;
    return {
      batch: this.#rows?.place ?? this.#batches.place,
      row: this.#rowsAt,
      marks: this.#marks?.state ?? null,
      ...countsOf(this.counters),
    };
  }

  async next(maxRows: number): Promise<Batch | null> {
    try {
      await this.#fill(maxRows);
    } catch (error) {
      await this.close();
      throw arrowError(this.source.layout.label, error);
    }
    const builder = this.#builder;
    if (builder.length === 0) {
      await this.close();
      return null;
    }
    this.counters.rows += builder.length;
    return markedBatch(builder, this.source.time, this.#marks);
  }

  /** The first rows, or the last ones, and the end of the reading. */
  async sample(last = false): Promise<BatchBuilder> {
    try {
      await this.#fill(last ? 0 : SAMPLE_ROWS);
      if (last) {
        this.#rows ??= (await this.#batches?.next()) ?? null;
        this.#rowsAt = Math.max(0, (this.#rows?.length ?? 0) - SAMPLE_ROWS);
        await this.#fill(SAMPLE_ROWS);
      }
      return this.#builder;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#rows = null;
    const input = this.#input;
    this.#input = null;
    await input?.close();
  }

  /** Builds the next rows, as many as one batch of the file gives. */
  async #fill(maxRows: number): Promise<void> {
    const builder = this.#builder;
    builder.begin(Math.min(maxRows, SAMPLE_ROWS));
    if (this.#input === null && !this.#ended) {
      this.#input = await openUnlessDone(this.source.open, () => this.#ended);
      if (this.#input === null) return;
      const from = typeof this.from === 'number' ? this.from : this.from.batch;
      this.#batches = new ArrowBatches(this.#input, this.source.layout, this.#types, from);
      this.counters.bytes = this.#input.size;
    }
    while (builder.length === 0 && maxRows > 0 && !this.#ended) {
      this.#rows ??= (await this.#batches?.next()) ?? null;
      // At the end, or closed meanwhile.
      if (this.#rows === null || this.#input === null) break;
      this.#copy(this.#rows);
    }
  }

  /** Copies as many rows of the file's batch as the builder takes. */
  #copy(rows: ArrowRows): void {
    const builder = this.#builder;
    const count = Math.max(0, Math.min(builder.limit, rows.length - this.#rowsAt));
    // An array of nothing may have no buffers.
    this.#places.forEach((place, i) => {
      if (place < 0 || count === 0) return;
      readVector(rows.vectors[place] as ArrowVector, this.#rowsAt, count, builder.columns[i], 0);
    });
    builder.length = count;
    this.#rowsAt += count;
    leaveOutNulls(builder, 0, this.counters);
    this.source.completion.complete(builder);
    if (this.#rowsAt < rows.length) return;
    this.#rows = null;
    this.#rowsAt = 0;
  }
}
