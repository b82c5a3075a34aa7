import type { FromPageEngine, ToPageEngine } from '@millrace/protocol';
import type { ExportedSession } from '../../session/exported.js';
import type { SessionHost } from '../../session/protocol.js';
import { openExported } from './open.js';

interface Connection {
  receive(request: never): void;
  close(): void;
}

/** The engine's end of a page: it opens the session that it is given, and connects the page's channels to it. Returns what takes the page's messages. */
export function serveExported(send: (message: FromPageEngine) => void): (message: ToPageEngine) => void {
  const connections = new Map<number, Connection>();
  let host: SessionHost | null = null;
  const start = async ({
    session,
    recordings,
    speed,
  }: Extract<ToPageEngine, { type: 'start' }>): Promise<void> => {
    try {
      host = await openExported(
        { session: JSON.parse(session) as ExportedSession, recordings },
        { codegen: 'ahead', speed },
      );
      send({ type: 'ready' });
    } catch (error) {
      send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return message => {
    switch (message.type) {
      case 'start':
        void start(message);
        return;
      case 'open':
        if (host !== null) connections.set(message.channel, opened(host, message, send));
        return;
      case 'send':
        connections.get(message.channel)?.receive(message.request as never);
        return;
      case 'close':
        connections.get(message.channel)?.close();
        connections.delete(message.channel);
        return;
    }
  };
}

function opened(
  host: SessionHost,
  message: Extract<ToPageEngine, { type: 'open' }>,
  send: (message: FromPageEngine) => void,
): Connection {
  const { channel } = message;
  type Told = Extract<FromPageEngine, { type: 'message' }>['message'];
  const tell = (told: Told, buffers: readonly Uint8Array[] = []): void =>
    send({ type: 'message', channel, message: told, buffers });
  if (message.target === 'session') return host.attachSession(tell);
  return message.target === 'view'
    ? host.attachView(message.open, tell)
    : host.attachInput(message.open, tell);
}
