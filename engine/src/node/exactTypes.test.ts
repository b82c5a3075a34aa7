import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  avg,
  count,
  Decimal,
  decimal,
  duration,
  file,
  float64,
  int64,
  json,
  max,
  min,
  read,
} from './index.js';
import { schema, string, sum, Table, timestamp } from './index.js';
import type { Json } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-exact-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const Fill = schema({
  ts: timestamp('ns'),
  symbol: string,
  price: decimal(12, 4),
  size: int64,
  gap: duration('us').nullable(),
  tags: json().nullable(),
});

const CSV = `ts,symbol,price,size,gap,tags
2024-03-08T14:30:00.123456789Z,A,1.25,3,1 h 30 min,"[""x"",1]"
2024-03-08T14:30:00.123456790Z,A,0.1,1000000,250 µs,
2024-03-08T14:30:01Z,B,99999999.9999,2,-1 s,"{ ""b"": 12345678901234567890 }"
2024-03-08T14:30:02Z,B,1.23456,2,,
2024-03-08T14:30:03Z,B,123456789,2,,
`;

async function fills() {
  const path = join(folder, 'fills.csv');
  await writeFile(path, CSV);
  return read(path, { schema: Fill });
}

describe('decimals, durations and nested values', () => {
  it('are read from CSV without a float on the way; what does not fit is rejected with a reason', async () => {
    const table = await fills();
    const rows = await table.rows();
    expect(rows.map(row => row.price.toFixed(4))).toEqual(['1.2500', '0.1000', '99999999.9999']);
    expect(rows[0].price).toBeInstanceOf(Decimal);
    const product = rows[2].price.mul('99999999.9999').mul('99999999.9999');
    expect(product.toFixed()).toBe('999999999997000000000002.999999999999');
    expect(rows.map(row => row.gap?.toString())).toEqual(['PT1H30M', 'PT0.00025S', '-PT1S']);
    expect(rows.map(row => row.tags)).toEqual([
      ['x', 1],
      null,
      { b: JSON.parse('12345678901234567890') as number },
    ]);
    const [text] = await table.select('price', 'tags').rows({ decimal: 'text', json: 'text' });
    expect(text).toEqual({ price: '1.2500', tags: '["x",1]' });
    const rejects = await table.rejects();
    expect(rejects.rows.map(row => row.reason)).toEqual([
      "column 'price': '1.23456' is no decimal(12, 4)",
      "column 'price': '123456789' is no decimal(12, 4)",
    ]);
  });

  it('compute exactly', async () => {
    const table = await fills();
    const rows = await table
      .derive(t => ({
        notional: t.price.mul(t.size),
        plus: t.price.add('0.00001'),
        rounded: t.price.round(1),
        cheap: t.price.lt(1.25),
        later: t.ts.add('1 ns'),
        age: t.ts.sub(Temporal.Instant.from('2024-03-08T14:30:00Z')),
        seconds: t.gap.div('1 s'),
        double: t.gap.mul(2),
        deep: t.tags.json('$.b').asDecimal(18, 0),
        big: t.tags.json('$.b').asString(),
        first: t.tags.at(0).asString(),
        keys: t.tags.keys(),
      }))
      .rows({ decimal: 'text' });
    expect(rows.map(row => row.notional)).toEqual(['3.7500', '100000.0000', '199999999.9998']);
    expect(rows[1].plus).toBe('0.10001');
    expect(rows.map(row => row.rounded)).toEqual(['1.3', '0.1', '100000000.0']);
    expect(rows.map(row => row.cheap)).toEqual([false, true, false]);
    expect(rows[0].later.toString()).toBe('2024-03-08T14:30:00.12345679Z');
    expect(rows[0].age.toString()).toBe('PT0.123456789S');
    expect(rows.map(row => row.seconds)).toEqual([5400, 0.00025, -1]);
    expect(rows[0].double?.toString()).toBe('PT3H');
    expect(rows.map(row => row.big)).toEqual([null, null, '12345678901234567890']);
    expect(rows.map(row => row.deep)).toEqual([null, null, null]);
    expect(rows.map(row => row.first)).toEqual(['x', null, null]);
    expect(rows[2].keys).toEqual(['b']);
  });

  it('are aggregated and are keys', async () => {
    const table = await fills();
    const totals = await table
      .groupBy('symbol')
      .aggregate(t => ({
        total: sum(t.price),
        most: max(t.gap),
        least: min(t.price),
        mean: avg(t.price),
        n: count(),
      }))
      .rows({ decimal: 'text' });
    expect(totals).toEqual([
      {
        symbol: 'A',
        total: '1.3500',
        most: Temporal.Duration.from('PT1H30M'),
        least: '0.1000',
        mean: 0.675,
        n: 2,
      },
      {
        symbol: 'B',
        total: '99999999.9999',
        most: Temporal.Duration.from('-PT1S'),
        least: '99999999.9999',
        mean: 99999999.9999,
        n: 1,
      },
    ]);
    const waits = await table
      .where(t => t.symbol.eq('A'))
      .groupBy('symbol')
      .aggregate(t => ({ all: sum(t.gap), mean: avg(t.gap) }))
      .rows();
    expect(waits.map(row => [row.all?.toString(), row.mean?.toString()])).toEqual([
      ['PT1H30M0.00025S', 'PT45M0.000125S'],
    ]);
    const keys = await table
      .groupBy('price', 'gap', 'tags', 'ts')
      .aggregate(() => ({ n: count() }))
      .rows();
    expect(keys.map(row => row.n)).toEqual([1, 1, 1]);
  });

  it.each(['csv', 'ndjson', 'parquet'] as const)('survive %s', async format => {
    const table = await fills();
    const path = join(folder, `copy.${format}`);
    await table.writeTo(file[format](path));
    const again = read(path, { schema: Fill });
    expect(await again.rows({ json: 'text' })).toEqual(await table.rows({ json: 'text' }));
    expect((await again.rejects()).count).toBe(0);
  });

  it('are written as people read them', async () => {
    const table = await fills();
    await table.head(1);
    const path = join(folder, 'text.ndjson');
    await table.drop('ts').writeTo(file.ndjson(path));
    const [line] = (await readFile(path, 'utf8')).split('\n');
    expect(line).toBe('{"symbol":"A","price":1.2500,"size":3,"gap":"1 h 30 min","tags":["x",1]}');
  });

  it('are inferred from nested fields of NDJSON', async () => {
    const path = join(folder, 'book.ndjson');
    await writeFile(
      path,
      [
        '{"id":1,"book":{"bids":[["1.25","3"],["1.2","10"]],"__proto__":{"x":1}}}',
        '{"id":2,"book":{"bids":[]}}',
        '{"id":3,"book":null}',
        '{"id":4,"book":"closed"}',
      ].join('\n'),
    );
    const book = read<{ id: number; book: Json | null }>(path);
    const rows = await book
      .derive(t => ({
        best: t.book.json('$.bids[0][0]').asDecimal(10, 4),
        levels: t.book.json('$.bids').jsonLength(),
        proto: t.book.json("$['__proto__'].x").asInt64(),
        text: t.book.asString(),
      }))
      .drop('book')
      .rows({ decimal: 'text' });
    expect(rows).toEqual([
      { id: 1, best: '1.2500', levels: 2, proto: 1, text: null },
      { id: 2, best: null, levels: 0, proto: null, text: null },
      { id: 3, best: null, levels: null, proto: null, text: null },
      { id: 4, best: null, levels: null, proto: null, text: 'closed' },
    ]);
  });

  it('are made of values in memory', async () => {
    const table = Table.of(
      {
        price: [new Decimal('1.5'), '2.25', 3],
        wait: [Temporal.Duration.from({ minutes: 1 }), '2 min', null],
        info: [{ a: [1, null] }, 'x', 5],
      } as never,
      { schema: schema({ price: decimal(10, 2), wait: duration('s').nullable(), info: json() }) },
    );
    expect(await table.rows({ decimal: 'text', json: 'text' })).toEqual([
      { price: '1.50', wait: Temporal.Duration.from('PT1M'), info: '{"a":[1,null]}' },
      { price: '2.25', wait: Temporal.Duration.from('PT2M'), info: '"x"' },
      { price: '3.00', wait: null, info: '5' },
    ]);
  });

  it('overflow is an error that says what to do', async () => {
    const table = await fills();
    const huge = table.derive(t => ({ x: t.price.mul(1e9).mul(1000) }));
    await expect(huge.rows()).rejects.toThrow(
      /MR1202 the result of \* has more digits than decimal\(18, 4\)/,
    );
    expect(() => decimal(0, 0)).toThrow(/MR1003 .*counts all digits/);
    expect(() => decimal(24, 6)).toThrow(
      /MR1003 decimal\(24, 6\) has more than 18 digits.*decimal\(18, 6\) where no value has more than 12 digits before the point.*string keeps every digit/,
    );
    expect(() => decimal(38, 30)).toThrow(/decimal\(18, 8\)/);
    expect(() => Table.of({ x: [new Decimal('1.5')] })).toThrow(/MR1306 .*decimal\(18, 4\)/);
    const floats = await table.derive(t => ({ x: t.price.cast(float64).mul(1e12) })).rows();
    expect(floats[0].x).toBe(1.25e12);
  });
});
