import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pin, read, replay } from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { recorded, type Recorded } from '../support/recordings.js';

let folder: string;
let cache: string;
let host: SessionHost;
let server: Server;
let url: string;
let asked: { readonly path: string; readonly range: string | undefined }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const before = process.env.XDG_CACHE_HOME;

const CSV = `ts,price\n${Array.from({ length: 20_000 }, (_, i) => `${1_700_000_000 + i},${i / 4}`).join('\n')}\n`;
const sha = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-remote-'));
  cache = mkdtempSync(join(tmpdir(), 'millrace-cache-'));
  process.env.XDG_CACHE_HOME = cache;
  host = createNodeHost({ directory: folder, threads: 0 });
  setDefaultLink(host.link());
  asked = [];
  answer = (_, response) => response.end(CSV);
  server = createServer((request, response) => {
    asked.push({ path: request.url!, range: request.headers.range });
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  await host.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(cache, { recursive: true, force: true });
});

/** Another session, which has found nothing out yet. */
async function anew(): Promise<void> {
  await host.close();
  host = createNodeHost({ directory: folder, threads: 0 });
  setDefaultLink(host.link());
}

test('a file of the web is downloaded once, and kept by its hash', async () => {
  const hash = sha(CSV);
  expect((await read(`${url}/data/prices.csv?key=secret`, { hash }).rows()).length).toBe(20_000);
  await anew();
  expect((await replay(`${url}/data/prices.csv?key=secret`, { hash: `sha256:${hash}` }).rows()).length).toBe(
    20_000,
  );
  expect(asked.length).toBe(1);
  expect(readdirSync(join(cache, 'millrace/downloads', hash))).toEqual(['prices.csv']);
});

test('another file is refused with both hashes, and thrown away', async () => {
  const hash = sha('another file');
  await expect(read(`${url}/prices.csv?token=canary`, { hash }).rows()).rejects.toThrow(
    new RegExp(
      `MR3812 what ${url}/prices.csv\\?token=removed gives is another file: its SHA-256 is ${sha(CSV)}, and ${hash} is asked for`,
    ),
  );
  expect(readdirSync(join(cache, 'millrace/downloads', hash))).toEqual([]);
});

test('what cannot be trusted is not asked for', async () => {
  const hash = sha(CSV);
  const fails = async (address: string, options: object, what: RegExp): Promise<void> => {
    await anew();
    await expect(read(address, options).rows()).rejects.toThrow(what);
  };
  await fails(`${url}/a.csv`, {}, /MR3811 .* needs the hash/);
  await fails(`${url}/a.csv`, { hash: 'abc' }, /MR3811 'abc' is no SHA-256/);
  await fails('http://example.com/a.csv', { hash }, /MR3815 http:\/\/example.com\/a.csv is not encrypted/);
  await fails('https://169.254.169.254/a.csv', { hash }, /MR3506/);
  await fails('https://[::ffff:a9fe:a9fe]/a.csv', { hash }, /MR3506/);
  expect(asked).toEqual([]);
  for (const [location, what] of [
    ['http://example.com/a.csv', /MR3815/],
    ['https://169.254.169.254/latest', /MR3506/],
    ['file:///etc/passwd', /MR3507/],
    ['/again.csv', /MR3507 .* answers 302/],
  ] as const) {
    answer = (_, response) => response.writeHead(302, { location }).end();
    await fails(`${url}/a.csv`, { hash }, what);
  }
  answer = (_, response) => response.end(CSV);
  await fails(`${url}/a.csv`, { hash, maxBytes: 1000 }, /MR3814 .* has more than 1000 bytes/);
  answer = (_, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.end(CSV);
  };
  await fails(`${url}/a.csv`, { hash, maxBytes: 1000 }, /MR3814 .* has more than 1000 bytes/);
});

test('a download that broke off goes on where it stopped', async () => {
  const hash = sha(CSV);
  const half = Math.floor(CSV.length / 2);
  answer = (_, response) => {
    response.writeHead(200, { 'content-length': CSV.length });
    response.write(CSV.slice(0, half), () => response.destroy());
  };
  await expect(read(`${url}/p.csv`, { hash }).rows()).rejects.toThrow('MR3814');
  const part = join(cache, 'millrace/downloads', hash, 'part');
  const kept = readFileSync(part).length;
  expect(kept).toBeGreaterThan(0);
  utimesSync(part, new Date(0), new Date(0));
  await anew();
  answer = (request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range!)![1]);
    response.writeHead(206, { 'content-range': `bytes ${from}-${CSV.length - 1}/${CSV.length}` });
    response.end(CSV.slice(from));
  };
  expect((await read(`${url}/p.csv`, { hash }).rows()).length).toBe(20_000);
  expect(asked.map(({ range }) => range)).toEqual([undefined, `bytes=${kept}-`]);
});

test('a server that knows no parts, or has another one, gives the whole again', async () => {
  const hash = sha(CSV);
  const part = join(cache, 'millrace/downloads', hash, 'part');
  const begin = async (): Promise<void> => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': CSV.length });
      response.write(CSV.slice(0, 1000), () => response.destroy());
    };
    await expect(read(`${url}/p.csv`, { hash }).rows()).rejects.toThrow('MR3814');
    utimesSync(part, new Date(0), new Date(0));
    await anew();
  };
  await begin();
  answer = (request, response) => {
    if (request.headers.range !== undefined) response.writeHead(416).end();
    else response.end(CSV);
  };
  expect((await read(`${url}/p.csv`, { hash }).rows()).length).toBe(20_000);
  rmSync(cache, { recursive: true });
  await anew();
  await begin();
  answer = (_, response) => response.end(CSV);
  expect((await read(`${url}/p.csv`, { hash }).rows()).length).toBe(20_000);
});

const messages = (count: number): Recorded[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'text',
    atUs: 1_700_000_000_000_000 + i,
    text: `{"ts":"2024-03-08T09:30:${String(i % 60).padStart(2, '0')}Z","id":${i}}`,
  }));

test('a recording of the web is known by the hash of what arrived, too', async () => {
  const { bytes, hash } = await recorded(messages(100));
  answer = (_, response) => response.end(bytes);
  for (const each of [hash, sha(bytes)]) {
    await anew();
    expect((await replay(`${url}/trades.mrec`, { hash: each }).rows()).length).toBe(100);
  }
});

test('a pinned recording is known again, and another one is told', async () => {
  const { bytes, hash } = await recorded(messages(100));
  writeFileSync(join(folder, 'trades.mrec'), bytes);
  const stream = replay('trades.mrec', { time: 'ts' });
  const pinned = await pin(stream);
  const facts = { hash, rows: 100, from: '2024-03-08T09:30:00Z', to: '2024-03-08T09:30:59Z' };
  expect(pinned).toMatchObject({ file: 'trades.mrec', ...facts });
  expect(JSON.parse(readFileSync(join(folder, 'millrace.pins.json'), 'utf8'))).toEqual({
    version: 1,
    pins: { 'trades.mrec': facts },
  });
  const bundle = (pinned as unknown as Record<symbol, () => object>)[Symbol.for('Jupyter.display')]();
  expect(bundle).toMatchObject({ 'application/vnd.millrace.pin.v1+json': { file: 'trades.mrec', ...facts } });
  expect(await pin(stream)).toEqual(pinned);
  await expect(pin('trades.mrec')).rejects.toThrow(
    /MR3819 .* 100 rows from 2024-03-08T09:30:00Z to .* were pinned/,
  );

  // The same arrivals in other chunks are the same recording.
  writeFileSync(join(folder, 'trades.mrec'), (await recorded(messages(100), { chunkBytes: 500 })).bytes);
  await anew();
  expect(await pin(stream)).toEqual(pinned);

  const other = await recorded(messages(99));
  writeFileSync(join(folder, 'trades.mrec'), other.bytes);
  await anew();
  const told = new RegExp(
    `MR3816 'trades.mrec' is not the file that was pinned. Pinned: hash ${hash}, 100 rows from 2024-03-08T09:30:00Z to 2024-03-08T09:30:59Z. ` +
      `Found: hash ${other.hash}, 99 rows from 2024-03-08T09:30:00Z to 2024-03-08T09:30:59Z, \\d+ bytes, written .* renew: true`,
  );
  await expect(stream.rows()).rejects.toThrow(told);
  await expect(pin(stream)).rejects.toThrow(told);
  await expect(replay('trades.mrec', { hash }).rows()).rejects.toThrow(
    `MR3813 'trades.mrec' is another file: its SHA-256 is ${other.hash}`,
  );
  expect((await replay('trades.mrec', { hash: other.hash }).rows()).length).toBe(99);
  expect(await pin(stream, { renew: true })).toMatchObject({ hash: other.hash, rows: 99 });
  expect((await stream.rows()).length).toBe(99);
});

test('other files are pinned by their bytes, and what is neither file nor result cannot be', async () => {
  writeFileSync(join(folder, 'prices.csv'), CSV);
  expect(await pin('prices.csv')).toMatchObject({ hash: sha(CSV), rows: 20_000, from: null, to: null });
  writeFileSync(join(folder, 'prices.csv'), `${CSV}9,9\n`);
  await anew();
  await expect(read('prices.csv').rows()).rejects.toThrow(
    /MR3816 .* Pinned: hash \w+, 20000 rows\. Found: hash \w+, 20001 rows, \d+ bytes/,
  );
  writeFileSync(join(folder, 'prices.csv'), '');
  await anew();
  await expect(read('prices.csv').rows()).rejects.toThrow(
    /MR3816 .* whose rows cannot be read \(MR\d+ .*\), 0 bytes/,
  );
  await expect(pin(3 as never)).rejects.toThrow('MR1728');
  writeFileSync(join(folder, 'millrace.pins.json'), '{"version":2}');
  await anew();
  await expect(read('prices.csv').rows()).rejects.toThrow('MR3817');
});
