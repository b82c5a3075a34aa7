import type { DurationText } from '../columns/duration.js';
import { nameOf } from './fileSources.js';
import { liveStream, type LiveOptions, type LiveStream, type WithReceived } from './liveStream.js';
import type { AnyRow } from './types.js';

/** Options of a WebSocket. */
export interface WebSocketOptions<Row, Received extends string = never> extends LiveOptions<Row, Received> {
  /** Messages to send after each connection, as JSON; a text is sent as it is. */
  readonly subscribe?: readonly unknown[];
  /** How binary messages are compressed (`'none'`): some exchanges do so. Text never is. */
  readonly compression?: 'none' | 'gzip' | 'deflate' | 'deflateRaw';
  /** Larger messages are refused, compressed or not, and the connection is made anew (16 MB). */
  readonly maxMessageBytes?: number;
  /**
   * How it is found out that the other side is gone: a ping every `every` (`'2 s'`) of silence, or the message `send` every so often in any case, and
   * something has to come within `timeout` (`'4 s'`). `false`: not at all.
   */
  readonly heartbeat?:
    false | { readonly every?: DurationText; readonly send?: unknown; readonly timeout?: DurationText };
  /** `'close'`: a clean close by the server is the end of the stream; not given: reconnect. */
  readonly end?: 'close';
}

/**
 * JSON rows from a WebSocket: an object or an array of objects a message, text or binary. It connects when something looks. When the connection is
 * lost it connects again and sends `subscribe` again: after a quarter of a second at first, then after pauses that double up to 30 seconds, each cut
 * at random by up to a half, and not more than once a second on average. `events()` tells of it.
 *
 * @example
 * const trades = webSocket('wss://feed.example.com', {
 *   schema: Trade, time: 'ts', watermark: '1 s', receivedAt: 'received',
 *   subscribe: [{ op: 'subscribe', channel: 'trades' }],
 *   heartbeat: { every: '20 s', send: { op: 'ping' }, timeout: '10 s' },
 * });
 * @throws MillraceError (when it is read) `MR3501` for no address, `MR3502` where no message comes to infer columns from, `MR3503` where the first
 *   ones are no objects, `MR3505` where `receivedAt` names a column that is there, `MR3506` for an address that may not be connected to from here
 */
export function webSocket<Row = AnyRow, const Received extends string = never>(
  url: string,
  options: WebSocketOptions<Row, Received> = {},
): LiveStream<WithReceived<Row, Received>> {
  const { subscribe, compression, maxMessageBytes, heartbeat, end } = options;
  const own = { url, subscribe, compression, maxMessageBytes, heartbeat, end };
  return liveStream('webSocket', nameOf(url.replace(/^wss?:\/\//, '')), own, options);
}
