import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { batchRows } from '../support/sourceRows.js';
import { BatchBuilder } from '../../engine/src/columns/builder.js';
import { seededRandom } from '../../engine/src/sources/random.js';
import { AvroBytes, AvroFault } from '../../engine/src/codecs/avroBytes.js';
import { AvroRowReader } from '../../engine/src/codecs/avroRow.js';
import { avroFields, parseAvroSchema } from '../../engine/src/codecs/avroSchema.js';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);
const SEED = Number(process.env.MILLRACE_SEED ?? 1);

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

/** The library would not use its registry's long for a long with a meaning. */
function withoutTimes(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('{"type":"long","logicalType":"timestamp-micros"}', '"long"'),
  );
}

interface Made {
  readonly schema: unknown;
  /** A value as `avsc` writes it, and as it is in a column, or in JSON. */
  value(): readonly [unknown, unknown];
}

function maker(seed: number) {
  const random = seededRandom(seed);
  const pick = (count: number) => Math.floor(random() * count);
  let names = 0;
  const bigints = [0n, 1n, -1n, 63n, -65n, 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
  const texts = ['', 'a', 'ü€😀', '__proto__', 'x'.repeat(200)];
  const leaves: (() => Made)[] = [
    () => ({ schema: 'boolean', value: () => [pick(2) === 1, null] }),
    () => ({ schema: 'int', value: () => [pick(2 ** 31) - 2 ** 30, null] }),
    () => ({ schema: 'long', value: () => [bigints[pick(bigints.length)], null] }),
    () => ({ schema: 'double', value: () => [(random() - 0.5) * 10 ** pick(300), null] }),
    () => ({ schema: 'string', value: () => [texts[pick(texts.length)], null] }),
    () => ({
      schema: { type: 'long', logicalType: 'timestamp-micros' },
      value: () => [BigInt(pick(1e9)) * 1000000n, null],
    }),
    () => ({
      schema: { type: 'enum', name: `E${names++}`, symbols: ['A', 'B'] },
      value: () => [['A', 'B'][pick(2)], null],
    }),
    () => ({
      schema: { type: 'bytes', logicalType: 'decimal', precision: 18, scale: 3 },
      value: () => {
        const number = BigInt(pick(2 ** 40)) * BigInt(pick(1000)) * (pick(2) === 0 ? 1n : -1n);
        const bytes = Buffer.alloc(9);
        bytes.writeInt8(number < 0n ? -1 : 0);
        bytes.writeBigInt64BE(number, 1);
        return [bytes, number];
      },
    }),
    () => ({
      schema: { type: 'fixed', name: `F${names++}`, size: 3 },
      value: () => {
        const bytes = Buffer.from([pick(256), pick(256), pick(256)]);
        return [bytes, bytes.toString('hex')];
      },
    }),
  ];
  const leaf = () => leaves[pick(leaves.length)]();
  const nested = (): Made => {
    const items = leaves[[0, 1, 4][pick(3)]]();
    if (pick(2) === 0) {
      return {
        schema: { type: 'array', items: items.schema },
        value: () => {
          const list = Array.from({ length: pick(5) }, () => items.value()[0]);
          return [list, JSON.stringify(list)];
        },
      };
    }
    return {
      schema: { type: 'record', name: `R${names++}`, fields: [{ name: 'x', type: items.schema }] },
      value: () => {
        const record = { x: items.value()[0] };
        return [record, JSON.stringify(record)];
      },
    };
  };
  const field = (): Made => {
    const one = pick(4) === 0 ? nested() : leaf();
    const kind = pick(3);
    if (kind === 0) return one;
    const types = kind === 1 ? ['null', one.schema] : [one.schema, 'null'];
    return {
      schema: types,
      value: () => {
        if (pick(3) === 0) return [null, undefined];
        const [value, shown] = one.value();
        const named = one.schema as { readonly name?: string; readonly type: string };
        const branch =
          typeof one.schema === 'string'
            ? one.schema
            : named.name === undefined
              ? named.type
              : `a.b.${named.name}`;
        return [{ [branch]: value }, shown ?? value];
      },
    };
  };
  return { pick, field };
}

describe('records of Avro', () => {
  it('are read as they were written, and whatever else the bytes are, they are refused or read', () => {
    let rows = 0;
    let refused = 0;
    for (let run = 0; run < RUNS; run++) {
      const { pick, field } = maker(SEED * 1000 + run);
      const fields = Array.from({ length: 1 + pick(6) }, (_, i) => ({ name: `c${i}`, made: field() }));
      const schema = {
        type: 'record',
        name: 'Row',
        namespace: 'a.b',
        fields: fields.map(({ name, made }) => ({ name, type: made.schema })),
      };
      const type = avro.Type.forSchema(withoutTimes(schema) as avro.Schema, {
        registry: { long: longs },
        wrapUnions: true,
      });
      const record = parseAvroSchema(pick(2) === 0 ? schema : JSON.stringify(schema));
      const columns = { fields: avroFields(record) };
      const bytes = new AvroBytes();
      const reader = new AvroRowReader(record, columns, bytes);
      const out = new BatchBuilder(columns, 16);
      const expected: unknown[][] = [];
      for (let i = 0; i < 8; i++) {
        const values = fields.map(({ made }) => made.value());
        const buffer = type.toBuffer(Object.fromEntries(values.map(([value], at) => [`c${at}`, value])));
        bytes.begin(buffer, 0, buffer.length);
        reader.read(out);
        out.length++;
        expected.push(
          values.map(([value, shown]) => {
            if (value === null) return null;
            return shown ?? value;
          }),
        );
        // The same bytes, damaged.
        for (let k = 0; k < 4; k++) {
          const damaged = Buffer.from(buffer);
          if (damaged.length > 0) damaged[pick(damaged.length)] = pick(256);
          const cut = pick(3) === 0 ? damaged.subarray(0, pick(damaged.length + 1)) : damaged;
          bytes.begin(cut, 0, cut.length);
          try {
            reader.read(out);
          } catch (error) {
            expect(error).toBeInstanceOf(AvroFault);
            refused++;
          }
        }
      }
      const found = batchRows(out.batch(null, 0));
      rows += found.length;
      expect(found).toEqual(expected);
    }
    expect(rows).toBe(8 * RUNS);
    expect(refused).toBeGreaterThan(RUNS);
  });

  it('are read by another schema than that of the columns, by name', () => {
    const old = parseAvroSchema({
      type: 'record',
      name: 'T',
      fields: [
        { name: 'gone', type: { type: 'map', values: 'string' } },
        { name: 'b', type: 'int' },
        { name: 'next', type: ['null', 'T'] },
      ],
    });
    const fields = avroFields(
      parseAvroSchema({
        type: 'record',
        name: 'T',
        fields: [
          { name: 'a', type: ['null', 'string'] },
          { name: 'b', type: 'long' },
        ],
      }),
    );
    const bytes = new AvroBytes();
    const reader = new AvroRowReader(old, { fields }, bytes);
    const out = new BatchBuilder({ fields }, 4);
    // A map of one, 5, and a record within of no map, 6 and nothing.
    const record = Buffer.from([2, 2, 97, 2, 98, 0, 10, 2, 0, 12, 0]);
    bytes.begin(record, 0, record.length);
    reader.read(out);
    out.length++;
    expect(batchRows(out.batch(null, 0))).toEqual([[null, 5n]]);
  });

  it('that would hold much in few bytes are refused', () => {
    const record = parseAvroSchema({
      type: 'record',
      name: 'T',
      fields: [{ name: 'a', type: { type: 'array', items: 'null' } }],
    });
    const bytes = new AvroBytes();
    const schema = { fields: avroFields(record) };
    const reader = new AvroRowReader(record, schema, bytes);
    const out = new BatchBuilder(schema, 4);
    const many = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0]);
    bytes.begin(many, 0, many.length);
    expect(() => reader.read(out)).toThrow(/list is too long/);
    const deep = parseAvroSchema({
      type: 'record',
      name: 'L',
      fields: [{ name: 'l', type: ['null', 'L'] }],
    });
    const nested = new AvroRowReader(deep, { fields: avroFields(deep) }, bytes);
    const chain = Buffer.alloc(10_000, 2);
    bytes.begin(chain, 0, chain.length);
    expect(() => nested.read(new BatchBuilder({ fields: avroFields(deep) }, 4))).toThrow(/nested deeper/);
  });

  it('have schemas that say what they are', () => {
    expect(() => parseAvroSchema('{')).toThrow(/MR3970/);
    expect(() => parseAvroSchema('"int"')).toThrow(/MR3970/);
    expect(() => parseAvroSchema({ type: 'record', name: 'T', fields: [{ name: 'a', type: 'U' }] })).toThrow(
      /MR3970/,
    );
    expect(() => parseAvroSchema(null)).toThrow(/MR3970/);
  });
});
