import avro from 'avsc';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kafka } from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { makeTopic, produce, testBroker } from '../support/kafka.js';
import type { TestBroker } from '../support/kafka.js';

let found: TestBroker;
let host: SessionHost;
let topics = 0;
beforeAll(async () => {
  found = await testBroker();
  host = createNodeHost({ directory: '.' });
  setDefaultLink(host.link());
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  await found.broker?.stop();
});
beforeEach(context => {
  if (found.broker === null) context.skip(found.reason);
});
const address = () => found.broker!.address;
async function topicOf(partitions: number): Promise<string> {
  const topic = `avro-${++topics}`;
  await makeTopic(address(), topic, partitions);
  return topic;
}

describe('records of Avro', () => {
  const trade = {
    type: 'record',
    name: 'Trade',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
      { name: 'symbol', type: ['null', 'string'] },
    ],
  } as const;
  const longs = avro.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
  });
  const encode = (schemaOf: object, value: object) =>
    avro.Type.forSchema(schemaOf as avro.Schema, { registry: { long: longs } }).toBuffer(value);
  const framed = (id: number, bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, 0, id]), bytes]);

  test('are read by a schema, and by those of a registry, exactly', async () => {
    const topic = await topicOf(1);
    const value = { id: 9007199254740993n, price: Buffer.from([0xff, 0x85]), symbol: 'A' };
    await produce(address(), topic, [{ value: encode(trade, value) }, { value: Buffer.from([1, 2]) }]);
    const plain = await kafka({
      brokers: address(),
      topic,
      from: 'earliest',
      until: 'end',
      decode: 'avro',
      avro: trade,
    }).rows({
      int64: 'bigint',
    });
    expect(plain.map(row => [row.id, String(row.price), row.symbol])).toEqual([
      [9007199254740993n, '-1.23', 'A'],
    ]);

    const later = {
      ...trade,
      fields: [...trade.fields].reverse().concat([{ name: 'more', type: 'double' } as never]),
    };
    const asked: string[] = [];
    const registry = createServer((request, response) => {
      asked.push(request.url!);
      const known: Record<string, object> = { '/schemas/ids/1': trade, '/schemas/ids/2': later };
      const answer = known[request.url!] ?? (request.url!.endsWith('latest') ? trade : undefined);
      response
        .writeHead(answer === undefined ? 404 : 200)
        .end(JSON.stringify({ schema: JSON.stringify(answer) }));
    });
    await new Promise<void>(resolve => registry.listen(0, '127.0.0.1', resolve));
    const other = await topicOf(1);
    await produce(address(), other, [
      { value: framed(1, encode(trade, value)) },
      { value: framed(9, encode(trade, value)) },
      { value: framed(2, encode(later, { ...value, id: 5n, symbol: null, more: 1 })) },
    ]);
    const rows = await kafka({
      brokers: address(),
      topic: other,
      from: 'earliest',
      until: 'end',
      decode: 'avro',
      registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
    }).rows({ int64: 'bigint' });
    expect(rows.map(row => [row.id, String(row.price), row.symbol])).toEqual([
      [9007199254740993n, '-1.23', 'A'],
      [5n, '-1.23', null],
    ]);
    expect(asked).toEqual([
      `/subjects/${other}-value/versions/latest`,
      '/schemas/ids/1',
      '/schemas/ids/9',
      '/schemas/ids/2',
    ]);
    registry.close();
  });
});
