import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SchemaRegistry } from '../../../engine/src/node/kafka/schemaRegistry.js';
import { SchemaWait } from '../../../engine/src/node/kafka/schemaWait.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { parseAvroSchema } from '../../../engine/src/codecs/avroSchema.js';
import type { KafkaRecord } from '../../../engine/src/sources/kafkaFrames.js';
import type { World } from '../../../engine/src/sources/source.js';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const SCHEMA = JSON.stringify({ type: 'record', name: 'T', fields: [{ name: 'id', type: 'long' }] });

type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void;

/** A registry that answers as a test wants, and a wait before it whose pauses are short. */
async function registry(answer: Answer) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response, asked.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  const real = realWorld('.');
  // Time runs ten times as fast.
  const world: World = {
    ...real,
    after: (milliseconds, callback) => real.after(milliseconds / 10, callback),
  };
  const passed: (bigint | string)[] = [];
  const refused: string[] = [];
  const held: boolean[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wait = new SchemaWait(new SchemaRegistry(url, world), world, {
    pass: ({ offset }) => passed.push(offset),
    learned: (id, schema) => passed.push(`schema ${id}: ${schema.length}`),
    refuse: reason => refused.push(reason),
    held: isHeld => held.push(isHeld),
  });
  cleanUp.push(() => Promise.resolve(wait.close()));
  return { asked, passed, refused, held, wait };
}

function record(offset: number, id: number | null): KafkaRecord {
  const value = new Uint8Array(6);
  if (id === null) value[0] = 1;
  else new DataView(value.buffer).setInt32(1, id);
  return { partition: 0, offset: BigInt(offset), timestampMs: 0n, key: null, value };
}
const good = (response: ServerResponse) => response.end(JSON.stringify({ schema: SCHEMA }));
const known = `schema 1: ${SCHEMA.length}`;

describe('a schema registry', () => {
  test('that is asked holds records back, in order, and asks once for each id', async () => {
    const { asked, passed, held, wait } = await registry((_, response) =>
      setTimeout(() => good(response), 100),
    );
    wait.take(record(0, null));
    wait.take(record(1, 1));
    wait.take(record(2, null));
    wait.take(record(3, 2));
    wait.take(record(4, 1));
    expect(passed).toEqual([0n]);
    await expect.poll(() => held).toEqual([true, false]);
    expect(passed).toEqual([0n, known, 1n, 2n, known.replace('1', '2'), 3n, 4n]);
    wait.take(record(5, 2));
    expect(passed.at(-1)).toBe(5n);
    expect(asked).toEqual(['/schemas/ids/1', '/schemas/ids/2']);
  });

  test('that fails, is away or says nothing is waited for: no record is given up', async () => {
    const answers: Answer[] = [
      (_, response) => response.writeHead(500).end(),
      (_, response) => response.writeHead(429).end(),
      (request, _response) => request.socket.destroy(),
      // Nothing at all, and then a byte now and then: both end within ten seconds.
      () => undefined,
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      (_, response) => good(response),
    ];
    const { asked, passed, refused, wait } = await registry((request, response, count) =>
      answers[count - 1](request, response, count),
    );
    wait.take(record(0, 1));
    await expect.poll(() => passed, { timeout: 20_000 }).toEqual([known, 0n]);
    expect(asked.length).toBe(answers.length);
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect(refused.every(reason => reason.includes('/schemas/ids/1'))).toBe(true);
    expect(refused.some(reason => reason.includes('it took more than 10 seconds'))).toBe(true);
  }, 30_000);

  test.each<[string, Answer]>([
    ['404', (_, response) => response.writeHead(404).end('{"error_code":40403}')],
    ['403', (_, response) => response.writeHead(403).end()],
    ['no JSON', (_, response) => response.end('<html>')],
    ['JSON without a schema', (_, response) => response.end('[1]')],
    ['null', (_, response) => response.end('null')],
    ['another kind', (_, response) => response.end('{"schemaType":"PROTOBUF","schema":"x"}')],
    [
      'a gigabyte',
      (_, response) => {
        const piece = Buffer.alloc(1 << 20, 0x20);
        const more = () => {
          while (!response.destroyed && response.write(piece));
        };
        response.on('drain', more);
        response.on('error', () => undefined);
        more();
      },
    ],
    [
      'a way to the link',
      (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
  ])('that answers %s is not asked again for that id, and its records go on', async (_name, answer) => {
    const { asked, passed, refused, wait } = await registry(answer);
    const before = process.memoryUsage.rss();
    wait.take(record(0, 7));
    wait.take(record(1, 7));
    await expect.poll(() => passed, { timeout: 5000 }).toEqual([0n, 1n]);
    wait.take(record(2, 7));
    expect(passed.length).toBe(3);
    expect(asked.length).toBe(1);
    expect(refused.length).toBe(1);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 << 20);
  });

  test('that sends on to another server sends its own secrets to nobody', async () => {
    const seen: (string | undefined)[] = [];
    const serve = async (answer: (response: ServerResponse) => void): Promise<number> => {
      const server = createServer((request, response) => {
        seen.push(request.headers.authorization);
        answer(response);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      cleanUp.push(() => new Promise(resolve => server.close(resolve)));
      return (server.address() as AddressInfo).port;
    };
    const other = await serve(response => void good(response));
    const first = await serve(response =>
      response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end(),
    );
    const asked = new SchemaRegistry(`http://user:secret@127.0.0.1:${first}`, realWorld('.'));
    expect(await asked.byId(1)).toBe(SCHEMA);
    expect(seen).toEqual([`Basic ${Buffer.from('user:secret').toString('base64')}`, undefined]);
  });

  test('is asked for a thousand schemas, and for no more', async () => {
    const { asked, passed, refused, wait } = await registry((_, response) => response.writeHead(404).end());
    for (let id = 0; id < 1100; id++) wait.take(record(id, id));
    await expect.poll(() => passed.length, { timeout: 20_000 }).toBe(1100);
    expect(asked.length).toBe(1000);
    expect(refused.at(-1)).toMatch(/more than 1000 schemas/);
  }, 30_000);

  test('that is left in the middle of an answer says nothing more', async () => {
    const { passed, refused, wait } = await registry(() => undefined);
    wait.take(record(0, 1));
    await new Promise(resolve => setTimeout(resolve, 50));
    wait.close();
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(passed).toEqual([]);
    expect(refused).toEqual([]);
  });
});

describe('a schema that is hostile', () => {
  const nested = (depth: number, inner: unknown): unknown =>
    depth === 0 ? inner : { type: 'array', items: nested(depth - 1, inner) };
  const recordOf = (type: unknown) => ({ type: 'record', name: 'T', fields: [{ name: 'x', type }] });

  test.each<[string, unknown]>([
    ['is nested deeply', recordOf(nested(1000, 'long'))],
    ['is nested in types', JSON.parse(`${'{"type":'.repeat(5000)}"long"${'}'.repeat(5000)}`) as unknown],
    ['is nested as text', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['names what is not there', recordOf('Nobody')],
    ['is a fixed of a gigabyte', recordOf({ type: 'fixed', name: 'F', size: 2 ** 30 })],
    ['is a fixed of less than nothing', recordOf({ type: 'fixed', name: 'F', size: -1 })],
    ['is itself', { type: 'record', name: 'T', fields: 7 }],
    ['is no record', { type: 'enum', name: 'E', symbols: ['A'] }],
    ['is cut', SCHEMA.slice(0, -3)],
    ['is nothing', null],
  ])('%s is refused, within a second', (_name, schema) => {
    const began = performance.now();
    expect(() => parseAvroSchema(schema)).toThrow('MR3970');
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
