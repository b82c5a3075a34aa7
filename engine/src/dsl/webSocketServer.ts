import { MillraceError } from '../columns/error.js';
import type { FileSink } from './files.js';

/** How rows are served to WebSocket clients. */
export interface WebSocketServerOptions {
  /** 0: any that is free, which `progress().counts.port` says. */
  readonly port: number;
  /** Under which clients connect: `'/'`. */
  readonly path?: string;
  /** `'127.0.0.1'`: this machine alone. */
  readonly host?: string;
  readonly format?: 'json';
  /** Which pages of a browser may connect, e.g. `['https://desk.example']`; not given: pages of this machine. Programs send no origin, and may. */
  readonly origins?: readonly string[];
  /** 64; more are refused. */
  readonly maxClients?: number;
  /** How much may wait for one client: 8 MB. */
  readonly bufferBytes?: number;
  /** What becomes of a client for which more waits: its connection is closed, or it is sent nothing until it has caught up, and then a new snapshot. */
  readonly whenSlow?: 'close' | 'skip';
  /** How many rows a new client gets at most: 10,000 (of a table its rows, of a stream the last ones). */
  readonly snapshotRows?: number;
}

/**
 * A WebSocket server on this machine: each client gets a snapshot, and then rows, or a table's changes, as they come, in messages of JSON. Numbers keep all their digits. It serves
 * until the write is stopped.
 *
 * Messages: `{ type: 'snapshot', columns, key, rows, more, complete }` (the first, and while `more`), `{ type: 'rows', rows }`,
 * `{ type: 'changes', changes: [['+U', row], …] }`.
 *
 * @throws MillraceError `MR1737` for no port; `MR3935` (when the write begins) where it cannot listen there
 * @example const serving = await bars.writeTo(webSocketServer({ port: 8090, path: '/bars' }));
 */
export function webSocketServer(options: WebSocketServerOptions): FileSink {
  const { port } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new MillraceError(
      'MR1737',
      `webSocketServer() needs a port, not ${String(port)}.`,
      "Write webSocketServer({ port: 8090, path: '/bars' }).",
    );
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { sink: 'webSocketServer', options: Object.fromEntries(given), emit: 'changes' };
}
