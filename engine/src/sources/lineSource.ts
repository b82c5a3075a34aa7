import type { RowDecoder } from '../codecs/decoder.js';
import { BatchBuilder, makeInterners } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes } from '../columns/time.js';
import type { EventTime } from '../columns/time.js';
import { readBytes } from './bytes.js';
import type { ByteInput } from './bytes.js';
import { addReject, newCounters } from './counters.js';
import { withEventTime } from './eventTime.js';
import type { EventTimeColumn } from './eventTime.js';
import { SAMPLE_ROWS } from './lineFormat.js';
import type { InspectedText, InspectText } from './lineFormat.js';
import { disorderOf, MarkMaker } from './marks.js';
import type { OpenSource, SourceCounters, SourceReader, SourceRequest, SourceSummary } from './source.js';

/** How much of a text is looked at when it is opened. */
const SAMPLE_BYTES = 4 << 20;
/** How much of its end is looked at for the last event time. */
const TAIL_BYTES = 64 << 10;
/** How much is read at once. */
const CHUNK_BYTES = 512 << 10;

/**
 * Opens rows of text: the schema is declared, or inferred from the first rows and enforced from there on. `open` is called
 * once for the look and once for each reading.
 */
export async function openLines(
  inspect: InspectText,
  open: () => Promise<ByteInput>,
  request: SourceRequest,
): Promise<OpenSource> {
  const input = await open();
  try {
    const sample = await readBytes(input, 0, SAMPLE_BYTES);
    const length = sample.length - 1;
    const inspected = inspect(input.label, sample, length, length === input.size, request);
    const { fields, time } = withEventTime(input.label, inspected.fields, request.time);
    const schema: Schema = { fields };
    const interners = makeInterners(schema);
    const look = time === null ? null : lookAtTimes(inspected, schema, interners, time, sample, length);
    const lastTime =
      time === null ? null : await lastTimeOf(inspected, schema, time, input, look?.last ?? null);
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
      notes: inspected.notes,
    };
    return {
      summary,
      live: false,
      read: columns => new LineReader(open, inspected, schema, interners, time, boundUs, columns ?? null),
      close: () => Promise.resolve(),
    };
  } finally {
    await input.close();
  }
}

interface TimesOfSample {
  readonly first: EventTime | null;
  readonly last: EventTime | null;
  readonly disorder: number;
}

function ignoreReject(): void {
  // The reading that counts meets the row again.
}

function lookAtTimes(
  inspected: InspectedText,
  schema: Schema,
  interners: readonly (ByteInterner | null)[],
  time: EventTimeColumn,
  sample: Uint8Array,
  length: number,
): TimesOfSample {
  const builder = new BatchBuilder(schema, SAMPLE_ROWS, interners);
  const decoder = inspected.decoder(schema, ignoreReject);
  decoder.decode(sample, inspected.start, length, false, builder);
  const count = builder.length;
  const times = new Float64Array(count);
  toEventTimes(builder.columns[time.index].column().data, time.unit, count, times);
  return {
    first: count === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    last: count === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
    disorder: disorderOf(times, count),
  };
}

/** The highest event time of the sample and of the text's end. The end is cut at a line feed, so it may begin in a quoted field: rows that do not fit are passed over. */
async function lastTimeOf(
  inspected: InspectedText,
  schema: Schema,
  time: EventTimeColumn,
  input: ByteInput,
  ofSample: EventTime | null,
): Promise<EventTime | null> {
  const position = Math.max(inspected.start, input.size - TAIL_BYTES);
  const tail = await readBytes(input, position, TAIL_BYTES);
  const length = tail.length - 1;
  const from = position === inspected.start ? 0 : tail.indexOf(10) + 1;
  const builder = new BatchBuilder(schema, TAIL_BYTES);
  inspected.decoder(schema, ignoreReject).decode(tail, from, length, true, builder);
  if (builder.length === 0) return ofSample;
  const times = new Float64Array(builder.length);
  toEventTimes(builder.columns[time.index].column().data, time.unit, builder.length, times);
  const last = times.reduce((a, b) => Math.max(a, b));
  return ofSample === null ? last : Math.max(last, ofSample);
}

/** One reading of a text, in chunks: it holds a chunk and a row, whatever the text's size. */
class LineReader implements SourceReader {
  readonly counters: SourceCounters = newCounters();
  readonly #builder: BatchBuilder;
  readonly #decoder: RowDecoder;
  readonly #marks: MarkMaker | null;
  #input: ByteInput | null = null;
  #bytes = new Uint8Array(CHUNK_BYTES + 1);
  /** The bytes not decoded yet. */
  #from = 0;
  #to = 0;
  /** The position in the text of the next byte to read. */
  #position: number;
  #atEnd = false;

  constructor(
    private readonly open: () => Promise<ByteInput>,
    inspected: InspectedText,
    schema: Schema,
    interners: readonly (ByteInterner | null)[],
    private readonly time: EventTimeColumn | null,
    boundUs: number,
    columns: ReadonlySet<string> | null,
  ) {
    this.#builder = new BatchBuilder(schema, 8192, interners, columns);
    this.#decoder = inspected.decoder(schema, (position, reason, text) =>
      addReject(this.counters, position, reason, text),
    );
    this.#marks = time === null ? null : new MarkMaker(time.unit, boundUs);
    this.#position = inspected.start;
  }

  async next(maxRows: number): Promise<Batch | null> {
    const builder = this.#builder;
    builder.begin(maxRows);
    for (;;) {
      if (this.#from < this.#to) {
        this.#from = this.#decoder.decode(this.#bytes, this.#from, this.#to, this.#atEnd, builder);
        if (builder.length === maxRows) break;
      }
      if (this.#atEnd) break;
      await this.#fill();
    }
    if (builder.length === 0) {
      await this.close();
      return null;
    }
    this.counters.rows += builder.length;
    if (this.#marks === null || this.time === null) return builder.batch(null, START_OF_TIME);
    const marks = this.#marks.marks(builder.columns[this.time.index].column(), builder.length);
    return builder.batch(marks, this.#marks.watermark);
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
    this.#input ??= await this.open();
    const left = this.#to - this.#from;
    if (left > CHUNK_BYTES / 2 && left > this.#bytes.length / 2) {
      const bytes = new Uint8Array(this.#bytes.length * 2);
      bytes.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = bytes;
    } else {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    }
    this.#from = 0;
    this.#to = left;
    const read = await this.#input.read(this.#bytes, left, this.#bytes.length - 1 - left, this.#position);
    if (read === 0) this.#atEnd = true;
    this.#position += read;
    this.#to += read;
    this.counters.bytes += read;
  }
}
