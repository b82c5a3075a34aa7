import type { Batch } from '../../columns/batch.js';
import type { EventTime } from '../../columns/time.js';
import type { Field } from '../../columns/types.js';
import type { Arrival, ArrivalFormat } from '../../sources/arrival.js';
import { arrivalFormat } from '../../sources/arrivalFormats.js';
import {
  arrivalColumns,
  ArrivalRows,
  type ArrivalPlace,
  type ArrivalRowsOptions,
} from '../../sources/arrivalRows.js';
import { sampleTimes, type SampleTimes } from '../../sources/arrivalSample.js';
import { openUnlessDone } from '../../sources/bytes.js';
import type { ByteInput } from '../../sources/bytes.js';
import { addReject, countsFrom, countsOf, newCounters, type CountsSoFar } from '../../sources/counters.js';
import { withEventTime, type EventTimeColumn } from '../../sources/eventTime.js';
import { observeMessages } from '../../sources/messageSample.js';
import { choiceOption, textOption, type Options } from '../../sources/options.js';
import type {
  OpenSource,
  SourceBreak,
  SourceConnector,
  SourcePiece,
  SourceReader,
  SourceRequest,
  SourceSummary,
  World,
} from '../../sources/source.js';
import { fileInput } from '../fileInput.js';
import { localFiles } from '../files/localFiles.js';
import { RecordingError } from '../recordings/format.js';
import { Interruptions } from '../recordings/interruptions.js';
import { RecordedArrivals, toArrival, type RecordedPlace } from '../recordings/recordedArrivals.js';
import type { IndexEntry } from '../recordings/recordingIndex.js';

/** How much of a recording is looked at when it is opened. */
const SAMPLE_ARRIVALS = 2000;
const SAMPLE_BYTES = 4 << 20;
const SAMPLE_ROWS = 500;

/**
 * Recordings of what arrived over a connection, read as the live feed was: with the options, columns and event time that the recording keeps, where
 * the request says nothing else. Options: `path`, `receivedAt`, `align` (what puts its rows in order with those of other recordings: `received`, `eventTime`), and `decode` with what that takes.
 */
export const recordingConnector: SourceConnector = {
  name: 'recording',
  async open(request, world) {
    const opened = (options: Options): Promise<OpenSource> => openLocal({ ...request, options }, world);
    return opened(await localFiles(request.options, world, opened));
  },
};

async function openLocal(request: SourceRequest, { directory }: World): Promise<OpenSource> {
  const path = textOption(request.options, 'path', '');
  const open = (): Promise<ByteInput> => fileInput(directory, path);
  const input = await open();
  try {
    return await openRecording(input, open, request);
  } finally {
    await input.close();
  }
}

/** How a recording is read: as is asked, else as it was recorded. */
interface Reading {
  readonly options: Options;
  /** Columns without that of receive times; null: to be inferred. */
  readonly decoded: readonly Field[] | null;
  readonly time: SourceRequest['time'];
  readonly format: ArrivalFormat;
}

function readingOf(recorded: RecordedArrivals, request: SourceRequest): Reading {
  const { header } = recorded.file;
  const { path: _path, ...asked } = request.options;
  const options = { ...header.options, ...asked };
  const format = arrivalFormat(options);
  // Columns that were recorded are those of the recorded way of reading.
  const isOther = Object.keys(asked).some(name => name !== 'receivedAt' && name !== 'align');
  const decoded = request.fields ?? (isOther ? null : header.fields) ?? format.fields(options);
  return { options, decoded, time: request.time ?? (isOther ? null : header.time), format };
}

async function openRecording(
  input: ByteInput,
  open: () => Promise<ByteInput>,
  request: SourceRequest,
): Promise<OpenSource> {
  const recorded = await RecordedArrivals.open(input);
  const { options, time: timeSpec, format, ...reading } = readingOf(recorded, request);
  const { label } = input;
  const sample = await sampleOf(recorded);
  const notes: string[] = [];
  const inferred = reading.decoded ?? inferFields(sample, label, timeSpec?.column ?? null, notes);
  const { decoded, fields } = arrivalColumns(inferred, options);
  const enforced = withEventTime(label, fields, timeSpec);
  const columns = { decoded: enforced.fields.slice(0, decoded.length), fields: enforced.fields };
  const { time } = enforced;
  const lookAt = (arrivals: readonly Arrival[]): SampleTimes | null =>
    time === null ? null : timesOf(arrivals, format, options, columns.decoded, time);
  const look = lookAt(sample);
  const index = await recorded.file.index();
  const last = lookAt(await lastOf(recorded, index));
  const declaredUs = timeSpec?.boundUs ?? null;
  const boundUs = declaredUs ?? look?.disorderUs ?? 0;
  const placed = choiceOption(options, 'align', ['received', 'eventTime'], 'received') === 'received';
  const rows = { format, options, columns, time, boundUs, placed };
  return {
    summary: {
      name: request.name,
      fields: columns.fields,
      time: time?.name ?? null,
      boundUs,
      boundFrom: declaredUs === null ? 'sample' : 'declared',
      rows: null,
      firstTime: look?.first ?? null,
      lastTime: latest(look?.last ?? null, last?.last ?? null),
      ...(placed ? { received: receivedIn(index) } : {}),
      notes,
    },
    live: false,
    ...(placed ? { pieces: piecesOf(index) } : {}),
    ...(format.missing === undefined ? {} : { missing: format.missing }),
    read: (_columns, from) => new RecordingReader(open, rows, (from as Place | null | undefined) ?? null),
    close: () => Promise.resolve(),
  };
}

/** Event times of arrivals; where the time of receipt is event time, that. */
function timesOf(
  arrivals: readonly Arrival[],
  format: ArrivalFormat,
  options: Options,
  decoded: readonly Field[],
  time: EventTimeColumn,
): SampleTimes {
  if (time.index < decoded.length) return sampleTimes(arrivals, format, options, decoded, time);
  const times = arrivals.map(({ atUs }) => atUs);
  if (times.length === 0) return { first: null, last: null, disorderUs: 0 };
  const disorder = { high: times[0], us: 0 };
  for (const at of times) {
    disorder.us = Math.max(disorder.us, disorder.high - at);
    disorder.high = Math.max(disorder.high, at);
  }
  return { first: times.reduce((a, b) => Math.min(a, b)), last: disorder.high, disorderUs: disorder.us };
}

function latest(one: EventTime | null, other: EventTime | null): EventTime | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

/** The first arrivals; their bytes are copies. */
async function sampleOf(recorded: RecordedArrivals): Promise<Arrival[]> {
  const sample: Arrival[] = [];
  let bytes = 0;
  while (sample.length < SAMPLE_ARRIVALS && bytes < SAMPLE_BYTES && (await recorded.more())) {
    for (let next = recorded.next(); next !== null; next = recorded.next()) {
      const arrival = toArrival({ ...next, bytes: next.bytes.slice() });
      bytes += next.bytes.length;
      if (arrival !== null) sample.push(arrival);
      if (sample.length === SAMPLE_ARRIVALS || bytes >= SAMPLE_BYTES) break;
    }
  }
  return sample;
}

/** When the first and the last arrival were received. */
function receivedIn(index: readonly IndexEntry[]): NonNullable<SourceSummary['received']> {
  if (index.length === 0) return { first: null, last: null };
  return {
    first: index[0].firstUs,
    last: index.reduce((last, { latestUs }) => Math.max(last, latestUs), -Infinity),
  };
}

/** Chunks as the index has them: so many arrivals were received in each. */
function piecesOf(index: readonly IndexEntry[]): readonly SourcePiece[] {
  return index.map(({ firstUs, latestUs, arrivals }) => ({ firstUs, lastUs: latestUs, rows: arrivals }));
}

/** The arrivals of the last chunk. */
async function lastOf(recorded: RecordedArrivals, index: readonly IndexEntry[]): Promise<Arrival[]> {
  const offset = index.at(-1)?.offset;
  return offset === undefined ? [] : sampleOf(recorded.from(offset));
}

function inferFields(
  sample: readonly Arrival[],
  label: string,
  time: string | null,
  notes: string[],
): readonly Field[] {
  const messages = sample.flatMap(({ kind, bytes }) => (kind === 'message' ? [bytes] : []));
  const observer = observeMessages(messages, SAMPLE_ROWS);
  if (observer.rows === 0) {
    throw new RecordingError(
      'MR3808',
      `the first messages of ${label} are no JSON objects, so that its columns cannot be inferred.`,
      "Say how its messages are read, as the live feed's were: replay('trades.mrec', { as: feed }).",
    );
  }
  notes.push(`schema inferred from the first ${observer.rows} rows`);
  return observer.fields(time, notes);
}

/** Where a reading stands between two batches. */
interface Place extends CountsSoFar {
  readonly at: RecordedPlace;
  readonly rows: ArrivalPlace;
}

/** One reading of a recording: it holds a chunk, whatever the file's size. */
class RecordingReader implements SourceReader {
  readonly counters = newCounters();
  readonly #interruptions: Interruptions | null;
  readonly #rows: ArrivalRows;
  #recorded: RecordedArrivals | null = null;
  #input: ByteInput | null = null;
  #ended = false;

  constructor(
    private readonly open: () => Promise<ByteInput>,
    rows: Omit<ArrivalRowsOptions, 'counters' | 'ask'>,
    private readonly from: Place | null,
  ) {
    // Where rows go by event time, times of receipt are no places among them.
    this.#interruptions = rows.placed === true ? new Interruptions() : null;
    this.#rows = new ArrivalRows({ ...rows, counters: this.counters, ask: () => undefined });
    if (from === null) return;
    countsFrom(this.counters, from);
    this.#rows.resume(from.rows);
  }

  get breaks(): readonly SourceBreak[] {
    return this.#interruptions?.breaks ?? [];
  }

  bookmark(): Place | null {
    const at = this.#recorded?.place() ?? null;
    const rows = at === null ? null : this.#rows.place();
    return at === null || rows === null ? null : { at, rows, ...countsOf(this.counters) };
  }

  async next(maxRows: number): Promise<Batch | null> {
    const rows = this.#rows;
    rows.begin(maxRows);
    try {
      while (!this.#ended && this.#readChunk()) if (!(await this.#more())) this.#ended = true;
    } catch (error) {
      await this.close();
      throw error;
    }
    if (rows.length > 0) return rows.batch();
    await this.close();
    return null;
  }

  async close(): Promise<void> {
    this.#ended = true;
    const input = this.#input;
    this.#input = null;
    await input?.close();
  }

  /** Reads what is left of the chunk at hand; returns whether another one is needed. */
  #readChunk(): boolean {
    const rows = this.#rows;
    while (rows.takes) {
      const next = this.#recorded?.next() ?? null;
      if (next === null) return true;
      this.#interruptions?.see(next);
      const arrival = toArrival(next);
      if (arrival === null) this.counters.dropped += Number(new TextDecoder().decode(next.bytes)) || 0;
      else rows.add(arrival);
      this.counters.bytes += next.bytes.length;
    }
    return false;
  }

  async #more(): Promise<boolean> {
    if (this.#recorded === null) {
      this.#input = await openUnlessDone(this.open, () => this.#ended);
      if (this.#input === null) return false;
      const recorded = await RecordedArrivals.open(this.#input);
      this.#recorded = this.from === null ? recorded : await recorded.at(this.from.at);
      if (this.from !== null) return true;
    }
    const { damages } = this.#recorded.chunks;
    const before = damages.length;
    const isMore = await this.#recorded.more();
    for (const { offset, reason } of damages.slice(before))
      addReject(this.counters, offset, `${reason}, at this byte of the recording`, '');
    return isMore;
  }
}
