import { toEventTimes } from '../../columns/time.js';
import type { TimeUnit } from '../../columns/types.js';
import type { SourcePiece } from '../../sources/source.js';
import type { FlatParquet } from './parquetRows.js';

/** The format's number for 64-bit integers. */
const INT64 = 2;

/** How a file's rows lie over the times of a column: those of each row group between its least and greatest value. None where the statistics do not say, or count in another unit. */
export function parquetPieces(
  { footer, columns }: Pick<FlatParquet, 'footer' | 'columns'>,
  place: number,
  unit: TimeUnit,
): readonly SourcePiece[] {
  const column = place < 0 ? undefined : columns[place];
  const type = column?.type?.type;
  const isPlain = type?.kind === 'int64' || (type?.kind === 'timestamp' && type.unit === unit);
  if (column === undefined || column.element.physical !== INT64 || !isPlain) return [];
  const pieces: SourcePiece[] = [];
  for (const { rows, chunks } of footer.groups) {
    const { least, greatest } = chunks[place];
    if (least?.length !== 8 || greatest?.length !== 8) return [];
    const times = new Float64Array(2);
    toEventTimes(BigInt64Array.of(int64(least), int64(greatest)), unit, 2, times);
    pieces.push({ firstUs: times[0], lastUs: times[1], rows });
  }
  return pieces;
}

function int64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
}
