import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { ndjsonEncoding } from '../codecs/textEncode.js';
import type { OpenLiveServer } from '../sources/liveServer.js';

/** A WebSocket server on the loopback address, for one listener. */
export const openLiveServer: OpenLiveServer = async schema => {
  const encoding = ndjsonEncoding(schema);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const listener = new Promise<WebSocket>(resolve => server.once('connection', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    async send(batch) {
      const lines = new TextDecoder().decode(encoding.rows(batch)).trimEnd();
      const message = `[${lines.replaceAll('\n', ',')}]`;
      const socket = await listener;
      await new Promise<void>((resolve, reject) => {
        socket.send(message, error => (error == null ? resolve() : reject(error)));
      });
    },
    async end() {
      (await listener).close(1000);
    },
    close: () =>
      new Promise(resolve => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
};
