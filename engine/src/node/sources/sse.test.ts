import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUpHttp, json, open, serve, take, until, waits } from '../../../../tests/support/httpSource.js';
import { sseConnector } from './sse.js';

afterEach(cleanUpHttp);

const stream = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });

describe('server-sent events', () => {
  it('gives the data of those that count, from where it was lost', async () => {
    const { url, requests } = await serve((_, response, count) => {
      stream(response);
      if (count === 1) {
        response.write('retry: 7\n: hello\n\nid: 1\ndata: {"id":"a",\ndata: "n":1}\n\n');
        response.write(
          'event: other\nid: 2\ndata: {"id":"no","n":0}\n\nid: 3\nevent: row\ndata: [{"id":"b","n":2}]\n\n',
        );
        response.write('data: {"id":"half');
        setTimeout(() => response.destroy(), 10);
      } else if (count === 2) response.end('event: row\ndata: {"id":"c","n":3}\n\n');
      else response.end();
    });
    const source = await open(sseConnector, url, { events: ['message', 'row'] });
    const reader = source.read();
    expect(await take(reader, 3)).toEqual([
      ['a', 1n],
      ['b', 2n],
      ['c', 3n],
    ]);
    await until(() => requests.length > 2);
    expect(requests.map(request => request.headers['last-event-id']).slice(0, 3)).toEqual([
      undefined,
      '3',
      '3',
    ]);
    expect(reader.counters.rejected).toBe(0);
    expect(reader.counters.reconnects).toBeGreaterThan(0);
  });

  it('ends at 204, and at the end of an answer if it is told to', async () => {
    const over = await serve((_, response, count) =>
      count === 1 ? stream(response).end('data: {"id":"a","n":1}\n\n') : response.writeHead(204).end(),
    );
    expect(await take((await open(sseConnector, over.url)).read(), Infinity)).toEqual([['a', 1n]]);
    const once = await serve((_, response) => stream(response).end('data: {"id":"a","n":1}\n\ndata: lost'));
    expect(await take((await open(sseConnector, once.url, { end: 'close' })).read(), Infinity)).toEqual([
      ['a', 1n],
    ]);
    expect(once.requests).toHaveLength(1);
  });

  it('waits out errors, other content, and silence', async () => {
    const { url } = await serve((_, response, count) => {
      if (count === 1) response.writeHead(429, { 'retry-after': '2' }).end();
      else if (count === 2) json(response, { id: 'x', n: 1 });
      else if (count === 3) response.socket?.resetAndDestroy();
      else if (count === 4) stream(response).write(': only once\n\n');
      else stream(response).write('data: {"id":"a","n":1}\n\n');
    });
    const reader = (await open(sseConnector, url, { silenceUs: 300_000 })).read();
    expect(await take(reader, 1)).toEqual([['a', 1n]]);
    expect(reader.counters.rejects.map(reject => reject.reason).slice(0, 2)).toEqual([
      `${url} answers 429`,
      `${url} sends 'application/json'`,
    ]);
    expect(waits.some(wait => wait >= 2000 && wait < 4000)).toBe(true);
  });

  it('holds the server back while nobody reads', async () => {
    let sent = 0;
    const { url } = await serve((_, response) => {
      stream(response);
      const more = () => {
        while (sent < 200_000) if (!response.write(`data: {"id":"row","n":${sent++}}\n\n`)) break;
        if (sent === 200_000) response.end();
        else response.once('drain', more);
      };
      more();
    });
    const source = await open(sseConnector, url, { end: 'close', maxBufferBytes: 100_000 });
    const reader = source.read();
    await new Promise(done => setTimeout(done, 200));
    expect(sent).toBeLessThan(200_000);
    const rows = await take(reader, Infinity);
    expect(rows.length).toBe(200_000);
    expect(rows.every((row, i) => row[1] === BigInt(i))).toBe(true);
  });
});
