import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import { MillraceError } from '../columns/error.js';
import { jsonWayText } from './jsonWay.js';
import type { JsonWay } from './jsonWay.js';
import { liveStream } from './liveStream.js';
import type { LiveOptions, LiveStream, WithReceived } from './liveStream.js';
import type { Secret } from './secret.js';
import type { AnyRow, NameIn } from './types.js';

/** What rows of HTTP addresses have in common. Names of columns say nothing about the row type: `NoInfer`. */
export interface HttpOptions<Row, Received extends string = never> extends LiveOptions<Row, Received> {
  /** Where the rows are in what comes: `'features'` or `body => body.features`. Not given: it is a list of rows, or one. */
  readonly rows?: JsonWay;
  /** Columns by the ways to them in a row: `{ mag: 'properties.mag', lon: row => row.geometry.coordinates[0] }`. Not given: a row's own keys. */
  readonly fields?: Readonly<Record<string, JsonWay>>;
  /** The columns that say which row is meant: a row that is as it was is not told again. Not given: every row is. */
  readonly key?: NameIn<Row> | readonly NameIn<Row>[];
  /** The column that changes whenever a row does; not given: the whole row is looked at. */
  readonly updated?: NameIn<Row>;
  /** Headers to send. Credentials are `secret('NAME')`; what is written as it is, is in the plan. */
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** How long an answer may take (`'30 s'`). */
  readonly timeout?: DurationText;
}

/** How an address is polled. */
export interface PollOptions<Row, Received extends string = never> extends HttpOptions<Row, Received> {
  /** From one request to the next (`'1 m'`). */
  readonly every?: DurationText;
}

/** How a stream of server-sent events is read. */
export interface SseOptions<Row, Received extends string = never> extends HttpOptions<Row, Received> {
  /** The names of the events that count; not given: all. */
  readonly event?: string | readonly string[];
  /** A stream that says nothing for so long, not even a comment, is lost, and connected to again. Not given: never. */
  readonly silence?: DurationText;
  /** `'close'`: the end of the server's answer is the end of the stream; not given: connect again. */
  readonly end?: 'close';
}

/**
 * Rows of the JSON that an HTTP address gives, asked again and again. A body that has not changed (`ETag`, `Last-Modified`) gives no rows; with `key`, nor does a row
 * that has not. Errors of the server or the network are waited out, as long as `Retry-After` says and with growing, random pauses.
 *
 * @throws MillraceError `MR1750` for a function that does more than to go somewhere; `MR1751` for something that is no address
 * @example
 * const quakes = poll('https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_hour.geojson', {
 *   every: '30 s', rows: body => body.features, key: 'id', time: 'updated',
 *   fields: { id: 'id', mag: 'properties.mag', time: 'properties.time', updated: 'properties.updated' },
 * }).toTable({ key: 'id' });
 */
export function poll<Row = AnyRow, const Received extends string = never>(
  url: string,
  options: PollOptions<Row, Received> = {},
): LiveStream<WithReceived<Row, Received>> {
  const { every = '1 m' } = options;
  return httpSource('poll', url, options, {
    everyUs: parseDuration(every, 'the time between requests'),
  });
}

/**
 * Rows of the JSON data of server-sent events. It connects when something looks, and again when the connection is lost, telling the server the last event's id; the
 * server may say how long to wait.
 *
 * @throws MillraceError `MR1750` for a function that does more than to go somewhere; `MR1751` for something that is no address
 * @example const edits = sse('https://stream.wikimedia.org/v2/stream/recentchange', { fields: { wiki: 'wiki', title: 'title', at: 'meta.dt' }, time: 'at' });
 */
export function sse<Row = AnyRow, const Received extends string = never>(
  url: string,
  options: SseOptions<Row, Received> = {},
): LiveStream<WithReceived<Row, Received>> {
  const { event, silence, end } = options;
  return httpSource('sse', url, options, {
    events: event === undefined ? undefined : listOf(event),
    silenceUs: silence === undefined ? undefined : parseDuration(silence, 'the longest silence'),
    end,
  });
}

function httpSource<Row, Received extends string>(
  connector: string,
  url: string,
  options: HttpOptions<Row, Received>,
  own: Readonly<Record<string, unknown>>,
): LiveStream<WithReceived<Row, Received>> {
  if (typeof url !== 'string' || !/^https?:\/\/[^/]/i.test(url)) {
    throw new MillraceError(
      'MR1751',
      `'${String(url).slice(0, 200)}' is no address to get rows from.`,
      `Write ${connector}('https://…').`,
    );
  }
  const { rows, fields, key, updated, headers, timeout } = options;
  const ways: Record<string, string> = {};
  for (const [column, way] of Object.entries(fields ?? {}))
    ways[column] = jsonWayText(`the way to column '${column}'`, way);
  const all = {
    url,
    ...own,
    decode: 'document',
    rows: rows === undefined ? undefined : jsonWayText('the way to the rows', rows),
    fields: fields === undefined ? undefined : ways,
    key: key === undefined ? undefined : listOf(key),
    updated,
    headers,
    timeoutUs: timeout === undefined ? undefined : parseDuration(timeout, 'the longest time for an answer'),
  };
  return liveStream(connector, nameOf(url), all, options);
}

function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
}

/** The last part of an address, without its ending and what is asked of it. */
function nameOf(url: string): string {
  const path = url.replace(/^\w+:\/\//, '').replace(/[?#].*$/, '');
  const last =
    path
      .split('/')
      .filter(part => part !== '')
      .pop() ?? path;
  return last.replace(/\.[^.]*$/, '') || last;
}
