import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { ndjsonEncoding } from '../../../codecs/textEncode.js';
import { RowKind, ROW_KIND_NAMES, type Batch } from '../../../columns/batch.js';
import type { Schema } from '../../../columns/schema.js';
import { typeName } from '../../../columns/types.js';
import { valueAt } from '../../../columns/values.js';
import type { OpenSink, SinkConnector, SinkRequest } from '../../../sinks/sink.js';
import { SourceError } from '../../../sources/error.js';
import { choiceOption, numberOption, textOption, textsOption, type Options } from '../../../sources/options.js';
import type { World } from '../../../sources/source.js';
import { Clients } from './clients.js';
import { Snapshot } from './snapshot.js';

/** Clients have nothing to say: more than so many bytes end their connection. */
const MAX_PAYLOAD = 4096;
/** So many rows at most are in one message. */
const MESSAGE_ROWS = 2000;

/** A server that sends rows to WebSocket clients. Options: see `dsl/webSocketServer.ts`. */
export const webSocketServerSink: SinkConnector = {
  name: 'webSocketServer',
  takesChanges: () => true,
  stays: true,
  async open(schema, options, world, request) {
    const host = textOption(options, 'host', '127.0.0.1');
    const port = numberOption(options, 'port', 0);
    choiceOption(options, 'format', ['json'], 'json');
    const rows = new ServedRows(schema, options, world, request ?? { key: null, live: true, changes: false });
    const origins = options.origins === undefined ? null : new Set(textsOption(options, 'origins', []));
    const most = numberOption(options, 'maxClients', 64, 1);
    const server = new WebSocketServer({
      host,
      port,
      path: textOption(options, 'path', '/'),
      maxPayload: MAX_PAYLOAD,
      perMessageDeflate: false,
      verifyClient: ({ origin }: { origin: string; req: IncomingMessage }, answer: Answer) => {
        const status = !isAllowed(origin, origins) ? 403 : rows.clients.count >= most ? 503 : null;
        if (status !== null) rows.refused++;
        answer(status === null, status ?? 200);
      },
    });
    server.on('connection', socket => rows.clients.add(socket));
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new SourceError(
        'MR3935',
        `a WebSocket server cannot listen at ${host}:${port}: ${(error as Error).message}.`,
        'Take another port, or stop what listens there.',
      );
    }
    server.on('error', () => undefined);
    return rows.sink(server);
  },
};

type Answer = (allowed: boolean, status?: number) => void;

/** Whether a page of this origin may connect. Programs have none. */
function isAllowed(origin: string | undefined, origins: ReadonlySet<string> | null): boolean {
  if (origin === undefined) return true;
  if (origins !== null) return origins.has(origin);
  try {
    const { hostname } = new URL(origin);
    return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  } catch {
    return false;
  }
}

/** Rows on their way to clients. */
class ServedRows {
  refused = 0;
  readonly clients: Clients;
  readonly #snapshot: Snapshot;
  readonly #encoding;
  readonly #keyColumns: readonly number[];
  #rows = 0;
  #bytes = 0;

  constructor(
    private readonly schema: Schema,
    options: Options,
    world: World,
    private readonly request: SinkRequest,
  ) {
    this.#encoding = ndjsonEncoding(schema);
    const { key, changes } = request;
    this.#keyColumns = (key ?? []).map(name => schema.fields.findIndex(field => field.name === name));
    const keyed = !changes ? null : key === null ? 'value' : 'key';
    this.#snapshot = new Snapshot(numberOption(options, 'snapshotRows', 10_000), keyed);
    this.clients = new Clients(
      world,
      numberOption(options, 'bufferBytes', 8 << 20, 1),
      choiceOption(options, 'whenSlow', ['close', 'skip'], 'close'),
      () => this.#snapshotMessages(),
    );
  }

  sink(server: WebSocketServer): OpenSink {
    const written = () => ({ rows: this.#rows, bytes: this.#bytes });
    const finish = async (): Promise<{ readonly rows: number; readonly bytes: number }> => {
      this.clients.close();
      await new Promise<void>(resolve => server.close(() => resolve()));
      return written();
    };
    const bytes = (): number => this.#bytes;
    return {
      write: batch => {
        this.#write(batch);
        return Promise.resolve();
      },
      get bytes() {
        return bytes();
      },
      counts: () => ({
        port: (server.address() as AddressInfo | null)?.port ?? 0,
        clients: this.clients.count,
        refused: this.refused,
        dropped: this.clients.dropped,
        skipped: this.clients.skipped,
      }),
      finish,
      abort: async () => {
        await finish();
      },
    };
  }

  #write(batch: Batch): void {
    const rows = this.#texts(batch);
    const { kinds, columns } = batch;
    rows.forEach((row, at) => {
      const key = this.#keyColumns.map(column => String(valueAt(columns[column], at))).join('\0');
      this.#snapshot.take(kinds?.[at] ?? RowKind.Insert, row, key);
    });
    const texts = this.request.changes
      ? rows.map((row, at) => `["${ROW_KIND_NAMES[kinds?.[at] ?? 0]}",${row}]`)
      : rows;
    const name = this.request.changes ? 'changes' : 'rows';
    for (let from = 0; from < texts.length; from += MESSAGE_ROWS) {
      const message = `{"type":"${name}","${name}":[${texts.slice(from, from + MESSAGE_ROWS).join(',')}]}`;
      this.#bytes += message.length;
      this.clients.send(message);
    }
    this.#rows += batch.length;
  }

  /** Each row as JSON. */
  #texts(batch: Batch): string[] {
    return new TextDecoder().decode(this.#encoding.rows(batch)).split('\n').slice(0, batch.length);
  }

  *#snapshotMessages(): Generator<string> {
    const columns = this.schema.fields.map(({ name, type }) => ({ name, type: typeName(type) }));
    const head = `{"type":"snapshot","columns":${JSON.stringify(columns)},"key":${JSON.stringify(this.request.key)},"complete":${this.#snapshot.complete}`;
    let rows: string[] = [];
    const message = (more: boolean): string => `${head},"more":${more},"rows":[${rows.join(',')}]}`;
    for (const row of this.#snapshot.rows()) {
      if (rows.length === MESSAGE_ROWS) {
        yield message(true);
        rows = [];
      }
      rows.push(row);
    }
    yield message(false);
  }
}
