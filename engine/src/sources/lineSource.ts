import type { RowDecoder } from '../codecs/decoder.js';
import { BatchBuilder, makeInterners } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes } from '../columns/time.js';
import type { EventTime } from '../columns/time.js';
import { openUnlessDone, readBytes } from './bytes.js';
import type { ByteInput } from './bytes.js';
import { addReject, countsFrom, countsOf, newCounters } from './counters.js';
import type { CountsSoFar } from './counters.js';
import { checkYears, withEventTime } from './eventTime.js';
import type { EventTimeColumn } from './eventTime.js';
import { SAMPLE_ROWS } from './lineFormat.js';
import type { InspectedText, InspectText } from './lineFormat.js';
import { disorderOf, MarkMaker } from './marks.js';
import type { Lateness } from './marks.js';
import { AS_THEY_ARE } from './rowCompletion.js';
import type { RowCompletion } from './rowCompletion.js';
import type { OpenSource, SourceCounters, SourceReader, SourceRequest, SourceSummary } from './source.js';

/** How much of a text is looked at when it is opened. */
const SAMPLE_BYTES = 4 << 20;
/** How much of its end is looked at for the last event time. */
const TAIL_BYTES = 64 << 10;
/** How much is read at once, and how many rows a batch has at most. */
const CHUNK_BYTES = 512 << 10;
const BATCH_ROWS = 8192;

/** How much of a file is held at once: less of each where there are many. */
export interface ReadSizes {
  readonly sampleBytes: number;
  readonly chunkBytes: number;
  readonly batchRows: number;
}

/** The sizes for one file alone. */
export const FULL_SIZES: ReadSizes = {
  sampleBytes: SAMPLE_BYTES,
  chunkBytes: CHUNK_BYTES,
  batchRows: BATCH_ROWS,
};

/**
 * Opens rows of text: the schema is declared, or inferred from the first rows and enforced from there on. `open` is called
 * once for the look and once for each reading.
 */
export async function openLines(
  inspect: InspectText,
  open: () => Promise<ByteInput>,
  request: SourceRequest,
  completion: RowCompletion = AS_THEY_ARE,
  sizes: ReadSizes = FULL_SIZES,
): Promise<OpenSource> {
  const input = await open();
  try {
    const sample = await readBytes(input, 0, sizes.sampleBytes);
    const length = sample.length - 1;
    const complete = length === input.size || length < sizes.sampleBytes;
    const own = { ...request, fields: completion.own(request.fields) };
    let inspected: InspectedText;
    try {
      inspected = inspect(input.label, sample, length, complete, own);
    } catch (error) {
      if (complete || sizes.sampleBytes >= SAMPLE_BYTES) throw error;
      // A first line may be longer than what is looked at of one of many files.
      return await openLines(inspect, open, request, completion, { ...sizes, sampleBytes: SAMPLE_BYTES });
    }
    const chosen = completion.fields(input.label, inspected.fields);
    const { fields, time } = withEventTime(input.label, chosen, request.time);
    const schema: Schema = { fields };
    const interners = completion === AS_THEY_ARE ? makeInterners(schema) : completion.interners.of(fields);
    const text: TextOfRows = {
      inspected,
      completion,
      schema,
      own: { fields: fields.slice(0, inspected.fields.length) },
      interners,
      time,
    };
    const look = time === null ? null : lookAtTimes(text, time, sample, length);
    const isWhole = complete && (look === null || look.count < SAMPLE_ROWS);
    const lastTime =
      time === null || isWhole
        ? (look?.last ?? null)
        : input.size === Infinity
          ? null
          : await lastTimeOf(text, time, input, look?.last ?? null);
    checkYears(input.label, schema, time, [look?.first ?? null, look?.last ?? null]);
    const boundUs = request.time?.boundUs ?? look?.disorder ?? 0;
    const summary: SourceSummary = {
      name: request.name,
      fields,
      time: time?.name ?? null,
      boundUs,
      boundFrom: request.time?.boundUs === undefined || request.time.boundUs === null ? 'sample' : 'declared',
      rows: null,
      firstTime: look?.first ?? null,
      lastTime,
      ...(look === null
        ? {}
        : {
            sample: { rows: look.count + look.rejected, rejected: look.rejected, disorderUs: look.disorder },
          }),
      notes: inspected.notes,
    };
    const lateness = { rows: 0, byUs: 0 };
    return {
      summary,
      live: false,
      lateness,
      read: (columns, from) =>
        new LineReader(open, text, { boundUs, lateness }, columns ?? null, sizes, (from as Place) ?? null),
      close: () => Promise.resolve(),
    };
  } finally {
    await input.close();
  }
}

/** What is known of a text of rows once it has been looked at. */
interface TextOfRows {
  readonly inspected: InspectedText;
  readonly completion: RowCompletion;
  readonly schema: Schema;
  /** The columns that stand in the text itself: the first ones of the schema. */
  readonly own: Schema;
  readonly interners: readonly (ByteInterner | null)[];
  readonly time: EventTimeColumn | null;
}

interface TimesOfSample {
  readonly count: number;
  readonly rejected: number;
  readonly first: EventTime | null;
  readonly last: EventTime | null;
  readonly disorder: number;
}

function ignoreReject(): void {
  // The reading that counts meets the row again.
}

function lookAtTimes(
  { inspected, schema, own, interners, completion }: TextOfRows,
  time: EventTimeColumn,
  sample: Uint8Array,
  length: number,
): TimesOfSample {
  const builder = new BatchBuilder(schema, Math.min(SAMPLE_ROWS, length), interners);
  let rejected = 0;
  const decoder = inspected.decoder(own, () => rejected++);
  decoder.decode(sample, inspected.start, length, false, builder);
  completion.complete(builder);
  const count = builder.length;
  const times = new Float64Array(count);
  toEventTimes(builder.columns[time.index].column().data, time.unit, count, times);
  return {
    count,
    rejected,
    first: count === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    last: count === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
    disorder: disorderOf(times, count),
  };
}

/** The highest event time of the sample and of the text's end. The end is cut at a line feed, so it may begin in a quoted field: rows that do not fit are passed over. */
async function lastTimeOf(
  { inspected, schema, own, completion }: TextOfRows,
  time: EventTimeColumn,
  input: ByteInput,
  ofSample: EventTime | null,
): Promise<EventTime | null> {
  const position = Math.max(inspected.start, input.size - TAIL_BYTES);
  const tail = await readBytes(input, position, TAIL_BYTES);
  const length = tail.length - 1;
  const from = position === inspected.start ? 0 : tail.indexOf(10) + 1;
  const builder = new BatchBuilder(schema, Math.max(1, length - from));
  inspected.decoder(own, ignoreReject).decode(tail, from, length, true, builder);
  completion.complete(builder);
  if (builder.length === 0) return ofSample;
  const times = new Float64Array(builder.length);
  toEventTimes(builder.columns[time.index].column().data, time.unit, builder.length, times);
  const last = times.reduce((a, b) => Math.max(a, b));
  return ofSample === null ? last : Math.max(last, ofSample);
}

/** Where a reading stands between two batches. */
interface Place extends CountsSoFar {
  /** The byte that is next, and its line. */
  readonly position: number;
  readonly line: number;
  readonly marks: MarkMaker['state'] | null;
}

/** One reading of a text, in chunks: it holds a chunk and a row, whatever the text's size. */
class LineReader implements SourceReader {
  readonly counters: SourceCounters = newCounters();
  readonly #builder: BatchBuilder;
  readonly #decoder: RowDecoder;
  readonly #marks: MarkMaker | null;
  #input: ByteInput | null = null;
  #bytes: Uint8Array<ArrayBuffer>;
  /** The bytes not decoded yet. */
  #from = 0;
  #to = 0;
  /** The position in the text of the next byte to read. */
  #position: number;
  #atEnd = false;

  constructor(
    private readonly open: () => Promise<ByteInput>,
    private readonly text: TextOfRows,
    { boundUs, lateness }: { readonly boundUs: number; readonly lateness: Lateness },
    columns: ReadonlySet<string> | null,
    private readonly sizes: ReadSizes,
    from: Place | null,
  ) {
    const { inspected, schema, own, interners, time } = text;
    this.#bytes = new Uint8Array(sizes.chunkBytes + 1);
    this.#builder = new BatchBuilder(schema, sizes.batchRows, interners, columns);
    this.#decoder = inspected.decoder(own, (position, reason, text) =>
      addReject(this.counters, position, reason, text),
    );
    this.#marks = time === null ? null : new MarkMaker(time.unit, boundUs, lateness);
    this.#position = from?.position ?? inspected.start;
    if (from === null) return;
    countsFrom(this.counters, from);
    this.#decoder.line = from.line;
    if (from.marks !== null) this.#marks?.resume(from.marks);
  }

  /** What is compressed is unpacked again up to the place, which takes less than to read its rows. */
  bookmark(): Place | null {
    if (this.#input === null) return null;
    return {
      position: this.#position - (this.#to - this.#from),
      line: this.#decoder.line,
      marks: this.#marks?.state ?? null,
      ...countsOf(this.counters),
    };
  }

  async next(maxRows: number): Promise<Batch | null> {
    const builder = this.#builder;
    builder.begin(maxRows);
    try {
      await this.#build(maxRows);
    } catch (error) {
      await this.close();
      throw error;
    }
    if (builder.length === 0) {
      await this.close();
      return null;
    }
    this.counters.rows += builder.length;
    const { time } = this.text;
    if (this.#marks === null || time === null) return builder.batch(null, START_OF_TIME);
    const marks = this.#marks.marks(builder.columns[time.index].column(), builder.length);
    return builder.batch(marks, this.#marks.watermark);
  }

  /** Builds rows until there are as many as are wanted, or no more. */
  async #build(maxRows: number): Promise<void> {
    const builder = this.#builder;
    for (;;) {
      if (this.#from < this.#to) {
        this.#from = this.#decoder.decode(this.#bytes, this.#from, this.#to, this.#atEnd, builder);
        if (builder.length === maxRows) break;
      }
      if (this.#atEnd) break;
      await this.#fill();
    }
    this.text.completion.complete(builder);
  }

  async close(): Promise<void> {
    this.#atEnd = true;
    this.#from = this.#to = 0;
    const input = this.#input;
    this.#input = null;
    await input?.close();
  }

  /** Reads the next chunk behind the bytes that are left. */
  async #fill(): Promise<void> {
    this.#input ??= await openUnlessDone(this.open, () => this.#atEnd);
    const input = this.#input;
    if (input === null) return;
    const left = this.#to - this.#from;
    if (left > this.sizes.chunkBytes / 2 && left > this.#bytes.length / 2) {
      const bytes = new Uint8Array(this.#bytes.length * 2);
      bytes.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = bytes;
    } else {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    }
    this.#from = 0;
    this.#to = left;
    const read = await input.read(this.#bytes, left, this.#bytes.length - 1 - left, this.#position);
    // It was closed meanwhile.
    if (this.#input === null) return;
    if (read === 0) this.#atEnd = true;
    this.#position += read;
    this.#to += read;
    this.counters.bytes += read;
  }
}
