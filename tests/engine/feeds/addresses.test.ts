import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AddressGuard } from '../../../engine/src/node/network/addresses.js';
import { readHttp } from '../../../engine/src/node/network/http.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { sourceRequest } from '../../support/sourceRows.js';

const LINK_LOCAL = [
  'http://169.254.169.254/latest/meta-data',
  'http://169.254.0.1',
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://0251.0376.0251.0376',
  'http://169.16689662',
  'http://169.254.169.254.:80',
  'http://[fd00:ec2::254]',
  'http://[fd00:0ec2:0:0:0:0:0:254]',
  'http://[fe80::1]',
  'http://[febf::1]',
  'http://[::ffff:169.254.169.254]',
  'http://[::ffff:a9fe:a9fe]',
  'http://[0:0:0:0:0:ffff:a9fe:a9fe]',
  'http://[64:ff9b::169.254.169.254]',
  'http://[2002:a9fe:a9fe::1]',
  'http://[::169.254.169.254]',
  'http://100.100.100.200',
];
const PRIVATE = [
  'http://127.0.0.1',
  'http://127.1',
  'http://0',
  'http://10.1.2.3',
  'http://172.31.0.1',
  'http://192.168.1.1',
  'http://100.64.0.1',
  'http://[::1]',
  'http://[::]',
  'http://[fc00::1]',
  'http://[::ffff:10.0.0.1]',
  'http://224.0.0.1',
  'http://255.255.255.255',
];
const PUBLIC = [
  'http://1.1.1.1',
  'http://[2606:4700::1111]',
  'http://172.32.0.1',
  'http://100.128.0.1',
  'http://example.org',
];

const allowed = (url: string, reach?: 'all' | 'public') => () =>
  new AddressGuard(reach === undefined ? {} : { reach }).check(new URL(url));

describe('addresses', () => {
  test.each(LINK_LOCAL)('%s is refused unless everything is allowed', url => {
    expect(allowed(url)).toThrow('MR3506');
    expect(allowed(url, 'public')).toThrow('MR3506');
    expect(allowed(url, 'all')).not.toThrow();
  });

  test.each(PRIVATE)('%s is refused on servers', url => {
    expect(allowed(url)).not.toThrow();
    expect(allowed(url, 'public')).toThrow('MR3506');
  });

  test.each(PUBLIC)('%s is allowed everywhere', url => {
    expect(allowed(url)).not.toThrow();
    expect(allowed(url, 'public')).not.toThrow();
  });
});

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A server that counts who reaches it, and one that sends everybody on to an address. */
async function canary(location: (port: number) => string) {
  const reached: string[] = [];
  const server = createServer((request, response) => {
    reached.push(request.url ?? '');
    if (request.url === '/away') response.writeHead(302, { location: location(port) });
    response.end('{"secret":1}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  cleanUp.push(() => new Promise(resolve => server.close(resolve)));
  return { port, reached };
}

const read = (url: string, reach: 'all' | 'beyondLinkLocal' | 'public') =>
  readHttp(
    url,
    { timeoutMs: 2000, maxBytes: 1000, signal: new AbortController().signal },
    { ...realWorld('.'), reach },
  );

test('names are looked at when they are resolved, so that none reaches what its address may not', async () => {
  const { port, reached } = await canary(() => '/');
  expect(Buffer.from(await read(`http://localhost:${port}/`, 'beyondLinkLocal')).toString()).toBe(
    '{"secret":1}',
  );
  await expect(read(`http://localhost:${port}/`, 'public')).rejects.toThrow('MR3506');
  expect(reached.length).toBe(1);
  const source = sourceRequest({ url: `ws://localhost:${port}` });
  await expect(webSocketConnector.open(source, { ...realWorld('.'), reach: 'public' })).rejects.toThrow(
    /MR3506|MR3502/,
  );
  await expect(
    webSocketConnector.open(sourceRequest({ url: 'ws://169.254.169.254' }), realWorld('.')),
  ).rejects.toThrow('MR3506');
  expect(reached.length).toBe(1);
}, 20_000);

test('every redirect is looked at, and there are not many', async () => {
  const { port } = await canary(() => 'http://169.254.169.254/latest');
  await expect(read(`http://127.0.0.1:${port}/away`, 'beyondLinkLocal')).rejects.toThrow('MR3506');
  const round = await canary(() => '/away');
  await expect(read(`http://127.0.0.1:${round.port}/away`, 'beyondLinkLocal')).rejects.toThrow(/MR3507.*302/);
  const file = await canary(() => 'file:///etc/passwd');
  await expect(read(`http://127.0.0.1:${file.port}/away`, 'beyondLinkLocal')).rejects.toThrow('MR3507');
});

test('what may be reached is said in the environment', () => {
  expect(realWorld('.').reach).toBe('beyondLinkLocal');
  expect(realWorld('.', 'public').reach).toBe('public');
  expect(() => realWorld('.', 'everything')).toThrow('MR3511');
});
