import type { TimeUnit } from '../columns/types.js';
import { fromEventTime } from '../columns/time.js';
import type { OutputBuffer } from './output.js';

/** Writes a window's start, end and time (the last tick before its end) to the rows from `from` on. */
export function writeWindowColumns(
  out: OutputBuffer,
  column: number,
  startUs: number,
  endUs: number,
  unit: TimeUnit,
  from: number,
): void {
  const end = fromEventTime(endUs, unit);
  const values = [fromEventTime(startUs, unit), end, typeof end === 'bigint' ? end - 1n : end - 1];
  values.forEach((value, k) => {
    const target = out.columns[column + k];
    if (typeof value === 'bigint') target.widen(from);
    if (target.data instanceof BigInt64Array) target.data.fill(BigInt(value), from, out.length);
    else target.data.fill(value as never, from, out.length);
  });
}
