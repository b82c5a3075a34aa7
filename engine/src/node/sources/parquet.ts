import type { Batch } from '../../columns/batch.js';
import { BatchBuilder, makeInterners } from '../../columns/builder.js';
import type { ByteInterner } from '../../columns/byteInterner.js';
import { MillraceError } from '../../columns/error.js';
import type { Schema } from '../../columns/schema.js';
import { toEventTimes } from '../../columns/time.js';
import type { Field } from '../../columns/types.js';
import { countsFrom, countsOf, newCounters } from '../../sources/counters.js';
import type { CountsSoFar } from '../../sources/counters.js';
import { SourceError } from '../../sources/error.js';
import { checkYears, withEventTime } from '../../sources/eventTime.js';
import type { EventTimeColumn } from '../../sources/eventTime.js';
import { disorderOf, MarkMaker } from '../../sources/marks.js';
import type { Lateness } from '../../sources/marks.js';
import type { ByteInput } from '../../sources/bytes.js';
import { inMemory } from '../../sources/bytes.js';
import { AS_THEY_ARE } from '../../sources/rowCompletion.js';
import type { RowCompletion } from '../../sources/rowCompletion.js';
import type { OpenSource, SourceReader, SourceRequest } from '../../sources/source.js';
import { fileInput } from '../fileInput.js';
import { shownPath } from '../paths.js';
import { openParquetFile } from './parquetFile.js';
import type { ParquetFile, ParquetPlace, ParquetRows } from './parquetFile.js';
import { declaredField, epochField, fieldsOf, leaveOutNulls, markedBatch } from './typedColumns.js';
import { guardParquet } from './parquetGuard.js';

/** How many rows are decoded at once. */
const BATCH_ROWS = 8192;
/** How many rows at the beginning and at the end are looked at. */
const SAMPLE_ROWS = 8192;

/** What every reading of one file shares. */
interface ParquetSource {
  readonly file: ParquetFile;
  readonly schema: Schema;
  readonly interners: readonly (ByteInterner | null)[];
  readonly time: EventTimeColumn | null;
  readonly completion: RowCompletion;
  /** For each column of the schema, its place in the file; -1 where it is not there. */
  readonly places: readonly number[];
}

/** Opens a Parquet file, which says its own schema; a declared one picks columns and must agree. */
export async function openParquet(
  request: SourceRequest,
  directory: string,
  path: string,
  completion: RowCompletion = AS_THEY_ARE,
  /** Whether the library reads it, whatever is in it. */
  byLibrary = false,
): Promise<OpenSource> {
  const label = `'${shownPath(directory, path)}'`;
  const open = async () => inMemory(await fileInput(directory, path));
  // What follows looks at the file from several sides: it is opened once for all of them.
  const input = await open();
  try {
    return await openInput({ directory, path, label, open }, input, request, completion, byLibrary);
  } finally {
    await input.close();
  }
}

async function openInput(
  place: ParquetPlace,
  input: ByteInput,
  request: SourceRequest,
  completion: RowCompletion,
  byLibrary: boolean,
): Promise<OpenSource> {
  const { label } = place;
  const { size } = input;
  if (size === 0)
    throw new SourceError('MR3104', `${label} is empty.`, 'A Parquet file has a footer at least.');
  await guardParquet(input);
  const file = await openParquetFile(place, input, byLibrary);
  try {
    const { rows, columns } = file;
    const notes: string[] = [];
    const own = { ...request, fields: completion.own(request.fields) };
    const chosen = completion.fields(label, await chooseFields(file, input, own, notes));
    const { fields, time } = withEventTime(label, chosen, request.time);
    const schema: Schema = { fields };
    const source: ParquetSource = {
      file,
      schema,
      completion,
      interners: completion === AS_THEY_ARE ? makeInterners(schema) : completion.interners.of(fields),
      time,
      places: fields.map(field => columns.findIndex(column => column.name === field.name)),
    };
    const look = time === null ? null : await lookAtTimes(source, input, time, rows);
    checkYears(label, schema, time, [look?.first ?? null, look?.last ?? null]);
    const boundUs = request.time?.boundUs ?? look?.disorder ?? 0;
    const lateness = { rows: 0, byUs: 0 };
    return {
      summary: {
        name: request.name,
        fields,
        time: time?.name ?? null,
        boundUs,
        boundFrom:
          request.time?.boundUs === undefined || request.time.boundUs === null ? 'sample' : 'declared',
        rows,
        firstTime: look?.first ?? null,
        lastTime: look?.last ?? null,
        ...(look === null ? {} : { sample: { rows: look.rows, rejected: 0, disorderUs: look.disorder } }),
        notes,
      },
      live: false,
      lateness,
      // What is added to the times, or stands for them, is not in the file's statistics.
      ...(time === null || completion !== AS_THEY_ARE
        ? {}
        : { pieces: file.pieces?.(source.places[time.index], time.unit) ?? [] }),
      read: (read, from) =>
        new ParquetReader(source, read ?? null, { boundUs, lateness }, size, (from as Place) ?? null),
      close: () => Promise.resolve(),
    };
  } catch (error) {
    throw error instanceof MillraceError ? error : file.error(error);
  }
}

async function chooseFields(
  file: ParquetFile,
  input: ByteInput,
  request: SourceRequest,
  notes: string[],
): Promise<Field[]> {
  const { label, columns, rows } = file;
  if (request.fields !== null) return request.fields.map(field => declaredField(label, field, columns));
  const fields = fieldsOf(columns, notes);
  const at = fields.findIndex(field => field.name === request.time?.column);
  if (at < 0 || fields[at].type.kind !== 'int64' || rows === 0) return fields;
  const place = columns.findIndex(column => column.name === fields[at].name);
  fields[at] = epochField(fields[at], await sampleOf(file, input, fields[at], place, 0), notes);
  return fields;
}

/** Some values of one column from a row on. */
async function sampleOf(
  file: ParquetFile,
  input: ByteInput,
  field: Field,
  place: number,
  from: number,
): Promise<BatchBuilder> {
  const builder = new BatchBuilder({ fields: [field] }, Math.min(SAMPLE_ROWS, file.rows));
  const rows = await file.read([{ place, column: 0 }], builder, from, input);
  try {
    await rows.fill();
  } finally {
    await rows.close();
  }
  return builder;
}

async function lookAtTimes(
  { file, schema, places, completion }: ParquetSource,
  input: ByteInput,
  time: EventTimeColumn,
  rows: number,
) {
  const times: Float64Array[] = [];
  const place = places[time.index];
  const field = schema.fields[time.index];
  // A small file's beginning is its end as well.
  for (const offset of rows <= SAMPLE_ROWS ? [0] : [0, rows - SAMPLE_ROWS]) {
    const isThere = place >= 0 && rows > 0;
    const builder = isThere
      ? await sampleOf(file, input, field, place, offset)
      : new BatchBuilder({ fields: [field] }, 1);
    if (place < 0) builder.length = Math.min(rows, 1);
    completion.complete(builder);
    const out = new Float64Array(builder.length);
    toEventTimes(builder.columns[0].column().data, time.unit, builder.length, out);
    times.push(out);
  }
  const all = times.flatMap(each => [...each]);
  return {
    rows: Math.min(rows, all.length),
    first: all.length === 0 ? null : all.reduce((a, b) => Math.min(a, b)),
    last: all.length === 0 ? null : all.reduce((a, b) => Math.max(a, b)),
    disorder: Math.max(...times.map(each => disorderOf(each, each.length))),
  };
}

/** Where a reading stands between two batches: the row of the file that is next. */
interface Place extends CountsSoFar {
  readonly row: number;
  readonly marks: MarkMaker['state'] | null;
}

/** One reading of a Parquet file, a few thousand rows at a time. */
class ParquetReader implements SourceReader {
  readonly counters = newCounters();
  readonly #capacity: number;
  readonly #builder: BatchBuilder;
  readonly #marks: MarkMaker | null;
  readonly #isChosen: readonly boolean[];
  #rows: ParquetRows | null = null;
  #row: number;
  #ended = false;

  constructor(
    private readonly source: ParquetSource,
    read: ReadonlySet<string> | null,
    { boundUs, lateness }: { readonly boundUs: number; readonly lateness: Lateness },
    private readonly size: number,
    from: Place | null,
  ) {
    const { file, schema, interners, time, places } = source;
    // A small file needs little room.
    this.#capacity = Math.max(1, Math.min(BATCH_ROWS, file.rows));
    this.#builder = new BatchBuilder(schema, this.#capacity, interners);
    this.#marks = time === null ? null : new MarkMaker(time.unit, boundUs, lateness);
    // Of what nobody looks at those stay that have to have a value, since a NULL there is a reject, and one in any case, for the number of rows.
    this.#isChosen = schema.fields.map(
      ({ name, nullable }, i) => places[i] >= 0 && (read === null || read.has(name) || !nullable),
    );
    if (!this.#isChosen.includes(true)) {
      const first = places.findIndex(place => place >= 0);
      this.#isChosen = places.map((_, i) => i === first);
    }
    this.#row = from?.row ?? 0;
    if (from === null) return;
    countsFrom(this.counters, from);
    if (from.marks !== null) this.#marks?.resume(from.marks);
  }

  bookmark(): Place {
    return { row: this.#row, marks: this.#marks?.state ?? null, ...countsOf(this.counters) };
  }

  async next(maxRows: number): Promise<Batch | null> {
    const builder = this.#builder;
    builder.begin(Math.min(maxRows, this.#capacity));
    while (builder.length === 0 && !this.#ended) await this.#fill();
    if (builder.length === 0) {
      await this.close();
      return null;
    }
    this.counters.rows += builder.length;
    this.source.completion.complete(builder);
    return markedBatch(builder, this.source.time, this.#marks);
  }

  async #fill(): Promise<void> {
    const { file, places } = this.source;
    const builder = this.#builder;
    try {
      if (this.#rows === null) {
        const chosen = places.flatMap((place, column) => (this.#isChosen[column] ? [{ place, column }] : []));
        const rows = await file.read(chosen, builder, this.#row);
        // It was closed meanwhile: nobody else would close what has been opened.
        if (this.#ended) {
          await rows.close();
          return;
        }
        this.#rows = rows;
      }
      await this.#rows.fill();
    } catch (error) {
      await this.close();
      throw error;
    }
    if (builder.length === 0) this.#ended = true;
    else this.counters.bytes = this.size;
    this.#row += builder.length;
    leaveOutNulls(builder, 0, this.counters);
  }

  async close(): Promise<void> {
    this.#ended = true;
    const rows = this.#rows;
    this.#rows = null;
    await rows?.close();
  }
}
