import { JsonMessageDecoder } from '../../codecs/jsonMessage.js';
import type { Batch } from '../../columns/batch.js';
import { BatchBuilder } from '../../columns/builder.js';
import type { Field } from '../../columns/types.js';
import { START_OF_TIME, toEventTimes } from '../../columns/time.js';
import { addReject, newCounters } from '../../sources/counters.js';
import { SourceError } from '../../sources/error.js';
import { withEventTime } from '../../sources/eventTime.js';
import type { EventTimeColumn } from '../../sources/eventTime.js';
import { disorderOf, MarkMaker } from '../../sources/marks.js';
import { observeMessages } from '../../sources/messageSample.js';
import { choiceOption, numberOption, textOption } from '../../sources/options.js';
import type { Options } from '../../sources/options.js';
import type { OpenSource, SourceConnector, SourceReader, SourceRequest } from '../../sources/source.js';
import { SocketFeed } from './socketFeed.js';
import type { FeedOptions } from './socketFeed.js';

/** How many rows a schema is inferred from, if so many come soon. */
const SAMPLE_ROWS = 500;
const FIRST_MESSAGE_MS = 10_000;
const SAMPLE_MS = 500;

/**
 * A live feed of JSON messages, each an object or a list of objects. Options: `url`; `subscribe` (messages to send once connected);
 * `whenFull` ('block' or 'drop'); `maxBufferBytes` (16 MB); `end: 'close'` (a clean close by the server is the end).
 *
 * Without a declared schema it is inferred from the first messages, so the feed has to send some within 10 seconds. Without a
 * declared bound, rows are taken to be as much in disorder as those messages.
 */
export const webSocketConnector: SourceConnector = {
  name: 'webSocket',
  async open(request, world) {
    const counters = newCounters();
    const feed = new SocketFeed(feedOptions(request.options), counters, world, reason =>
      addReject(counters, 0, reason, ''),
    );
    try {
      return await openFeed(feed, counters, request);
    } catch (error) {
      feed.close();
      throw error;
    }
  },
};

function feedOptions(options: Options): FeedOptions {
  const url = textOption(options, 'url', '');
  if (!/^wss?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new SourceError(
      'MR3501',
      `'${url}' is no address of a WebSocket.`,
      "Write 'ws://localhost:8080' or 'wss://…'.",
    );
  }
  const { subscribe = [] } = options;
  return {
    url,
    subscribe: Array.isArray(subscribe) ? subscribe : [subscribe],
    whenFull: choiceOption(options, 'whenFull', ['block', 'drop'], 'block'),
    maxBufferBytes: numberOption(options, 'maxBufferBytes', 16 << 20, 1),
    endOnClose: choiceOption(options, 'end', ['close', 'never'], 'never') === 'close',
  };
}

async function openFeed(
  feed: SocketFeed,
  counters: ReturnType<typeof newCounters>,
  request: SourceRequest,
): Promise<OpenSource> {
  const notes: string[] = [];
  const label = textOption(request.options, 'url', '');
  const declared = request.fields ?? (await inferFields(feed, label, request, notes));
  const { fields, time } = withEventTime(label, declared, request.time);
  const look = time === null ? null : lookAtTimes(feed, fields, time);
  const boundUs = request.time?.boundUs ?? look?.disorder ?? 0;
  const reader = new SocketReader(feed, counters, fields, time, boundUs);
  return {
    summary: {
      name: request.name,
      fields,
      time: time?.name ?? null,
      boundUs,
      boundFrom: request.time?.boundUs === undefined || request.time.boundUs === null ? 'sample' : 'declared',
      rows: null,
      firstTime: look?.first ?? null,
      lastTime: look?.last ?? null,
      notes,
    },
    live: true,
    ends: choiceOption(request.options, 'end', ['close', 'never'], 'never') === 'close',
    read() {
      feed.start();
      return reader;
    },
    close: () => reader.close(),
  };
}

/** Waits for the first messages and infers the columns; the messages stay in the feed. */
async function inferFields(
  feed: SocketFeed,
  label: string,
  request: SourceRequest,
  notes: string[],
): Promise<readonly Field[]> {
  feed.start();
  await feed.wait(FIRST_MESSAGE_MS);
  if (feed.waiting.length === 0) {
    const why = feed.lastError === null ? 'it sent nothing within 10 seconds' : feed.lastError;
    throw new SourceError(
      'MR3502',
      `no message came from ${label}: ${why}.`,
      'Is the address right and its server up? A declared schema needs no message to start: { schema: schema({ … }) }.',
    );
  }
  if (observeMessages(feed.waiting).rows < SAMPLE_ROWS && !feed.isOver) await feed.pause(SAMPLE_MS);
  const observer = observeMessages(feed.waiting);
  if (observer.rows === 0) {
    throw new SourceError(
      'MR3503',
      `the first messages of ${label} are no JSON objects.`,
      'A message is an object or a list of objects.',
    );
  }
  notes.push(`schema inferred from the first ${observer.rows} rows`);
  return observer.fields(request.time?.column ?? null, notes);
}

function lookAtTimes(feed: SocketFeed, fields: readonly Field[], time: EventTimeColumn) {
  const builder = new BatchBuilder({ fields }, 8192);
  const decoder = new JsonMessageDecoder({ fields }, () => undefined);
  for (const message of feed.waiting) {
    decoder.begin(message);
    decoder.read(builder);
  }
  const times = new Float64Array(builder.length);
  toEventTimes(builder.columns[time.index].column().data, time.unit, builder.length, times);
  const none = times.length === 0;
  return {
    first: none ? null : times.reduce((a, b) => Math.min(a, b)),
    last: none ? null : times.reduce((a, b) => Math.max(a, b)),
    disorder: disorderOf(times, times.length),
  };
}

/** The one reading of a feed: everything that waits, as soon as something does. */
class SocketReader implements SourceReader {
  readonly #builder: BatchBuilder;
  readonly #decoder: JsonMessageDecoder;
  readonly #marks: MarkMaker | null;

  constructor(
    private readonly feed: SocketFeed,
    readonly counters: ReturnType<typeof newCounters>,
    fields: readonly Field[],
    private readonly time: EventTimeColumn | null,
    boundUs: number,
  ) {
    this.#builder = new BatchBuilder({ fields }, 8192);
    this.#decoder = new JsonMessageDecoder({ fields }, (position, reason, text) =>
      addReject(counters, position, reason, text),
    );
    this.#marks = time === null ? null : new MarkMaker(time.unit, boundUs);
  }

  async next(maxRows: number): Promise<Batch | null> {
    const builder = this.#builder;
    builder.begin(maxRows);
    for (;;) {
      this.#readWaiting();
      if (builder.length > 0) break;
      if (this.feed.isOver) return null;
      await this.feed.wait();
    }
    this.counters.rows += builder.length;
    if (this.#marks === null || this.time === null) return builder.batch(null, START_OF_TIME);
    const marks = this.#marks.marks(builder.columns[this.time.index].column(), builder.length);
    return builder.batch(marks, this.#marks.watermark);
  }

  close(): Promise<void> {
    this.feed.close();
    return Promise.resolve();
  }

  #readWaiting(): void {
    const builder = this.#builder;
    while (builder.length < builder.limit) {
      if (!this.#decoder.isOpen) {
        const message = this.feed.take();
        if (message === null) return;
        this.#decoder.begin(message);
      }
      this.#decoder.read(builder);
    }
  }
}
