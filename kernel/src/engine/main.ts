/**
 * The engine process: streams, tables, sources and the clock, in one session host. It is started by the wire process
 * and ends with it; cells never run here.
 */
import type { ExportAnswer, ExportOpen } from '@millrace/protocol';
import type { AnyRow, FileOptions } from 'millrace';
import { createNodeHost } from 'millrace/host';
import { toWireError, type HostRequest, type ViewConnection } from 'millrace/session';
import type { FromEngine, ToEngine } from './messages.js';

interface Connection {
  receive(request: unknown): void;
  close(): void;
}

/** Files that take longer to be closed are left as they are. */
const CLOSE_MS = 2_000;
/** So long after its start the process loads what it may need later. */
const IDLE_MS = 2_000;

const { MILLRACE_PINS_REPORT: pinsReport } = process.env;
const host = createNodeHost(pinsReport === undefined ? {} : { pinsReport });
const link = host.link();
const connections = new Map<string, Connection>();
let ending = false;

function send(message: FromEngine): void {
  if (process.connected) process.send?.(message);
}

function connect(comm: string, connection: Connection): void {
  connections.get(comm)?.close();
  connections.set(comm, connection);
}

async function answer(message: Extract<ToEngine, { type: 'request' | 'look' }>): Promise<void> {
  try {
    const request = message.type === 'look' ? await looking(message) : message.request;
    const value = await link.request(request);
    send({ type: 'reply', id: message.id, result: { ok: true, value } });
  } catch (error) {
    send({ type: 'reply', id: message.id, result: { ok: false, error: toWireError(error) } });
  }
}

/** Takes views along, with the rows that they read: answered once. */
async function exported({ comm, open }: Extract<ToEngine, { type: 'exportOpen' }>): Promise<void> {
  const tell = (data: ExportAnswer, buffers: readonly Uint8Array[]): void =>
    send({ type: 'comm', comm, data, buffers });
  try {
    const ids: unknown = (open as Partial<ExportOpen> | null)?.viewIds;
    const viewIds = Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : [];
    const { session, recordings } = await link.request({ type: 'export', viewIds });
    tell({ type: 'exported', session }, recordings);
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) }, []);
  }
}

/** A file is looked at as the cell would read it: by the same functions, which are loaded when the first cell names one. */
async function looking({
  call,
  limit,
}: Extract<ToEngine, { type: 'look' }>): Promise<Extract<HostRequest, { type: 'sample' }>> {
  const { read, replay } = await import('millrace');
  const { plan } = (call.make === 'read' ? read : replay)(call.path, call.options as FileOptions<AnyRow>);
  return { type: 'sample', plan, limit };
}

/** Writes what live sinks and recordings hold, and ends. Where the wire process is gone nobody would end what hangs. */
function end(): void {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(1), CLOSE_MS);
  host.close().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

function receive(message: ToEngine): void {
  switch (message.type) {
    case 'request':
    case 'look':
      void answer(message);
      break;
    case 'env':
      if (message.value === null) delete process.env[message.name];
      else process.env[message.name] = message.value;
      break;
    case 'viewOpen': {
      const { comm } = message;
      const view: ViewConnection = host.attachView(message.open, (data, buffers) =>
        send({ type: 'comm', comm, data, buffers }),
      );
      connect(comm, { receive: request => view.receive(request as never), close: () => view.close() });
      break;
    }
    case 'sessionOpen': {
      const { comm } = message;
      const session = host.attachSession(data => send({ type: 'comm', comm, data, buffers: [] }));
      connect(comm, { receive: request => session.receive(request as never), close: () => session.close() });
      break;
    }
    case 'exportOpen':
      void exported(message);
      break;
    case 'inputOpen': {
      const { comm } = message;
      const input = host.attachInput(message.open, data => send({ type: 'comm', comm, data, buffers: [] }));
      connect(comm, { receive: request => input.receive(request as never), close: () => input.close() });
      break;
    }
    case 'panelOpen': {
      const { comm } = message;
      const panel = host.attachPanel(message.open, data => send({ type: 'comm', comm, data, buffers: [] }));
      connect(comm, { receive: request => panel.receive(request as never), close: () => panel.close() });
      break;
    }
    case 'view':
    case 'input':
    case 'session':
    case 'panel':
      connections.get(message.comm)?.receive(message.request);
      break;
    case 'close':
      connections.get(message.comm)?.close();
      connections.delete(message.comm);
      break;
    case 'end':
      end();
      break;
  }
}

// The first cell that names a file waits for half a second only.
setTimeout(() => void import('millrace'), IDLE_MS).unref();
link.onEvent(event => send({ type: 'event', event }));
process.on('message', (message: ToEngine) => {
  try {
    receive(message);
  } catch (error) {
    console.error(error);
  }
});
process.on('disconnect', end);
process.on('SIGINT', () => undefined);
