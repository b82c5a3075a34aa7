import type { Batch } from '../columns/batch.js';
import type { Field } from '../columns/types.js';
import type { Arrival, ArrivalFormat } from './arrival.js';
import { arrivalFormat } from './arrivalFormats.js';
import { ArrivalQueue } from './arrivalQueue.js';
import { arrivalColumns, ArrivalRows } from './arrivalRows.js';
import { sampleTimes } from './arrivalSample.js';
import type { ArrivalTaker, Connect, Connection } from './connection.js';
import { addReject, newCounters } from './counters.js';
import { SourceError } from './error.js';
import { withEventTime } from './eventTime.js';
import { observeMessages } from './messageSample.js';
import { choiceOption, numberOption, type Options } from './options.js';
import type { OpenSource, SourceReader, SourceRequest, World } from './source.js';
import { monotonicMs } from './receiveClock.js';

/** How many rows a schema is inferred from, if so many come soon. */
const SAMPLE_ROWS = 500;
/** How many arrivals are looked at for it. */
const SAMPLE_ARRIVALS = 2000;
/** More columns are not inferred. */
const MOST_COLUMNS = 2000;
const FIRST_MESSAGE_MS = 10_000;
const SAMPLE_MS = 500;
/** What is read at once of messages that give no rows, before others get their turn. */
const TURN_BYTES = 1 << 20;

/** A live feed as it is opened: what it is called in messages, whether it comes to an end, and its connection. */
export interface ArrivalFeed {
  readonly label: string;
  readonly ends: boolean;
  readonly connect: Connect;
}

/**
 * Opens the rows of a connection. Options: `decode` (how messages are read; JSON), `whenFull` ('block' or 'drop'), `maxBufferBytes` (16 MB),
 * `receivedAt` (a column of receive times), and those of the way of decoding.
 *
 * Columns that are neither declared nor known are inferred from the first messages, so the feed has to send some within 10 seconds. Without a
 * declared bound, rows are taken to be as much in disorder as those messages.
 */
export async function openArrivals(
  request: SourceRequest,
  world: World,
  feed: ArrivalFeed,
): Promise<OpenSource> {
  const intake = new Intake(request.options, world, feed.connect);
  try {
    return await openFeed(intake, request, feed);
  } catch (error) {
    intake.close();
    throw error;
  }
}

async function openFeed(
  intake: Intake,
  request: SourceRequest,
  { label, ends }: ArrivalFeed,
): Promise<OpenSource> {
  const { options, name } = request;
  const { format, queue, counters } = intake;
  const notes: string[] = [];
  const own = request.fields ?? format.fields(options) ?? (await inferFields(intake, label, request, notes));
  const decoded = [...own, ...(format.more?.(options) ?? [])];
  const columns = arrivalColumns(decoded, options);
  const { fields, time } = withEventTime(label, columns.fields, request.time);
  const enforced = { decoded: fields.slice(0, decoded.length), fields };
  const look =
    time === null ? null : sampleTimes(queue.first(SAMPLE_ARRIVALS), format, options, enforced.decoded, time);
  const declaredUs = request.time?.boundUs ?? null;
  const boundUs = declaredUs ?? look?.disorderUs ?? 0;
  const rows = new ArrivalRows({
    format,
    options,
    columns: enforced,
    time,
    boundUs,
    counters,
    ask: asked => intake.connection.ask(asked),
  });
  if (format.atOnce === true) intake.atOnce = arrival => rows.note(arrival);
  const reader = new ArrivalReader(intake, rows);
  return {
    summary: {
      name,
      fields,
      time: time?.name ?? null,
      boundUs,
      boundFrom: declaredUs === null ? 'sample' : 'declared',
      rows: null,
      firstTime: look?.first ?? null,
      lastTime: look?.last ?? null,
      notes,
    },
    live: true,
    ends,
    isConnected: () => intake.isConnected,
    read() {
      intake.connection.start();
      return reader;
    },
    get connection() {
      return { state: intake.state, trouble: intake.connection.trouble };
    },
    tap: listener => intake.tap(listener),
    close: () => Promise.resolve(intake.close()),
  };
}

/** Waits for the first messages and infers the columns; the messages stay in the queue. */
async function inferFields(
  { queue, connection, world, format }: Intake,
  label: string,
  request: SourceRequest,
  notes: string[],
): Promise<readonly Field[]> {
  const plain: Uint8Array[] = [];
  let seen = 0;
  const messages = (): readonly Uint8Array[] => {
    const arrivals = queue.first(SAMPLE_ARRIVALS);
    for (; seen < arrivals.length; seen++) {
      const { kind, bytes } = arrivals[seen];
      if (kind !== 'message') continue;
      const message = format.plain === undefined ? bytes : format.plain(bytes, request.options);
      if (message !== null) plain.push(message);
    }
    return plain;
  };
  const waitUntil = async (end: number, enough: () => boolean): Promise<void> => {
    for (let left = 1; left > 0 && !queue.isOver && !enough(); left = end - monotonicMs(world))
      await queue.wait(Math.max(1, Math.ceil(end - monotonicMs(world))));
  };
  connection.start();
  await waitUntil(monotonicMs(world) + FIRST_MESSAGE_MS, () => messages().length > 0);
  if (messages().length === 0) {
    const why = connection.trouble ?? 'it sent nothing within 10 seconds';
    throw new SourceError(
      'MR3502',
      `no message came from ${label}: ${why}.`,
      'Is the address right and its server up? A declared schema needs no message to start: { schema: schema({ … }) }.',
    );
  }
  const sampleEnd = monotonicMs(world) + SAMPLE_MS;
  await waitUntil(
    sampleEnd,
    () => queue.isHeld || observeMessages(messages(), SAMPLE_ROWS).rows >= SAMPLE_ROWS,
  );
  const observer = observeMessages(messages(), SAMPLE_ROWS);
  if (observer.rows === 0) {
    throw new SourceError(
      'MR3503',
      `the first messages of ${label} are no JSON objects.`,
      'A message is an object or a list of objects.',
    );
  }
  notes.push(`schema inferred from the first ${observer.rows} rows`);
  const fields = observer.fields(request.time?.column ?? null, notes);
  if (fields.length <= MOST_COLUMNS) return fields;
  throw new SourceError(
    'MR3510',
    `the first messages of ${label} have ${fields.length} keys, which would be as many columns.`,
    'Declare those that you need: { schema: schema({ … }) }.',
  );
}

/** Takes in what comes over a connection: counts it, tells those who listen, and queues it. */
class Intake implements ArrivalTaker {
  readonly counters = newCounters();
  readonly format: ArrivalFormat;
  readonly queue: ArrivalQueue;
  readonly connection: Connection;
  /** Where arrivals go that are looked at as they come. */
  atOnce: ((arrival: Arrival) => void) | null = null;
  readonly #taps = new Set<(arrival: Arrival) => void>();
  /** Whether the connection is there. */
  state: 'connecting' | 'open' | 'lost' = 'connecting';
  #opened = 0;
  isConnected = false;

  constructor(
    options: Options,
    readonly world: World,
    connect: Connect,
  ) {
    this.format = arrivalFormat(options);
    const limits = {
      whenFull: choiceOption(options, 'whenFull', ['block', 'drop'], 'block'),
      maxBytes: numberOption(options, 'maxBufferBytes', 16 << 20, 1),
    };
    this.queue = new ArrivalQueue(limits, world, {
      dropped: ({ bytes }) => {
        this.counters.dropped += this.format.count?.(bytes) ?? 1;
      },
      held: isHeld => (isHeld ? this.connection.hold() : this.connection.release()),
    });
    this.connection = connect(this);
  }

  take(arrival: Arrival): void {
    this.state = arrival.kind === 'closed' ? 'lost' : 'open';
    if (arrival.kind === 'message') this.counters.bytes += arrival.bytes.length;
    else if (arrival.kind === 'opened' && this.#opened++ > 0) this.counters.reconnects++;
    this.isConnected = arrival.kind !== 'closed';
    for (const listener of this.#taps) listener(arrival);
    if (this.atOnce === null) this.queue.push(arrival);
    else this.atOnce(arrival);
  }

  drained(): void {
    this.queue.wake();
  }

  refuse(reason: string, text: string): void {
    addReject(this.counters, 0, reason, text);
  }

  ended(): void {
    this.queue.end();
  }

  /** What waits to be read is told first: a listener hears every row that it could read from now on. */
  tap(listener: (arrival: Arrival) => void): () => void {
    for (const arrival of this.queue.first()) listener(arrival);
    this.#taps.add(listener);
    return () => this.#taps.delete(listener);
  }

  close(): void {
    this.connection.close();
    this.#taps.clear();
    this.queue.close();
  }
}

/** The one reading of a feed: everything that waits, as soon as something does. */
class ArrivalReader implements SourceReader {
  /** Arrivals that have been read since those whose rows are known to be taken. */
  #read = 0;

  constructor(
    private readonly intake: Intake,
    private readonly rows: ArrivalRows,
  ) {}

  get counters(): Intake['counters'] {
    return this.intake.counters;
  }

  async next(maxRows: number): Promise<Batch | null> {
    const { rows } = this;
    const { queue, world } = this.intake;
    for (;;) {
      this.#tellTaken();
      rows.begin(maxRows);
      const isMore = this.#readWaiting();
      if (rows.length > 0) return rows.batch();
      // What was left of an arrival gave no more rows.
      this.#tellTaken();
      if (isMore) await new Promise<void>(resolve => void world.after(0, resolve));
      else if (queue.isOver) return null;
      else await queue.wait();
    }
  }

  /** Whoever asks for the next rows has taken those before. */
  #tellTaken(): void {
    const open = this.rows.isOpen ? 1 : 0;
    if (this.#read > open) this.intake.connection.taken?.(this.#read - open);
    this.#read = open;
  }

  /** Reads what waits; returns whether there is more. */
  #readWaiting(): boolean {
    const { rows } = this;
    const { queue } = this.intake;
    for (let bytes = 0; rows.takes;) {
      const arrival = queue.take();
      if (arrival === null) return false;
      rows.add(arrival);
      this.#read++;
      bytes += arrival.bytes.length;
      if (bytes > TURN_BYTES) return true;
    }
    return true;
  }

  close(): Promise<void> {
    this.intake.close();
    return Promise.resolve();
  }
}
