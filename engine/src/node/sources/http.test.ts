import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  cleanUpHttp,
  FIELDS,
  hurried,
  json,
  open,
  serve,
  take,
  until,
  waits,
} from '../../../../tests/support/httpSource.js';
import { FLOAT64, INT64, STRING, timestampType } from '../../columns/types.js';
import type { Arrival } from '../../sources/arrival.js';
import type { World } from '../../sources/source.js';
import { realWorld } from '../world.js';
import { pollConnector } from './poll.js';

afterEach(cleanUpHttp);

describe('polling', () => {
  it('asks for what has changed alone, and tells rows that are other than they were', async () => {
    let version = 1;
    const body = () => ({
      features: [
        { id: 'a', n: 1 },
        { id: 'b', n: version },
        { id: `c${version}`, n: 0 },
      ],
    });
    const { url, requests } = await serve((request, response) => {
      const etag = `"${version}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else json(response, body(), { etag, 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' });
    });
    const reader = (await open(pollConnector, url, { rows: 'features', key: ['id'] })).read();
    expect(await take(reader, 3)).toEqual([
      ['a', 1n],
      ['b', 1n],
      ['c1', 0n],
    ]);
    await until(() => requests.length > 4);
    expect(requests[3].headers).toMatchObject({
      'if-none-match': '"1"',
      'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
    });
    version = 2;
    expect(await take(reader, 2)).toEqual([
      ['b', 2n],
      ['c2', 0n],
    ]);
    expect(reader.counters).toMatchObject({ rejected: 0, rows: 5, reconnects: 0 });
  });

  it('looks at `updated` where it is told to, and at every row without a key', async () => {
    const { url } = await serve((_, response, count) =>
      json(response, [{ id: 'a', n: count, v: count < 4 ? 1 : 2 }]),
    );
    const options = { key: ['id'], updated: 'v' };
    expect(await take((await open(pollConnector, url, options)).read(), 2)).toEqual([
      ['a', 1n],
      ['a', 4n],
    ]);
    expect(await take((await open(pollConnector, url)).read(), 3)).toHaveLength(3);
  });

  it('waits as long as the server says, and longer and longer by chance', async () => {
    const { url } = await serve((_, response, count) => {
      if (count === 1) response.writeHead(429, { 'retry-after': '3' }).end();
      else if (count === 2)
        response
          .writeHead(503, { 'retry-after': new Date(Date.now() + 4000).toUTCString() })
          .end('overloaded');
      else if (count <= 6) response.writeHead(500).end();
      else if (count === 7) response.socket?.resetAndDestroy();
      else json(response, { id: 'a', n: 1 });
    });
    const source = await open(pollConnector, url);
    const arrivals: Arrival[] = [];
    source.tap?.(arrival => arrivals.push(arrival));
    const reader = source.read();
    expect(await take(reader, 1)).toEqual([['a', 1n]]);
    const pauses = waits.filter(wait => wait !== 30_000 && wait !== 20);
    expect(pauses[0]).toBeGreaterThanOrEqual(3000);
    expect(pauses[0]).toBeLessThan(3600);
    expect(pauses[1]).toBeGreaterThan(2400);
    expect(pauses[4]).toBeGreaterThan(4000);
    expect(pauses[4]).toBeLessThan(8001);
    // Failures in a row are told once.
    expect(reader.counters.rejects.map(reject => reject.reason)).toEqual([`${url} answers 429`]);
    expect(arrivals.map(arrival => arrival.kind).slice(0, 2)).toEqual(['opened', 'message']);
  });

  it('takes note of a loss as data, and of connecting again', async () => {
    const { url } = await serve((_, response, count) =>
      count === 2 ? response.writeHead(500).end() : json(response, { id: `r${count}`, n: 1 }),
    );
    const source = await open(pollConnector, url);
    const kinds: string[] = [];
    source.tap?.(arrival => kinds.push(arrival.kind));
    const reader = source.read();
    await take(reader, 2);
    expect(kinds.slice(0, 5)).toEqual(['opened', 'message', 'closed', 'opened', 'message']);
    expect(reader.counters.reconnects).toBe(1);
  });

  it('takes bodies of 16 MB at most, packed or not, and none that is slow', async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20, 32));
    const large = Buffer.alloc(17 << 20, 32);
    const { url } = await serve((_, response, count) => {
      const packed = { 'content-encoding': 'gzip' };
      if (count === 1) response.writeHead(200, packed).end(bomb);
      else if (count === 2) response.writeHead(200).end(large);
      else if (count === 3) response.writeHead(200, { 'content-encoding': 'br' }).end('x');
      else if (count === 4) response.writeHead(200, packed).end(bomb.subarray(0, 100));
      else if (count === 5) {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      } else if (count === 6) {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        setTimeout(() => response.destroy(), 5);
      } else json(response, { id: 'a', n: 1 });
    });
    const quick: World = {
      ...hurried,
      after: (milliseconds, callback) =>
        realWorld('.').after(milliseconds === 3000 ? 3000 : Math.min(milliseconds, 5), callback),
    };
    const before = process.memoryUsage().rss;
    const source = await open(pollConnector, url, { timeoutUs: 3_000_000 }, { fields: FIELDS }, quick);
    const reader = source.read();
    expect(await take(reader, 1)).toEqual([['a', 1n]]);
    expect(process.memoryUsage().rss - before).toBeLessThan(160 << 20);
    expect(reader.counters.rejects.map(reject => reject.reason)).toEqual(['an answer of more than 16 MB']);
    expect(reader.counters.rows).toBe(1);
  });

  it('unpacks what is packed', async () => {
    const { url } = await serve((_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync('{"id":"a","n":9007199254740993}')),
    );
    expect(await take((await open(pollConnector, url)).read(), 1)).toEqual([['a', 9007199254740993n]]);
  });

  it('follows redirects, not without end, and tells another server no secret', async () => {
    const other = await serve((_, response) => json(response, { id: 'there', n: 1 }));
    const { url, requests } = await serve((request, response) => {
      const path = request.url ?? '';
      const to = path === '/data' ? '/b' : path === '/b' ? other.url : '/loop';
      response.writeHead(302, { location: to }).end();
    });
    const headers = { authorization: 'Bearer x', 'x-api-key': 'k' };
    expect(await take((await open(pollConnector, url, { headers })).read(), 1)).toEqual([['there', 1n]]);
    expect(requests[1].headers).toMatchObject(headers);
    expect(other.requests[0].headers).not.toHaveProperty('authorization');
    expect(other.requests[0].headers).not.toHaveProperty('x-api-key');
    const looping = (await open(pollConnector, url.replace('data', 'loop'))).read();
    const reading = looping.next(1);
    await until(() => looping.counters.rejected > 0);
    expect(looping.counters.rejects[0].reason).toBe('more than 5 redirects');
    await looping.close();
    await reading;
  });

  it('does not go where it may not, neither at once nor by a redirect', async () => {
    const canary: string[] = [];
    const { url } = await serve((request, response) => {
      if (request.url === '/canary') canary.push('reached');
      response.writeHead(302, { location: url.replace('/data', '/canary') }).end();
    });
    const publicOnly: World = { ...hurried, reach: 'public' };
    const port = new URL(url).port;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '2130706433',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      '0',
    ]) {
      const source = await open(
        pollConnector,
        `http://${host}:${port}/canary`,
        {},
        { fields: FIELDS },
        publicOnly,
      );
      const reader = source.read();
      const reading = reader.next(1);
      await until(() => reader.counters.rejected > 0);
      expect(reader.counters.rejects[0].reason).toMatch(/may not be connected to/);
      await source.close();
      await reading;
    }
    const metadata = await serve((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    );
    const reader = (await open(pollConnector, metadata.url)).read();
    const reading = reader.next(1);
    await until(() => reader.counters.rejected > 0);
    expect(reader.counters.rejects[0].reason).toMatch(/169\.254\.169\.254, which may not be connected to/);
    await reader.close();
    await reading;
    expect(canary).toEqual([]);
  });

  it('keeps what is no JSON, and goes on', async () => {
    const bodies = [
      '<html>',
      '{"features":[{"id":"a","n":1},',
      '{"other":[]}',
      '{"features":null}',
      '{"features":[{"id":"a","n":1}]} x',
      '{"features":[{"id":"a","n":"many"},{"n":1},7,{"id":"b","n":2}]}',
      '',
      '['.repeat(100_000),
    ];
    const { url } = await serve((_, response, count) =>
      json(response, bodies[count - 1] ?? '{"features":[{"id":"end","n":3}]}'),
    );
    const reader = (await open(pollConnector, url, { rows: 'features', key: ['id'] })).read();
    expect(await take(reader, 2)).toEqual([
      ['b', 2n],
      ['end', 3n],
    ]);
    expect(reader.counters.rejected).toBe(8);
    expect(reader.counters.rejects[1].reason).toMatch(/no JSON document/);
    expect(reader.counters.rejects[2].reason).toBe("the document has nothing at 'features'");
  });

  it('says what is wrong with its options', async () => {
    await expect(open(pollConnector, 'ftp://x/')).rejects.toThrow(/MR3961/);
    await expect(open(pollConnector, 'http://x/', { headers: { a: 'b\r\nc' } })).rejects.toThrow(/MR3962/);
    const { url } = await serve((_, response) => json(response, {}));
    await expect(open(pollConnector, url, { rows: 'a..b' })).rejects.toThrow(/MR3960/);
  });

  const quakes = resolve('../shared/data/events/usgs_earthquakes.json');
  it.skipIf(!existsSync(quakes))('reads earthquakes as they are served', async () => {
    const text = readFileSync(quakes, 'utf8');
    const all = (JSON.parse(text) as { features: { id: string; properties: { mag: number } }[] }).features;
    const { url } = await serve((_, response) => json(response, text));
    const fields = {
      id: 'id',
      mag: 'properties.mag',
      time: 'properties.time',
      updated: 'properties.updated',
      lon: 'geometry.coordinates[0]',
      depth: 'geometry.coordinates[2]',
    };
    const source = await open(
      pollConnector,
      url,
      { rows: 'features', fields, key: ['id'], updated: 'updated' },
      { time: 'time' },
    );
    expect(source.summary.fields.map(field => [field.name, field.type])).toEqual([
      ['id', STRING],
      ['mag', FLOAT64],
      ['time', timestampType('ms')],
      ['updated', INT64],
      ['lon', FLOAT64],
      ['depth', FLOAT64],
    ]);
    const rows = await take(source.read(), all.length);
    expect(rows.map(row => [row[0], row[1]])).toEqual(all.map(each => [each.id, each.properties.mag]));
  });
});
