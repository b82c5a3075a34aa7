import { openAsBlob } from 'node:fs';
import { resolve } from 'node:path';
import type { ParquetFile } from 'parquet-wasm/node';
import { readVector } from '../../codecs/arrowVector.js';
import type { ArrowType, ArrowVector } from '../../codecs/arrowVector.js';
import type { Batch } from '../../columns/batch.js';
import { BatchBuilder, makeInterners } from '../../columns/builder.js';
import type { ByteInterner } from '../../columns/byteInterner.js';
import type { Schema } from '../../columns/schema.js';
import { toEventTimes } from '../../columns/time.js';
import type { Field } from '../../columns/types.js';
import { newCounters } from '../../sources/counters.js';
import { SourceError } from '../../sources/error.js';
import { checkYears, withEventTime } from '../../sources/eventTime.js';
import type { EventTimeColumn } from '../../sources/eventTime.js';
import { disorderOf, MarkMaker } from '../../sources/marks.js';
import type { Lateness } from '../../sources/marks.js';
import { AS_THEY_ARE } from '../../sources/rowCompletion.js';
import type { RowCompletion } from '../../sources/rowCompletion.js';
import type { OpenSource, SourceReader, SourceRequest } from '../../sources/source.js';
import { fileSize, shownPath } from '../paths.js';
import { parquetColumns, parquetWasm, WasmBatch } from '../parquetWasm.js';
import type { WasmMemory } from '../parquetWasm.js';
import { declaredField, epochField, fieldsOf, leaveOutNulls, markedBatch } from './typedColumns.js';
import type { TypedColumn } from './typedColumns.js';

/** How many rows the library decodes at once. */
const BATCH_ROWS = 8192;
/** How many rows at the beginning and at the end are looked at. */
const SAMPLE_ROWS = 8192;

/** What every reading of one file shares. */
interface ParquetLayout {
  readonly label: string;
  readonly schema: Schema;
  readonly interners: readonly (ByteInterner | null)[];
  readonly time: EventTimeColumn | null;
  readonly completion: RowCompletion;
  /** For each column of the schema, its place in the file; -1 where it is not read. */
  readonly places: readonly number[];
  /** For each column of the file its type, null for those that are not read. */
  readonly types: readonly (ArrowType | null)[];
  readonly names: readonly string[];
}

/** Opens a Parquet file, which says its own schema; a declared one picks columns and must agree. */
export async function openParquet(
  request: SourceRequest,
  directory: string,
  path: string,
  completion: RowCompletion = AS_THEY_ARE,
): Promise<OpenSource> {
  const size = await fileSize(directory, path);
  const label = `'${shownPath(directory, path)}'`;
  if (size === 0)
    throw new SourceError('MR3104', `${label} is empty.`, 'A Parquet file has a footer at least.');
  const open = () => openFile(directory, path, label);
  const file = await open();
  try {
    const rows = file.metadata().fileMetadata().numRows();
    const columns = await parquetColumns(file);
    const notes: string[] = [];
    const own = { ...request, fields: completion.own(request.fields) };
    const chosen = completion.fields(label, await chooseFields(label, file, columns, own, notes, rows));
    const { fields, time } = withEventTime(label, chosen, request.time);
    const schema: Schema = { fields };
    const places = fields.map(field => columns.findIndex(column => column.name === field.name));
    const layout: ParquetLayout = {
      label,
      schema,
      completion,
      interners: completion === AS_THEY_ARE ? makeInterners(schema) : completion.interners.of(fields),
      time,
      places,
      types: columns.map((column, i) => (places.includes(i) ? column.type : null)),
      names: columns.map(column => column.name),
    };
    const look = time === null ? null : await lookAtTimes(file, layout, time, rows);
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
      read: read => new ParquetReader(open, layoutOfRead(layout, read ?? null), { boundUs, lateness }, size),
      close: () => Promise.resolve(),
    };
  } finally {
    file.free();
  }
}

/**
 * What is left to read of a file without the columns that nobody looks at: those stay that have to have a value, since a NULL there is a reject, and
 * one in any case, for the number of rows.
 */
function layoutOfRead(layout: ParquetLayout, read: ReadonlySet<string> | null): ParquetLayout {
  const { fields } = layout.schema;
  const isChosen = fields.map(
    ({ name, nullable }, i) => layout.places[i] >= 0 && (read === null || read.has(name) || !nullable),
  );
  if (!isChosen.includes(true)) isChosen[layout.places.findIndex(place => place >= 0)] = true;
  const inFile = layout.places.filter((_, i) => isChosen[i]).sort((a, b) => a - b);
  return {
    ...layout,
    places: layout.places.map((place, i) => (isChosen[i] ? inFile.indexOf(place) : -1)),
    types: inFile.map(place => layout.types[place]),
    names: inFile.map(place => layout.names[place]),
  };
}

async function openFile(directory: string, path: string, label: string): Promise<ParquetFile> {
  const { ParquetFile } = await parquetWasm();
  await fileSize(directory, path);
  try {
    return await ParquetFile.fromFile(await openAsBlob(resolve(directory, path)));
  } catch (error) {
    throw broken(label, error);
  }
}

function broken(label: string, error: unknown): SourceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new SourceError(
    'MR3205',
    `${label} is no readable Parquet file: ${reason}.`,
    'Was it written to its end?',
  );
}

async function chooseFields(
  label: string,
  file: ParquetFile,
  columns: readonly TypedColumn[],
  request: SourceRequest,
  notes: string[],
  rows: number,
): Promise<Field[]> {
  if (request.fields !== null) return request.fields.map(field => declaredField(label, field, columns));
  const fields = fieldsOf(columns, notes);
  const timeColumn = fields.findIndex(field => field.name === request.time?.column);
  if (timeColumn >= 0 && fields[timeColumn].type.kind === 'int64' && rows > 0) {
    fields[timeColumn] = await epochOf(label, file, columns, fields[timeColumn], notes);
  }
  return fields;
}

/** The event-time column where the file has plain integers. */
async function epochOf(
  label: string,
  file: ParquetFile,
  columns: readonly TypedColumn[],
  field: Field,
  notes: string[],
): Promise<Field> {
  const place = columns.findIndex(column => column.name === field.name);
  const builder = new BatchBuilder({ fields: [field] }, SAMPLE_ROWS);
  await readRange(
    file,
    label,
    columns.map((column, i) => (i === place ? column.type : null)),
    [place],
    columns.map(c => c.name),
    0,
    builder,
  );
  return epochField(field, builder, notes);
}

/** Reads up to the builder's limit of rows from row `offset` on. */
async function readRange(
  file: ParquetFile,
  label: string,
  types: readonly (ArrowType | null)[],
  places: readonly number[],
  names: readonly string[],
  offset: number,
  builder: BatchBuilder,
): Promise<void> {
  const { wasmMemory } = await parquetWasm();
  const chosen = places.map(place => names[place]);
  try {
    const table = await file.read({
      offset,
      limit: builder.limit,
      columns: chosen,
      batchSize: builder.limit,
    });
    const kept = types.filter(type => type !== null);
    const inFileOrder = [...places].sort((a, b) => a - b);
    for (const batch of table.recordBatches()) {
      const view = new WasmBatch(batch, wasmMemory() as WasmMemory, kept);
      const vectors = view.vectors();
      const count = Math.min(view.length, builder.limit - builder.length);
      places.forEach((place, i) => {
        readVector(
          vectors[inFileOrder.indexOf(place)] as ArrowVector,
          0,
          count,
          builder.columns[i],
          builder.length,
        );
      });
      builder.length += count;
      view.free();
    }
    table.free();
  } catch (error) {
    throw broken(label, error);
  }
}

async function lookAtTimes(file: ParquetFile, layout: ParquetLayout, time: EventTimeColumn, rows: number) {
  const times: Float64Array[] = [];
  const place = layout.places[time.index];
  const types = layout.types.map((type, i) => (i === place ? type : null));
  const field = layout.schema.fields[time.index];
  for (const offset of [0, Math.max(0, rows - SAMPLE_ROWS)]) {
    const builder = new BatchBuilder({ fields: [field] }, SAMPLE_ROWS);
    if (place < 0) builder.length = Math.min(rows, 1);
    else if (rows > 0) await readRange(file, layout.label, types, [place], layout.names, offset, builder);
    layout.completion.complete(builder);
    const out = new Float64Array(builder.length);
    toEventTimes(builder.columns[0].column().data, time.unit, builder.length, out);
    times.push(out);
  }
  const all = [...times[0], ...times[1]];
  return {
    rows: Math.min(rows, all.length),
    first: all.length === 0 ? null : all.reduce((a, b) => Math.min(a, b)),
    last: all.length === 0 ? null : all.reduce((a, b) => Math.max(a, b)),
    disorder: Math.max(...times.map(each => disorderOf(each, each.length))),
  };
}

/** One reading of a Parquet file, a few thousand rows at a time. */
class ParquetReader implements SourceReader {
  readonly counters = newCounters();
  readonly #builder: BatchBuilder;
  readonly #marks: MarkMaker | null;
  #file: ParquetFile | null = null;
  #rows: ReadableStreamDefaultReader | null = null;
  #memory: WasmMemory | null = null;
  #batch: WasmBatch | null = null;
  #batchAt = 0;
  #ended = false;

  constructor(
    private readonly open: () => Promise<ParquetFile>,
    private readonly layout: ParquetLayout,
    { boundUs, lateness }: { readonly boundUs: number; readonly lateness: Lateness },
    private readonly size: number,
  ) {
    this.#builder = new BatchBuilder(layout.schema, BATCH_ROWS, layout.interners);
    this.#marks = layout.time === null ? null : new MarkMaker(layout.time.unit, boundUs, lateness);
  }

  async next(maxRows: number): Promise<Batch | null> {
    const builder = this.#builder;
    builder.begin(Math.min(maxRows, BATCH_ROWS));
    while (builder.length === 0 && !this.#ended) {
      if (this.#batch === null && !(await this.#advance())) break;
      this.#copy(this.#batch as WasmBatch);
    }
    if (builder.length === 0) {
      await this.close();
      return null;
    }
    this.counters.rows += builder.length;
    this.layout.completion.complete(builder);
    return markedBatch(builder, this.layout.time, this.#marks);
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#batch?.free();
    this.#batch = null;
    const rows = this.#rows;
    this.#rows = null;
    await rows?.cancel();
    this.#file?.free();
    this.#file = null;
  }

  async #advance(): Promise<boolean> {
    try {
      if (this.#rows === null) {
        const library = await parquetWasm();
        this.#memory = library.wasmMemory() as WasmMemory;
        this.#file = await this.open();
        const columns = [...this.layout.names];
        const stream = await this.#file.stream({ batchSize: BATCH_ROWS, columns });
        this.#rows = stream.getReader();
      }
      const { done, value } = await this.#rows.read();
      if (done) return false;
      this.#batch = new WasmBatch(value, this.#memory as WasmMemory, this.layout.types);
      this.#batchAt = 0;
      return true;
    } catch (error) {
      throw error instanceof SourceError ? error : broken(this.layout.label, error);
    }
  }

  /** Copies as many rows of the library's batch as the builder takes. */
  #copy(batch: WasmBatch): void {
    const builder = this.#builder;
    const count = Math.min(builder.limit - builder.length, batch.length - this.#batchAt);
    const vectors = batch.vectors();
    this.layout.places.forEach((place, i) => {
      if (place < 0) return;
      readVector(vectors[place] as ArrowVector, this.#batchAt, count, builder.columns[i], builder.length);
    });
    builder.length += count;
    this.#batchAt += count;
    this.counters.bytes = this.size;
    leaveOutNulls(builder, builder.length - count, this.counters);
    if (this.#batchAt === batch.length) {
      batch.free();
      this.#batch = null;
    }
  }
}
