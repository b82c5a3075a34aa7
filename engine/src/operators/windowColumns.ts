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

/** Writes windows of their own to single rows: the k-th, whose slot is `slots[k]`, to row `at[k]`. */
export function writeSpans(
  out: OutputBuffer,
  column: number,
  unit: TimeUnit,
  slots: Int32Array,
  count: number,
  at: Int32Array,
  starts: Float64Array,
  ends: Float64Array,
  endAfterUs = 0,
): void {
  const [start, end, time] = out.columns.slice(column, column + 3);
  if (unit === 'ns') {
    for (const each of [start, end, time]) each.widen(out.length);
    const [s, e, t] = [start, end, time].map(each => each.data as BigInt64Array);
    for (let k = 0; k < count; k++) {
      const border = BigInt(ends[slots[k]] + endAfterUs) * 1000n;
      s[at[k]] = BigInt(starts[slots[k]]) * 1000n;
      e[at[k]] = border;
      t[at[k]] = border - 1n;
    }
    return;
  }
  const tick = unit === 'us' ? 1 : unit === 'ms' ? 1e3 : 1e6;
  const [s, e, t] = [start, end, time].map(each => each.data as Float64Array);
  for (let k = 0; k < count; k++) {
    const row = at[k];
    const slot = slots[k];
    const border = (ends[slot] + endAfterUs) / tick;
    s[row] = starts[slot] / tick;
    e[row] = border;
    t[row] = border - 1;
  }
}
