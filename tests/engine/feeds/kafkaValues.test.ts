import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { FLOAT64, INT64, STRING } from '../../../engine/src/columns/types.js';
import { arrivalColumns, ArrivalRows } from '../../../engine/src/sources/arrivalRows.js';
import { arrivalFormat } from '../../../engine/src/sources/arrivalFormats.js';
import { newCounters } from '../../../engine/src/sources/counters.js';
import { KafkaFrames } from '../../../engine/src/sources/kafkaFrames.js';
import { seededRandom } from '../../../engine/src/sources/random.js';
import { batchRows, fieldOf } from '../../support/sourceRows.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 21);
const RECORDS = 200 * Number(process.env.MILLRACE_RUNS ?? 200);
const AT_ONCE = 400;
const FIELDS = [fieldOf('id', INT64), fieldOf('price', FLOAT64), fieldOf('symbol', STRING)];
const SCHEMA = {
  type: 'record',
  name: 'Trade',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'price', type: 'double' },
    { name: 'symbol', type: ['null', 'string'] },
  ],
} as const;
const type = avro.Type.forSchema(SCHEMA as unknown as avro.Schema);

interface Made {
  readonly value: Buffer;
  /** Null: it has been changed. */
  readonly row: readonly unknown[] | null;
}

function made(id: number, isAvro: boolean, random: () => number): Made {
  const row = { id, price: Math.floor(random() * 1e6) / 100, symbol: random() < 0.1 ? null : `S${id % 50}` };
  const value = isAvro ? type.toBuffer(row) : Buffer.from(JSON.stringify(row));
  if (random() < 0.1) return { value, row: [BigInt(id), row.price, row.symbol] };
  return { value: mutated(value, random), row: null };
}

function mutated(value: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(value);
  for (let times = 1 + Math.floor(random() * 3); times > 0 && bytes.length > 0; times--) {
    const at = Math.floor(random() * bytes.length);
    const kind = random();
    if (kind < 0.4) bytes[at] ^= 1 << Math.floor(random() * 8);
    else if (kind < 0.55) bytes = bytes.subarray(0, at);
    else if (kind < 0.7)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(random() * 4))]);
    else if (kind < 0.85)
      bytes[at] = [0x5b, 0x7b, 0x22, 0x5c, 0xff, 0x80, 0x2d, 0x65][Math.floor(random() * 8)];
    else
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        bytes.subarray(Math.floor(random() * at)),
        bytes.subarray(at),
      ]);
  }
  return bytes;
}

/** Whether a value gives no row, and rightly so. */
function isEmptyList(value: Buffer): boolean {
  try {
    const parsed: unknown = JSON.parse(value.toString());
    return Array.isArray(parsed) && parsed.length === 0;
  } catch {
    return false;
  }
}

function read(records: readonly Made[], options: Record<string, unknown>) {
  const format = arrivalFormat({ decode: 'kafka' });
  const all = [...FIELDS, ...(format.more?.(options) ?? [])];
  const columns = arrivalColumns(all, options);
  const counters = newCounters();
  const rows = new ArrivalRows({
    format,
    options,
    columns: { decoded: all, fields: columns.fields },
    time: null,
    boundUs: 0,
    counters,
    ask: () => undefined,
  });
  const frames = new KafkaFrames();
  records.forEach(({ value }, i) =>
    frames.record({ partition: 0, offset: BigInt(i), timestampMs: 0n, key: null, value }),
  );
  const found: unknown[][] = [];
  rows.begin(8192);
  rows.add({ kind: 'message', atUs: 0, bytes: frames.take() });
  for (;;) {
    if (rows.length > 0) found.push(...batchRows(rows.batch()));
    if (rows.takes && !rows.isOpen) break;
    rows.begin(8192);
    rows.takes;
  }
  return { found, counters };
}

test.each(['json', 'avro'])(
  `${RECORDS} values of %s, most of them changed, are each a row or a reject`,
  value => {
    const random = seededRandom(SEED);
    const options = {
      decode: 'kafka',
      value,
      metadata: { offset: 'o' },
      ...(value === 'avro' ? { avro: SCHEMA } : {}),
    };
    let rejected = 0;
    for (let done = 0; done < RECORDS; done += AT_ONCE) {
      const records = Array.from({ length: AT_ONCE }, (_, i) => made(done + i, value === 'avro', random));
      const { found, counters } = read(records, options);
      const of = new Map<number, unknown[][]>();
      for (const row of found) of.set(Number(row[3]), [...(of.get(Number(row[3])) ?? []), row]);
      const refused = new Set(
        counters.rejects.map(({ reason }) => Number(/offset (\d+)\)/.exec(reason)![1])),
      );
      records.forEach((record, i) => {
        if (record.row !== null) expect(of.get(i)?.map(row => row.slice(0, 3))).toEqual([record.row]);
        else if (!of.has(i) && !refused.has(i) && !isEmptyList(record.value))
          throw new Error(`seed ${SEED}: nobody told of ${JSON.stringify(record.value.toString('latin1'))}`);
      });
      if (value === 'avro') expect(found.length + counters.rejected).toBe(AT_ONCE);
      expect(counters.rejects.length).toBe(Math.min(1000, counters.rejected));
      rejected += counters.rejected;
    }
    expect(rejected).toBeGreaterThan(RECORDS / 10);
  },
);

describe('schemas that change in the middle of a topic', () => {
  const schemaOf = (fields: readonly object[]) => ({ type: 'record', name: 'T', fields });
  const id = { name: 'id', type: 'long' };
  const node = {
    type: 'record',
    name: 'Node',
    fields: [
      { name: 'id', type: 'long' },
      {
        name: 'symbol',
        type: { type: 'record', name: 'Link', fields: [{ name: 'next', type: ['null', 'Link'] }] },
      },
    ],
  };
  const schemas = {
    1: SCHEMA,
    // The other way round, one more, and one that is wider.
    2: schemaOf([
      { name: 'symbol', type: 'string' },
      { name: 'more', type: 'bytes' },
      { name: 'price', type: 'float' },
      { name: 'id', type: 'int' },
    ]),
    3: schemaOf([id]),
    4: schemaOf([
      { name: 'id', type: 'string' },
      { name: 'price', type: 'double' },
    ]),
    5: node,
    6: schemaOf([id, { name: 'symbol', type: { type: 'array', items: 'null' } }]),
    7: schemaOf([{ name: '__proto__', type: 'string' }, id]),
    8: { type: 'record', name: 'Self', fields: [{ name: 'self', type: 'Self' }] },
  };
  const framed = (schema: number, ...parts: (Buffer | number[])[]) => ({
    value: Buffer.concat([
      Buffer.from([0, 0, 0, 0, schema]),
      ...parts.map(part => Buffer.from(part as number[])),
    ]),
    row: null,
  });
  const encoded = (schema: 1 | 2 | 3 | 7, value: object) =>
    framed(schema, avro.Type.forSchema(schemas[schema] as unknown as avro.Schema).toBuffer(value));
  const options = { decode: 'kafka', value: 'avro', metadata: { offset: 'o' }, avro: SCHEMA, schemas };

  test('are followed by name, and what does not fit is a reject', () => {
    const first = { id: 1, price: 2.5, symbol: 'A' };
    const { found, counters } = read(
      [
        encoded(1, first),
        encoded(2, { symbol: 'B', more: Buffer.from([1]), price: 1.5, id: 2 }),
        encoded(3, { id: 3 }),
        framed(4, [2, 0x61], Buffer.alloc(8)),
        encoded(1, { ...first, id: 5 }),
        encoded(
          7,
          Object.fromEntries([
            ['__proto__', 'x'],
            ['id', 6],
          ]),
        ),
        framed(99, [0]),
        { value: Buffer.from([0, 0]), row: null },
      ],
      options,
    );
    expect(found.filter(row => row[0] !== null)).toEqual(
      expect.arrayContaining([
        [1n, 2.5, 'A', 0n],
        [2n, 1.5, 'B', 1n],
        [3n, null, null, 2n],
        [5n, 2.5, 'A', 4n],
      ]),
    );
    const reasons = counters.rejects.map(({ reason }) => reason);
    expect(found.length + counters.rejected).toBe(8);
    expect(reasons.some(reason => reason.includes('there is no schema 99'))).toBe(true);
  });

  test.each([
    ['nests without end', framed(5, [2], Buffer.alloc(1 << 20, 2))],
    [
      'is a list of nothing, without end',
      framed(6, [2], [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0]),
    ],
    ['holds itself', framed(8, [0])],
  ])('a value that %s is a reject, within a second', (_name, value) => {
    const began = performance.now();
    const before = process.memoryUsage.rss();
    const { found, counters } = read([value], options);
    expect(found).toEqual([]);
    expect(counters.rejected).toBe(1);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 << 20);
  });
});
