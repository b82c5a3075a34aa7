import { describe, expect, it } from 'vitest';
import { fieldOf, sourceRequest, sourceRows } from '../../../tests/support/sourceRows.js';
import { DATE, decimalType, FLOAT64, INT64, STRING, timestampType } from '../columns/types.js';
import { zoneOf } from '../columns/zone.js';
import { memoryInput } from './bytes.js';
import { inspectCsv } from './csvText.js';
import { openLines } from './lineSource.js';
import { RowCompletion } from './rowCompletion.js';
import type { RowChanges } from './rowCompletion.js';
import { TimeShift } from './timeShift.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function open(
  text: string,
  options: Record<string, unknown> = {},
  more: Parameters<typeof sourceRequest>[1] = {},
  changes: Partial<RowChanges> = {},
) {
  const completion = new RowCompletion({ added: [], shift: null, scales: new Map(), ...changes });
  return openLines(
    inspectCsv,
    () => Promise.resolve(memoryInput(bytes(text), 'it', 7)),
    sourceRequest(options, more),
    completion,
  );
}

async function rowsOf(...args: Parameters<typeof open>) {
  const source = await open(...args);
  const { rows, counters } = await sourceRows(source, 3);
  return {
    names: source.summary.fields.map(({ name }) => name),
    rows,
    counters,
    notes: source.summary.notes,
  };
}

describe('a CSV without a header', () => {
  it('has the names that are given, or numbers, and says that it has none', async () => {
    const { names, rows, notes } = await rowsOf('1,a\n2,b\n', { columns: ['x', 'y'] });
    expect([names, rows, notes]).toEqual([
      ['x', 'y'],
      [
        [1n, 'a'],
        [2n, 'b'],
      ],
      ['no header'],
    ]);
    expect((await rowsOf('1,a\n', { header: false })).names).toEqual(['column1', 'column2']);
    const fields = [fieldOf('n', FLOAT64), fieldOf('t', STRING)];
    expect((await rowsOf('1,a\n2,b\n', { header: false }, { fields })).rows).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('picks declared columns by the names that are given', async () => {
    const fields = [fieldOf('y', STRING), fieldOf('x', INT64)];
    expect((await rowsOf('1,a\n2,b\n', { columns: ['x', 'y'] }, { fields })).rows).toEqual([
      ['a', 1n],
      ['b', 2n],
    ]);
  });

  it('has other names where both are there', async () => {
    const { names, rows } = await rowsOf('a,b\n1,2\n', { header: true, columns: ['x', 'y'] });
    expect([names, rows]).toEqual([['x', 'y'], [[1n, 2n]]]);
  });

  it('says where the names are too many, or twice the same', async () => {
    await expect(open('1,2\n', { columns: ['x'] })).rejects.toThrow(
      /MR3107 a line of it has 2 fields, and 1 different/,
    );
    await expect(open('1,2\n', { columns: ['x', 'x'] })).rejects.toThrow(/MR3107/);
  });
});

describe('how a CSV is written', () => {
  it('may be with other quotes, or none', async () => {
    expect((await rowsOf("a,b\n'x,''y',2\n", { quote: "'" })).rows).toEqual([["x,'y", 2n]]);
    expect((await rowsOf('a,b\n"x,2\n', { quote: '' })).rows).toEqual([['"x', 2n]]);
  });

  it('may be with commas before fractions', async () => {
    const { rows, notes } = await rowsOf('a;b;c\n1,5;-0,25;1\n;2,5e3;2\n3,0;1.500;3\n', { decimal: ',' });
    expect(notes).toContain('fields separated by ";"');
    expect(rows).toEqual([
      [1.5, '-0,25', 1n],
      [null, '2,5e3', 2n],
      [3, '1.500', 3n],
    ]);
    const fields = [fieldOf('a', FLOAT64), fieldOf('b', decimalType(9, 2))];
    const declared = await rowsOf('a;b\n1,5;-0,25\n2;3\n1.5;4\n', { decimal: ',' }, { fields });
    expect(declared.rows).toEqual([
      [1.5, -25n],
      [2, 300n],
    ]);
    expect(declared.counters.rejected).toBe(1);
    expect((await rowsOf('1,5;2,5\n', { decimal: ',', header: false })).rows).toEqual([[1.5, 2.5]]);
  });

  it('may be with comments, and lines before the header', async () => {
    const text = 'made by hand\n\n# one\na,b\n1,2\n# "two\n3,4\n#three';
    const { rows, counters } = await rowsOf(text, { comment: '#', skip: 2 });
    expect(rows).toEqual([
      [1n, 2n],
      [3n, 4n],
    ]);
    expect(counters.rejected).toBe(0);
    const { counters: with5 } = await rowsOf(
      '#\na,b\n1,2\n#\nx\n',
      { comment: '#' },
      { fields: [fieldOf('a', INT64), fieldOf('b', INT64)] },
    );
    expect(with5.rejects.map(({ position }) => position)).toEqual([5]);
  });

  it('may be with other texts for NULL, in columns of text too', async () => {
    const { rows } = await rowsOf('a,b\n1,x\n-,-\n', { nulls: ['-'] });
    expect(rows).toEqual([
      [1n, 'x'],
      [null, null],
    ]);
  });

  it('has signs that can be ones', async () => {
    for (const options of [
      { delimiter: ';;' },
      { quote: ',' },
      { comment: 'ab' },
      { delimiter: ';', comment: ';' },
      { delimiter: ',', decimal: ',' },
    ]) {
      await expect(open('a\n1\n', options)).rejects.toThrow(/MR3106/);
    }
  });
});

describe('times since midnight', () => {
  const shift = (unit: 's' | 'ms' | 'us' | 'ns', day: string, zone: string) => ({
    column: 't',
    by: new TimeShift(unit, Date.parse(day) / 1000, zoneOf(zone)),
  });

  it('are points in time by the clocks of a zone', async () => {
    const at = async (unit: 's' | 'ms' | 'us' | 'ns', value: number, day: string, zone: string) => {
      const { rows } = await rowsOf(`t\n${value}\n`, {}, { time: 't' }, { shift: shift(unit, day, zone) });
      return rows[0][0];
    };
    expect(await at('ms', 34_200_000, '2013-10-08', 'America/New_York')).toBe(
      BigInt(Date.UTC(2013, 9, 8, 13, 30)),
    );
    expect(await at('s', 3600, '2024-01-01', 'Asia/Kolkata')).toBe(
      BigInt(Date.UTC(2023, 11, 31, 19, 30) / 1000),
    );
    expect(await at('ns', 1, '2024-03-08', 'UTC')).toBe(BigInt(Date.UTC(2024, 2, 8)) * 1_000_000n + 1n);
    // The clocks are put forward at 2:00 and back at 3:00.
    expect(await at('ms', 4 * 3_600_000, '2024-03-31', 'Europe/Berlin')).toBe(
      BigInt(Date.UTC(2024, 2, 31, 2)),
    );
    expect(await at('ms', 3_600_000, '2024-03-31', 'Europe/Berlin')).toBe(BigInt(Date.UTC(2024, 2, 31, 0)));
    expect(await at('us', 4 * 3_600_000_000, '2024-10-27', 'Europe/Berlin')).toBe(
      BigInt(Date.UTC(2024, 9, 27, 3)) * 1000n,
    );
  });

  it('are told, and disorder is measured on them', async () => {
    const source = await open(
      't,x\n1000,a\n3000,b\n2000,c\n',
      {},
      { time: 't' },
      { shift: shift('ms', '2013-10-08', 'UTC') },
    );
    expect(source.summary).toMatchObject({
      boundUs: 1e6,
      firstTime: Date.UTC(2013, 9, 8, 0, 0, 1) * 1000,
      lastTime: Date.UTC(2013, 9, 8, 0, 0, 3) * 1000,
    });
    expect(source.summary.fields[0]).toEqual(fieldOf('t', timestampType('ms'), false));
    const { marks } = await sourceRows(source, 1);
    expect(marks.map(mark => mark / 1e6 - Date.UTC(2013, 9, 8) / 1000)).toEqual([0, 2, 2]);
  });
});

describe('values that are multiples', () => {
  it('are divided: exactly where they are decimals', async () => {
    const scales = new Map([['price', 10_000]]);
    expect((await rowsOf('price\n1812345\n-1\n', {}, {}, { scales })).rows).toEqual([[181.2345], [-0.0001]]);
    const fields = [fieldOf('price', decimalType(18, 4))];
    expect((await rowsOf('price\n1812345\n', {}, { fields }, { scales })).rows).toEqual([[1_812_345n]]);
    await expect(
      rowsOf('price\n5\n', {}, { fields: [fieldOf('price', decimalType(9, 2))] }, { scales }),
    ).rejects.toThrow(/MR3707 .*'price' divided by 10000 has more digits than decimal\(9, 2\)/);
    await expect(open('x\n5\n', {}, {}, { scales })).rejects.toThrow(/MR3102 it has no column 'price'/);
    await expect(open('price\nmuch\n', {}, {}, { scales })).rejects.toThrow(
      /MR3704 column 'price' of it is string/,
    );
  });
});

describe('rows that are later than the sample said', () => {
  it('are counted once, however often they are read', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${1_709_908_200_000 + i}\n`);
    rows[15_000] = '1709908200000\n';
    rows[19_999] = '1709908205000\n';
    const source = await open(`ts\n${rows.join('')}`, {}, { time: 'ts' });
    expect(source.summary.sample).toEqual({ rows: 10_000, rejected: 0, disorderUs: 0 });
    await sourceRows(source, 100);
    await sourceRows(source, 8192);
    expect(source.lateness).toEqual({ rows: 2, byUs: 14_999_000 });
  });
});

it('a date in a path is one', async () => {
  const added = [{ field: fieldOf('d', DATE), text: '2024-03-08' }];
  expect((await rowsOf('x\n1\n', {}, {}, { added })).rows).toEqual([[1n, 19790]]);
  await expect(
    rowsOf('x\n1\n', {}, {}, { added: [{ field: fieldOf('d', INT64), text: 'x' }] }),
  ).rejects.toThrow(/MR3706 'd=x'/);
  await expect(rowsOf('d\n1\n', {}, {}, { added })).rejects.toThrow(/MR3705 it has a column 'd' of its own/);
});
