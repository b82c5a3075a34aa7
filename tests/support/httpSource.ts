import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { INT64, STRING } from '../../engine/src/columns/types.js';
import type { Value } from '../../engine/src/columns/values.js';
import { realWorld } from '../../engine/src/node/world.js';
import type { OpenSource, SourceConnector, SourceReader, World } from '../../engine/src/sources/source.js';
import { batchRows, fieldOf, sourceRequest } from './sourceRows.js';

export const FIELDS = [fieldOf('id', STRING, false), fieldOf('n', INT64)];

/** Waits that were asked for; each is over at once, so that no test waits. */
export const waits: number[] = [];
export const hurried: World = {
  ...realWorld('.'),
  after(milliseconds, callback) {
    waits.push(milliseconds);
    return realWorld('.').after(milliseconds === 30_000 ? milliseconds : Math.min(milliseconds, 5), callback);
  },
};

const cleanUp: (() => Promise<void> | void)[] = [];
/** Ends all that a test has begun. */
export async function cleanUpHttp(): Promise<void> {
  for (const step of cleanUp.splice(0).reverse()) await step();
  waits.length = 0;
}

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export async function serve(
  answer: Answer,
): Promise<{ url: string; server: Server; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  cleanUp.push(() => {
    server.closeAllConnections();
    return new Promise(done => server.close(() => done()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`, server, requests };
}

export async function open(
  connector: SourceConnector,
  url: string,
  options: Record<string, unknown> = {},
  more: Parameters<typeof sourceRequest>[1] = { fields: FIELDS },
  world = hurried,
): Promise<OpenSource> {
  const request = sourceRequest({ url, decode: 'document', everyUs: 20_000, ...options }, more);
  const source = await connector.open(request, world);
  cleanUp.push(() => source.close());
  return source;
}

export async function take(reader: SourceReader, count: number): Promise<Value[][]> {
  const rows: Value[][] = [];
  while (rows.length < count) {
    const batch = await reader.next(8192);
    if (batch === null) break;
    rows.push(...batchRows(batch));
  }
  return rows;
}

export const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}) =>
  response
    .writeHead(200, { 'content-type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
export const until = async (isTrue: () => boolean) => {
  for (let i = 0; !isTrue(); i++) {
    if (i > 1000) throw new Error('it did not come');
    await new Promise(done => setTimeout(done, 5));
  }
};
