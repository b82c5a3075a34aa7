import { describe, expect, it } from 'vitest';
import { parquetType } from '../../codecs/parquet/columnType.js';
import type { DataPage } from '../../codecs/parquet/dataPage.js';
import { BatchBuilder } from '../../columns/builder.js';
import { FLOAT64 } from '../../columns/types.js';
import { memoryInput } from '../../sources/bytes.js';
import { ParquetColumn } from './parquetColumn.js';

const SNAPPY = 1;
const ELEMENT = {
  name: 'x',
  physical: 5,
  width: 0,
  nullable: true,
  converted: null,
  scale: 0,
  precision: 0,
  logical: null,
};

/** A number as Thrift writes it, up to 63. */
const small = (value: number): number => 2 * value;

/** A page of the second version, with definition levels and packed values behind them. */
function page(values: number, levels: readonly number[], packed: readonly number[], unpacked: number) {
  const sizes = [levels.length + unpacked, levels.length + packed.length].flatMap(size => [
    0x15,
    small(size),
  ]);
  const own = [values, 0, values, 0, levels.length, 0].flatMap(value => [0x15, small(value)]);
  return Uint8Array.from([0x15, small(3), ...sizes, 0x5c, ...own, 0, 0, ...levels, ...packed]);
}

async function read(bytes: Uint8Array, count: number): Promise<(number | null)[]> {
  const builder = new BatchBuilder({ fields: [{ name: 'x', type: FLOAT64, nullable: true }] }, 64);
  const [column] = builder.columns;
  const type = parquetType(ELEMENT, undefined)!;
  const pages = new ParquetColumn(memoryInput(bytes), type, true, column, 1024);
  pages.begin({
    start: 0,
    end: bytes.length,
    values: count,
    codec: SNAPPY,
    encodings: [0],
    unpacked: 0,
    least: null,
    greatest: null,
  });
  await pages.load();
  (pages.page as DataPage).read(count, column, 0);
  return Array.from({ length: count }, (_, row) =>
    column.hasNull && column.valid[row] === 0 ? null : column.floats[row],
  );
}

describe('pages of a column', () => {
  it('may have no values at all behind their levels, and nothing packed for them', async () => {
    expect(await read(page(3, [6, 0], [], 0), 3)).toEqual([null, null, null]);
    expect(await read(page(3, [6, 0], [0], 0), 3)).toEqual([null, null, null]);
  });

  it('have levels of 0 and 1, and no others', async () => {
    await expect(read(page(3, [6, 2], [], 0), 3)).rejects.toThrow(RangeError);
  });
});
