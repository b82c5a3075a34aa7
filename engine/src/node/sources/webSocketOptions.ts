import { parseDuration } from '../../columns/duration.js';
import { SourceError } from '../../sources/error.js';
import type { HeartbeatOptions } from '../../sources/heartbeat.js';
import { choiceOption, numberOption, textOption, type Options } from '../../sources/options.js';
import { COMPRESSIONS, type Compression } from './inflate.js';

/** Larger messages are refused. */
const MAX_MESSAGE_BYTES = 16 << 20;
/** A lost connection is found and made again within ten seconds: a ping after two of silence, four for its answer. */
const EVERY = '2 s';
const TIMEOUT = '4 s';

/** How a connection is made: all of it, so that what is equal may be one connection. */
export interface WebSocketOptions {
  readonly url: string;
  /** Messages to send after each connection. */
  readonly subscribe: readonly unknown[];
  /** Of binary messages. */
  readonly compression: Compression;
  readonly maxMessageBytes: number;
  /** `send`: the message that is a beat; null: a ping of the protocol. */
  readonly heartbeat: (HeartbeatOptions & { readonly send: unknown }) | null;
  /** Whether a clean close by the server is the end. */
  readonly endOnClose: boolean;
}

/** The options of a connection, checked. Errors `MR3501` (no address), `MR3509` (no heartbeat), `MR3001`. */
export function webSocketOptions(options: Options): WebSocketOptions {
  const url = textOption(options, 'url', '');
  if (!/^wss?:\/\/[^/]/.test(url) || !URL.canParse(url) || url.includes('#')) {
    throw new SourceError(
      'MR3501',
      `'${url}' is no address of a WebSocket.`,
      "Write 'ws://localhost:8080' or 'wss://…', without a '#'.",
    );
  }
  const { subscribe = [] } = options;
  return {
    url,
    subscribe: Array.isArray(subscribe) ? subscribe : [subscribe],
    compression: choiceOption(options, 'compression', COMPRESSIONS, 'none'),
    maxMessageBytes: numberOption(options, 'maxMessageBytes', MAX_MESSAGE_BYTES, 1),
    heartbeat: heartbeatOption(options.heartbeat),
    endOnClose: choiceOption(options, 'end', ['close', 'never'], 'never') === 'close',
  };
}

function heartbeatOption(option: unknown): WebSocketOptions['heartbeat'] {
  if (option === false) return null;
  const given = option ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) throw noHeartbeat(option);
  const { every = EVERY, timeout = TIMEOUT, send } = given as Record<string, unknown>;
  if (typeof every !== 'string' || typeof timeout !== 'string') throw noHeartbeat(option);
  return {
    everyMs: parseDuration(every as never, 'the time between heartbeats') / 1000,
    timeoutMs: parseDuration(timeout as never, 'the time in which a heartbeat is answered') / 1000,
    always: send !== undefined,
    send: send ?? null,
  };
}

function noHeartbeat(option: unknown): SourceError {
  return new SourceError(
    'MR3509',
    `option 'heartbeat' is ${JSON.stringify(option).slice(0, 80)}.`,
    "Write { every: '20 s', send: { op: 'ping' }, timeout: '10 s' }, or false for none; without 'send' it is a ping of the protocol.",
  );
}
