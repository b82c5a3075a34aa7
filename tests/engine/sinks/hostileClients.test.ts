import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { Table, webSocketServer, type Write } from '../../../engine/src/index.js';
import { createNodeHost } from '../../../engine/src/node/host.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import type { SessionHost } from '../../../engine/src/session/protocol.js';

const MOST_GROWTH = 64 << 20;

let host: SessionHost;
let write: Write;
let port: number;
beforeAll(async () => {
  host = createNodeHost({ threads: 0 });
  setDefaultLink(host.link());
  write = Table.of({ id: [1, 2, 3] }).writeTo(webSocketServer({ port: 0 }));
  port = Number((await write.progress()).counts.port);
});
afterAll(async () => {
  await write.stop();
  setDefaultLink(null);
  await host.close();
});

/** Opens a connection of TCP, as somebody does who does not keep to any protocol. */
async function raw(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const request = (more = ''): string =>
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`;

/** The head of a frame of so many bytes, as a client masks it. */
function frame(bytes: number, first: number): Buffer {
  const head = Buffer.alloc(14);
  head[0] = first;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return head;
}

/** A client as others are is served. */
async function serves(): Promise<void> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const [message] = (await once(client, 'message')) as [Buffer];
  expect(JSON.parse(String(message))).toMatchObject({
    type: 'snapshot',
    rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
  });
  client.terminate();
}

const ATTACKS: Readonly<Record<string, (socket: Socket) => void>> = {
  'two thousand headers': socket =>
    void socket.write(request(Array.from({ length: 2000 }, (_, k) => `x-header-${k}: value\r\n`).join(''))),
  'a frame of a gigabyte': socket => {
    socket.write(request());
    socket.write(frame(1 << 30, 0x82));
    for (let k = 0; k < 64; k++) socket.write(Buffer.alloc(1 << 20));
  },
  'a bomb, compressed without being asked': socket => {
    socket.write(request('Sec-WebSocket-Extensions: permessage-deflate\r\n'));
    const bomb = deflateRawSync(Buffer.alloc(200 << 20));
    socket.write(Buffer.concat([frame(bomb.length, 0xc2), bomb]));
  },
  'fragments without end': socket => {
    socket.write(request());
    socket.write(frame(1 << 10, 0x02));
    for (let k = 0; k < 20_000; k++)
      socket.write(Buffer.concat([frame(1 << 10, 0x00), Buffer.alloc(1 << 10)]));
  },
};

test.each(Object.entries(ATTACKS))(
  '%s: the client is left, others are served, and nothing grows',
  async (_, attack) => {
    await serves();
    const socket = await raw();
    // It may be cut off as it writes.
    const closed = new Promise(resolve => socket.once('close', resolve));
    socket.resume();
    // What the attacker itself holds, in this same process, is not the server's.
    const before = process.memoryUsage.rss();
    attack(socket);
    await closed;
    await serves();
    expect(process.memoryUsage.rss() - before).toBeLessThan(2 * MOST_GROWTH);
  },
);
