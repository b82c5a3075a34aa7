import { createServer } from 'node:http';
import { once } from 'node:events';
import type { lookup, LookupAddress, LookupOptions } from 'node:dns';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { INT64 } from '../../../engine/src/columns/types.js';
import { GuardedPool } from '../../../engine/src/node/kafka/guardedPool.js';
import { kafkaConnector } from '../../../engine/src/node/kafka/kafka.js';
import { AddressGuard } from '../../../engine/src/node/network/addresses.js';
import { readHttp } from '../../../engine/src/node/network/http.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { fieldOf, sourceRequest } from '../../support/sourceRows.js';

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
  'http://[::ffff:0:169.254.169.254]',
  'http://[64:ff9b:1::169.254.169.254]',
  'http://[64:ff9b:1:a9fe:a9:fe00::]',
  'http://[2001:0:a9fe:a9fe::1]',
  'http://[2001:0:101:101::5601:5601]',
  'http://[2001:db8::5efe:169.254.169.254]',
  'http://①⑥⑨.254.169.254',
  'http://169。254。169。254',
  'http://0xA9.0376.43518',
  'http://user:pass@169.254.169.254/',
  'http://1.1.1.1@169.254.169.254/',
  'http://169.254.169.254#@1.1.1.1',
  'http://%31%36%39.254.169.254',
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

/** What is no address, in any reach: it never gets as far as a connection. */
const NONE = [
  'http://[fe80::1%25eth0]',
  'http://[fe80::1%eth0]',
  'http://169.254.169.256',
  'http://0x1.2.3.4.5',
  'http://',
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

  test.each(NONE)('%s is no address at all', url => {
    expect(URL.canParse(url)).toBe(false);
  });

  test('with zones, as resolvers give them, are looked at without', () => {
    expect(new AddressGuard({}).allows('fe80::1%eth0')).toBe(false);
    expect(new AddressGuard({ reach: 'public' }).allows('::1%lo')).toBe(false);
    expect(new AddressGuard({}).allows('2606:4700::1111%eth0')).toBe(true);
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

/** In the place of a resolver: each question of a name gets the next of its answers. */
function rebinding(...answers: readonly string[][]): {
  readonly asked: () => number;
  readonly resolve: typeof lookup;
} {
  let asked = 0;
  const resolve = ((
    _host: string,
    _options: LookupOptions,
    done: (error: null, found: LookupAddress[]) => void,
  ) => {
    const found = answers[Math.min(asked++, answers.length - 1)];
    done(
      null,
      found.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof lookup;
  return { asked: () => asked, resolve };
}

test('a name is asked for once, and the address that was looked at is the one that is connected to', async () => {
  const { asked, resolve } = rebinding(['1.1.1.1'], ['169.254.169.254']);
  const guard = new AddressGuard({}, resolve);
  expect(await guard.addressesOf('rebinds.example')).toEqual(['1.1.1.1']);
  expect(asked()).toBe(1);
  await expect(guard.addressesOf('rebinds.example')).rejects.toThrow('MR3506');
  // One of several is enough to be refused.
  const both = new AddressGuard({}, rebinding(['1.1.1.1', 'fe80::1%eth0']).resolve);
  await expect(both.addressesOf('both.example')).rejects.toThrow('MR3506');
  await expect(
    new Promise((resolve, reject) =>
      both.lookup('both.example', {}, (error, address) =>
        error === null ? resolve(address) : reject(error),
      ),
    ),
  ).rejects.toThrow('MR3506');
});

describe('connections', () => {
  test.each(LINK_LOCAL)('to %s are not made, by HTTP or WebSockets', async url => {
    await expect(read(url, 'beyondLinkLocal')).rejects.toThrow('MR3506');
    const socket = sourceRequest({ url: url.replace('http', 'ws').replace(/#.*/, '') });
    await expect(webSocketConnector.open(socket, realWorld('.'))).rejects.toThrow('MR3506');
  });

  test.each(PRIVATE)('to %s are not made from a server', async url => {
    await expect(read(url, 'public')).rejects.toThrow('MR3506');
    const socket = sourceRequest({ url: url.replace('http', 'ws') });
    await expect(webSocketConnector.open(socket, { ...realWorld('.'), reach: 'public' })).rejects.toThrow(
      'MR3506',
    );
  });
});

describe('brokers of Kafka and registries of schemas', () => {
  const hosts = (urls: readonly string[]) =>
    urls
      .map(url => /^http:\/\/([^/#]*)/.exec(url)![1])
      .map(host => (/:\d+$/.test(host) && !host.endsWith(']') ? host : `${host}:9092`));
  const opened = (
    options: Record<string, unknown>,
    reach: 'all' | 'beyondLinkLocal' | 'public' = 'beyondLinkLocal',
  ) =>
    kafkaConnector.open(
      sourceRequest(
        { brokers: ['localhost:1'], topic: 't', decode: 'kafka', ...options },
        { fields: [fieldOf('id', INT64)] },
      ),
      { ...realWorld('.'), reach },
    );

  test.each(hosts(LINK_LOCAL))('%s is no broker', async broker => {
    await expect(opened({ brokers: [broker] })).rejects.toThrow(/MR3506|MR3971/);
  });

  test.each(hosts(PRIVATE))('%s is no broker of a server', async broker => {
    await expect(opened({ brokers: [broker] }, 'public')).rejects.toThrow(/MR3506|MR3971/);
  });

  test.each(LINK_LOCAL)('%s is no registry', async registry => {
    await expect(opened({ value: 'avro', registry })).rejects.toThrow(/MR3506/);
  });

  test('names are looked at when they are connected to, and so is what brokers name', async () => {
    const reached: string[] = [];
    const canary = createTcpServer(socket => {
      reached.push('canary');
      socket.destroy();
    });
    canary.listen(0, '127.0.0.1');
    await once(canary, 'listening');
    cleanUp.push(() => new Promise(resolve => canary.close(resolve)));
    const { port } = canary.address() as AddressInfo;
    // A name that stands for this machine, where only public ones may be reached.
    const named = await opened({ brokers: [`localhost:${port}`] }, 'public');
    const reader = named.read();
    await expect
      .poll(() => reader.counters.rejects[0]?.reason, { timeout: 5000 })
      .toMatch(/may not be connected to/);
    await named.close();
    // A broker that says that its partitions are led by others.
    for (const host of [
      '169.254.169.254',
      '2852039166',
      '[fe80::1]',
      'fe80::1%lo',
      '0xa9fea9fe',
      '::ffff:169.254.169.254',
      '',
    ]) {
      const pool = new GuardedPool('test', {
        world: realWorld('.'),
        connection: {},
        fetched: null,
        broken: () => undefined,
      });
      await expect(pool.get({ host, port: 80 })).rejects.toThrow(
        /may not be connected to|no address of a broker|ENOTFOUND|EAI_AGAIN/,
      );
      await pool.close();
    }
    for (const bad of [0, -1, 65_536, NaN]) {
      const pool = new GuardedPool('test', {
        world: realWorld('.'),
        connection: {},
        fetched: null,
        broken: () => undefined,
      });
      await expect(pool.get({ host: '127.0.0.1', port: bad })).rejects.toThrow(/no address of a broker/);
    }
    expect(reached).toEqual([]);
  }, 20_000);

  test('a registry that sends everybody on to the link is not followed', async () => {
    const { port } = await canary(() => 'http://169.254.169.254/latest');
    await expect(opened({ value: 'avro', registry: `http://127.0.0.1:${port}/away` })).rejects.toThrow(
      /MR3973|MR3506/,
    );
  });
});

test('what may be reached is said in the environment', () => {
  expect(realWorld('.').reach).toBe('beyondLinkLocal');
  expect(realWorld('.', 'public').reach).toBe('public');
  expect(() => realWorld('.', 'everything')).toThrow('MR3511');
});
