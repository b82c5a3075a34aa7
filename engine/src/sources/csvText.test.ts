import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchRows, fieldOf, sourceRequest, sourceRows } from '../../../tests/support/sourceRows.js';
import { BatchBuilder } from '../columns/builder.js';
import { BOOLEAN, DATE, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import { memoryInput } from './bytes.js';
import { inspectCsv } from './csvText.js';
import { openLines } from './lineSource.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);

function open(
  text: string | Uint8Array,
  options: Record<string, unknown> = {},
  more: Parameters<typeof sourceRequest>[1] = {},
  chunk = Infinity,
) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return openLines(
    inspectCsv,
    () => Promise.resolve(memoryInput(bytes, 'the text', chunk)),
    sourceRequest(options, more),
  );
}

async function rowsOf(...args: Parameters<typeof open>) {
  return sourceRows(await open(...args));
}

describe('CSV types', () => {
  it('infers the narrowest type of each column', async () => {
    const source = await open(
      'i,f,b,d,t,ns,s,zip\n1,1.5,true,2024-03-08,2024-03-08 14:30:00.25,2024-03-08T14:30:00.123456789Z,a,007\n-2,3,FALSE,1969-12-31,1969-12-31T23:59:59+01:00,2024-03-08T14:30Z,"b,c",010\n',
    );
    expect(source.summary.fields.map(field => [field.name, field.type, field.nullable])).toEqual([
      ['i', INT64, false],
      ['f', FLOAT64, false],
      ['b', BOOLEAN, false],
      ['d', DATE, false],
      ['t', timestampType('us'), false],
      ['ns', timestampType('ns'), false],
      ['s', STRING, false],
      ['zip', STRING, false],
    ]);
    const { rows } = await sourceRows(source);
    expect(rows).toEqual([
      [1n, 1.5, true, 19790, 1709908200250000n, 1709908200123456789n, 'a', '007'],
      [-2n, 3, false, -1, -3601000000n, 1709908200000000000n, 'b,c', '010'],
    ]);
  });

  it('takes empty fields and NA as NULL, and keeps NA as text in a column of text', async () => {
    const source = await open('x,s\n1,NA\nNA,a\n,\n4.5,""\n');
    expect(source.summary.fields).toEqual([fieldOf('x', FLOAT64), fieldOf('s', STRING)]);
    expect(source.summary.notes).toContain("x: 'NA' read as NULL");
    const { rows } = await sourceRows(source);
    expect(rows).toEqual([
      [1, 'NA'],
      [null, 'a'],
      [null, null],
      [4.5, ''],
    ]);
  });

  it('takes only the given texts as NULL, in text columns too', async () => {
    const { rows } = await rowsOf('x,s\n-,-\n1,NA\n', { nulls: ['-'] });
    expect(rows).toEqual([
      [null, null],
      [1n, 'NA'],
    ]);
  });

  it('keeps every int64 exact', async () => {
    const values = [
      9007199254740993n,
      -9007199254740993n,
      9223372036854775807n,
      -9223372036854775808n,
      0n,
      1234567890123456n,
    ];
    const { rows } = await rowsOf(`x\n${values.join('\n')}\n`);
    expect(rows.map(row => row[0])).toEqual(values);
  });

  it('reads decimal numbers as JavaScript does', async () => {
    const property = fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
      const text = `x,y\n${value},1\n${value.toFixed(3)},2\n`;
      const inspected = inspectCsv(
        't',
        new TextEncoder().encode(`${text} `),
        text.length,
        true,
        sourceRequest({}),
      );
      const schema = { fields: [fieldOf('x', FLOAT64), fieldOf('y', INT32)] };
      const builder = new BatchBuilder(schema, 4);
      const bytes = new TextEncoder().encode(`${text} `);
      inspected.decoder(schema, () => undefined).decode(bytes, inspected.start, text.length, true, builder);
      expect(batchRows(builder.batch(null, 0)).map(row => row[0])).toEqual([
        Number(String(value)),
        Number(value.toFixed(3)),
      ]);
    });
    fc.assert(property, { numRuns: runs, seed });
    await Promise.resolve();
  });

  it('detects the unit of integer times and says so', async () => {
    for (const [unit, factor] of [
      ['s', 1],
      ['ms', 1e3],
      ['us', 1e6],
    ] as const) {
      const source = await open(`ts\n${1709908200 * factor}\n${1709908201 * factor}\n`, {}, { time: 'ts' });
      expect(source.summary.fields[0].type).toEqual(timestampType(unit));
      expect(source.summary.notes.join()).toContain(`timestamp('${unit}')`);
      expect([source.summary.firstTime, source.summary.lastTime]).toEqual([1709908200e6, 1709908201e6]);
    }
    const nanos = await open('ts\n1709908200123456789\n', {}, { time: 'ts' });
    expect(nanos.summary.fields[0].type).toEqual(timestampType('ns'));
    expect((await sourceRows(nanos)).rows).toEqual([[1709908200123456789n]]);
  });
});

describe('CSV text', () => {
  it('reads quotes, CRLF, line feeds in quotes, a byte order mark and a last line without an end', async () => {
    const { rows } = await rowsOf('\ufeffa,b\r\n"x ""y""",1\r\n"two\nlines",2\r\n\r\nlast,3');
    expect(rows).toEqual([
      ['x "y"', 1n],
      ['two\nlines', 2n],
      ['last', 3n],
    ]);
  });

  it('finds other delimiters', async () => {
    const source = await open('a;b\n1;"x;y"\n');
    expect((await sourceRows(source)).rows).toEqual([[1n, 'x;y']]);
    expect(source.summary.notes.join()).toContain('";"');
  });

  it('matches a declared schema by name and leaves other columns out', async () => {
    const fields = [fieldOf('c', INT32, false), fieldOf('a', STRING)];
    const source = await open('a,b,c\nx,y,3\n', {}, { fields });
    expect((await sourceRows(source)).rows).toEqual([[3, 'x']]);
    await expect(open('a,b\nx,y\n', {}, { fields })).rejects.toThrow(/MR3102.*no column 'c'.*Did you mean/);
  });

  it('reads files without a header by place', async () => {
    const fields = [fieldOf('ms', INT64, false), fieldOf('price', INT64, false)];
    const { rows } = await rowsOf('1,2\n3,4\n', { header: false }, { fields });
    expect(rows).toEqual([
      [1n, 2n],
      [3n, 4n],
    ]);
  });

  it('says what is wrong with an empty text', async () => {
    await expect(open('')).rejects.toThrow(/MR3104 the text is empty/);
    const source = await open('a,ts\n', {}, { time: 'ts' });
    expect((await sourceRows(source)).rows).toEqual([]);
  });
});

describe('rows that cannot be read', () => {
  it('are counted, and kept with their line, reason and text', async () => {
    const fields = [
      fieldOf('ts', timestampType('us'), false),
      fieldOf('symbol', STRING, false),
      fieldOf('size', INT32, false),
    ];
    const text = [
      'ts,symbol,size',
      '2024-03-08T14:30:00Z,A,1',
      '2024-03-08T14:30:00Z,B,many',
      '2024-03-08T14:30:00Z,C',
      '2024-13-08T14:30:00Z,D,4',
      '2024-03-08T14:30:00Z,E,5,6',
      `2024-03-08T14:30:00Z,${'x'.repeat(3000)},7`,
      '2024-03-08T14:30:00Z,=cmd(),8',
      '2024-03-08T14:30:00Z,G,3000000000',
      '2024-03-08T14:30:00Z,,9',
      ',H,9',
      '2024-03-08T14:30:00Z,"never closed,10',
    ].join('\n');
    const { rows, counters } = await rowsOf(text, { maxLineBytes: 2000 }, { fields, time: 'ts' });
    expect(rows.map(row => row[1])).toEqual(['A', '=cmd()']);
    expect(counters.rejected).toBe(9);
    expect(counters.rejects.map(reject => [reject.position, reject.reason])).toEqual([
      [3, "column 'size': 'many' is no int32"],
      [4, '2 fields where 3 are expected'],
      [5, "column 'ts': '2024-13-08T14:30:00Z' is no timestamp('us')"],
      [6, '4 fields where 3 are expected'],
      [7, 'a line of more than 2000 bytes'],
      [9, "column 'size': '3000000000' is no int32"],
      [10, "column 'symbol' has no value, and is not nullable"],
      [11, "column 'ts' has no value, and is not nullable"],
      [12, 'a quote is opened and never closed'],
    ]);
    expect(counters.rejects[4].text).toHaveLength(1000);
    expect(counters.rejects[0].text).toBe('2024-03-08T14:30:00Z,B,many');
  });
});

describe('CSV in pieces', () => {
  const field = fc.oneof(
    fc.constantFrom(
      '1',
      '-7',
      '3.25',
      '',
      'NA',
      'abc',
      '"q"',
      '"a,b"',
      '"x\ny"',
      '"d""q"',
      '2024-03-08',
      '=cmd()',
      'é',
      '"open',
      'z'.repeat(40),
    ),
    fc.string({ maxLength: 6 }),
  );
  const line = fc.array(field, { minLength: 1, maxLength: 4 }).map(fields => fields.join(','));
  const text = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, end]) => ['a,b,c', ...lines].join(end));

  it('gives the same rows and rejects, wherever it is cut', async () => {
    const fields = [fieldOf('a', STRING), fieldOf('b', FLOAT64), fieldOf('c', INT64)];
    const property = fc.asyncProperty(
      text,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      async (csv, chunk, maxRows) => {
        const whole = await rowsOf(csv, { maxLineBytes: 32 }, { fields });
        const source = await open(csv, { maxLineBytes: 32 }, { fields }, chunk);
        const pieces = await sourceRows(source, maxRows);
        expect(pieces.rows).toEqual(whole.rows);
        expect(pieces.counters.rejects).toEqual(whole.counters.rejects);
        expect(pieces.counters.bytes).toBe(whole.counters.bytes);
      },
    );
    await fc.assert(property, { numRuns: runs, seed });
  });

  it('survives any mutation of its bytes', async () => {
    const good = new TextEncoder().encode(
      'ts,s,x\n2024-03-08T14:30:00Z,"a ""b""",1.5\n2024-03-08T14:30:01Z,é,-2e3\n2024-03-08T14:30:02Z,,NA\n',
    );
    const fields = [fieldOf('ts', timestampType('ns'), false), fieldOf('s', STRING), fieldOf('x', FLOAT64)];
    const mutation = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(mutation, async changes => {
      const bytes = good.slice();
      for (const [at, byte] of changes) bytes[Math.max(7, at)] = byte;
      const { rows, counters } = await rowsOf(bytes, {}, { fields, time: 'ts' });
      expect(rows.length + counters.rejected).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: runs * 3, seed });
  });
});

describe('marks', () => {
  it('are the running maximum less the bound, and the bound is the disorder of the sample', async () => {
    const source = await open(
      'ts,x\n1709908205,1\n1709908203,2\n1709908206,3\n1709908202,4\n',
      {},
      { time: 'ts' },
    );
    expect([source.summary.boundUs, source.summary.boundFrom]).toEqual([4e6, 'sample']);
    const { marks } = await sourceRows(source, 3);
    expect(marks).toEqual([1709908201e6, 1709908201e6, 1709908202e6, 1709908202e6]);
    const declared = await open('ts\n1709908205\n1709908206\n', {}, { time: 'ts', boundUs: 1e6 });
    expect((await sourceRows(declared)).marks).toEqual([1709908204e6, 1709908205e6]);
    expect(declared.summary.boundFrom).toBe('declared');
  });
});
