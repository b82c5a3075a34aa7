import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldOf, sourceRequest, sourceRows } from '../../../tests/support/sourceRows.js';
import { BOOLEAN, FLOAT64, INT64, JSON_TYPE, STRING, timestampType } from '../columns/types.js';
import { memoryInput } from './bytes.js';
import { openLines } from './lineSource.js';
import { inspectNdjson } from './ndjsonText.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);

function open(
  text: string | Uint8Array,
  more: Parameters<typeof sourceRequest>[1] = {},
  options: Record<string, unknown> = {},
  chunk = Infinity,
) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const input = () => Promise.resolve(memoryInput(bytes, 'the text', chunk));
  return openLines(inspectNdjson, input, sourceRequest(options, more));
}

const TRADES = [
  fieldOf('ts', timestampType('us'), false),
  fieldOf('symbol', STRING, false),
  fieldOf('price', FLOAT64, false),
  fieldOf('size', INT64),
];

describe('NDJSON', () => {
  it('reads values in the same way whatever white space is around them', async () => {
    const source = await open(
      '{"s":"a","n":1}\n{"s": "b","n":  2}\n{"s":\t"c" , "n":3 }\n{"s":"d","n": 4}\n',
    );
    const { rows } = await sourceRows(source);
    expect(rows).toEqual([
      ['a', 1n],
      ['b', 2n],
      ['c', 3n],
      ['d', 4n],
    ]);
  });

  it('infers columns from all keys of the sample', async () => {
    const source = await open(
      '{"ts":"2024-03-08T14:30:00Z","s":"a","n":1,"f":1,"b":true,"o":{"x":[1,"}"]}}\n{"s":null,"ts":"2024-03-08T14:30:01Z","n":9007199254740993,"f":2.5,"b":false,"extra":"x"}\n',
      { time: 'ts' },
    );
    expect(source.summary.fields).toEqual([
      fieldOf('ts', timestampType('us'), false),
      fieldOf('s', STRING),
      fieldOf('n', INT64, false),
      fieldOf('f', FLOAT64, false),
      fieldOf('b', BOOLEAN, false),
      fieldOf('o', JSON_TYPE),
      fieldOf('extra', STRING),
    ]);
    expect((await sourceRows(source)).rows).toEqual([
      [1709908200000000n, 'a', 1n, 1, true, '{"x":[1,"}"]}', null],
      [1709908201000000n, null, 9007199254740993n, 2.5, false, null, 'x'],
    ]);
  });

  it('reads keys in any order, unknown keys, escapes, numbers in quotes and white space', async () => {
    const text = [
      '{"ts":1709908200000000,"symbol":"A","price":1.5,"size":1}',
      '{"symbol":"B\\u00e9\\"\\n","size":"12","ts":1709908200000001,"price":"2.25"}',
      '\t{ "x" : [ {} , [ ] , "}" ] , "price" : 1e2 , "ts" : 1709908200000002 , "symbol" : "C" , "size" : 5.0 } \r',
      '',
      '{"price":-0.5,"symbol":"é","ts":1709908200000003}',
    ].join('\n');
    const { rows, counters } = await sourceRows(await open(text, { fields: TRADES, time: 'ts' }));
    expect(counters.rejects).toEqual([]);
    expect(rows).toEqual([
      [1709908200000000n, 'A', 1.5, 1n],
      [1709908200000001n, 'Bé"\n', 2.25, 12n],
      [1709908200000002n, 'C', 100, 5n],
      [1709908200000003n, 'é', -0.5, null],
    ]);
  });

  it('counts and keeps what it cannot read', async () => {
    const deep = '['.repeat(100) + ']'.repeat(100);
    const text = [
      '{"ts":1,"symbol":"A","price":1,"size":1}',
      '{"ts":1,"symbol":"A","price":"x","size":1}',
      '{"ts":1,"symbol":"A","size":1}',
      '{"ts":1,"symbol":"A","price":1,"size":1',
      '[1,2]',
      'plain text',
      `{"deep":${deep},"ts":1,"symbol":"A","price":1}`,
      '{"ts":1,"symbol":"A","price":1} {"ts":2}',
      '{"ts":1,"symbol":"=cmd()","price":1,"size":9223372036854775808}',
      `{"ts":1,"symbol":"${'x'.repeat(5000)}","price":1}`,
      '{"ts":null,"symbol":"A","price":1}',
      '{"ts":2,"symbol":"=cmd()","price":1}',
    ].join('\n');
    const source = await open(text, { fields: TRADES, time: 'ts' }, { maxLineBytes: 4000 });
    const { rows, counters } = await sourceRows(source);
    expect(rows).toEqual([
      [1n, 'A', 1, 1n],
      [2n, '=cmd()', 1, null],
    ]);
    expect(counters.rejected).toBe(10);
    expect(counters.rejects.map(reject => reject.position)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(counters.rejects.map(reject => reject.reason)).toEqual([
      "column 'price': 'x' is no float64",
      "column 'price' has no value, and is not nullable",
      "',' or '}' is expected after a value, and it ends there",
      "a JSON object is expected, and '[1,2]' is there",
      "a JSON object is expected, and 'plain text' is there",
      'JSON that is nested deeper than 64',
      'one object a line is expected, and behind it \'{"ts":2}\' is there',
      "column 'size': '9223372036854775808' is no int64",
      'a line of more than 4000 bytes',
      "column 'ts' has no value, and is not nullable",
    ]);
  });

  it('says what is wrong with an empty text and with a list', async () => {
    await expect(open('')).rejects.toThrow(/MR3104 the text is empty/);
    await expect(open('[\n{"a":1}]\n'.replace('{', '['))).rejects.toThrow(/MR3108.*one object a line/);
  });

  it('does not take names of Object for anything else than names', async () => {
    const source = await open('{"__proto__":1,"constructor":"__proto__","":true}\n');
    expect(source.summary.fields.map(field => field.name)).toEqual(['__proto__', 'constructor', '']);
    expect((await sourceRows(source)).rows).toEqual([[1n, '__proto__', true]]);
  });
});

describe('NDJSON in pieces', () => {
  const value = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom('A', 'é"\n', null, true, 9007199254740993n, [1, { a: 2 }]),
  );
  const object = fc.dictionary(fc.constantFrom('ts', 'symbol', 'price', 'size', 'other'), value);
  const json = (item: object) =>
    JSON.stringify(item, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
  const line = fc.oneof(
    object.map(json),
    object.map(json),
    fc.string({ maxLength: 12 }),
    fc.constant('{"ts":12'),
  );

  it('gives the same rows and rejects, wherever it is cut', async () => {
    const fields = TRADES.map(field => ({ ...field, nullable: true }));
    const property = fc.asyncProperty(
      fc.array(line, { maxLength: 10 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      async (lines, chunk, maxRows) => {
        const text = lines.join('\n');
        const whole = await sourceRows(await open(text, { fields }, { maxLineBytes: 60 }));
        const pieces = await sourceRows(await open(text, { fields }, { maxLineBytes: 60 }, chunk), maxRows);
        expect(pieces.rows).toEqual(whole.rows);
        expect(pieces.counters.rejects).toEqual(whole.counters.rejects);
      },
    );
    await fc.assert(property, { numRuns: runs * 2, seed });
  });

  it('agrees with JSON.parse on rows that are right', async () => {
    const row = fc.record({
      ts: fc.integer(),
      symbol: fc.string(),
      price: fc.double({ noNaN: true, noDefaultInfinity: true }),
      size: fc.option(fc.maxSafeInteger()),
    });
    const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async rows => {
      const text = rows.map(each => JSON.stringify(each)).join('\n');
      const read = await sourceRows(await open(text, { fields: TRADES }));
      const parsed = text.split('\n').map(each => JSON.parse(each) as Record<string, unknown>);
      expect(read.counters.rejects).toEqual([]);
      expect(read.rows).toEqual(
        parsed.map(each => [
          BigInt(each.ts as number),
          each.symbol,
          each.price,
          each.size === null ? null : BigInt(each.size as number),
        ]),
      );
    });
    await fc.assert(property, { numRuns: runs, seed });
  });

  it('survives any mutation of its bytes', async () => {
    const good = new TextEncoder().encode(
      '{"ts":1709908200000000,"symbol":"A\\u00e9","price":1.5,"size":9007199254740993}\n{"ts":1709908200000001,"symbol":"B","price":-2e3,"other":[{"a":"b"},null,true],"size":null}\n',
    );
    const mutation = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(mutation, async changes => {
      const bytes = good.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      const { rows, counters } = await sourceRows(await open(bytes, { fields: TRADES, time: 'ts' }));
      expect(rows.length + counters.rejected).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: runs * 3, seed });
  });
});
