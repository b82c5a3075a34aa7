import { sourceNode } from '../plan/build.js';
import { nameOf } from './fileSources.js';
import { made } from './origin.js';
import { Stream } from './stream.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';
import type { AnyRow, RowSchema } from './types.js';

/** Options of a WebSocket. */
export interface WebSocketOptions<Row> extends TimeOptions<Row> {
  readonly name?: string;
  /** The columns and their types; not given: inferred from the first messages. */
  readonly schema?: RowSchema<Row>;
  /** Messages (as JSON) to send once connected. */
  readonly subscribe?: readonly unknown[];
  /** What to do when rows come faster than they are taken: hold the sender back, or drop and count. */
  readonly whenFull?: 'block' | 'drop';
  /** `'close'`: a clean close by the server is the end of the stream; not given: reconnect. */
  readonly end?: 'close';
}

/**
 * JSON rows from a WebSocket: an object or an array of objects a message. It connects when something looks, and again, with
 * growing pauses, when the connection is lost.
 */
export function webSocket<Row = AnyRow>(url: string, options: WebSocketOptions<Row> = {}): Stream<Row> {
  const { name, schema, subscribe, whenFull, end } = options;
  const connectorOptions: Record<string, unknown> = { url };
  for (const [key, value] of Object.entries({ subscribe, whenFull, end })) {
    if (value !== undefined) connectorOptions[key] = value;
  }
  return new Stream<Row>(
    made(
      sourceNode({
        name: name ?? nameOf(url.replace(/^wss?:\/\//, '')),
        connector: 'webSocket',
        options: connectorOptions,
        fields: schema?.fields ?? null,
        time: timeSpec(options),
        clocked: false,
      }),
    ),
  );
}
