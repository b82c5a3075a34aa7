import { toVegaValue } from '@millrace/protocol';
import type { Column } from '../columns/column.js';
import { typeName, type DataType } from '../columns/types.js';

/** Reads a row's number as a chart draws it: NaN for NULL, which has no place. */
export type DrawnNumber = (position: number) => number;

const PER_MS = { s: 0.001, ms: 1, us: 1000, ns: 1e6 } as const;

/**
 * What reads the numbers of a column at positions, as `toVegaValue` makes them: times are milliseconds, durations seconds, decimals floats.
 *
 * @param wall leads from milliseconds to those of a zone's clock.
 */
export function drawnNumbers({ type, data, valid }: Column, wall?: (ms: number) => number): DrawnNumber {
  const isNull = (position: number): boolean => valid !== null && valid[position] === 0;
  if (wall !== undefined && (type.kind === 'timestamp' || type.kind === 'date')) {
    const name = typeName(type);
    return position => (isNull(position) ? NaN : (toVegaValue(name, data[position], wall) as number));
  }
  if (data instanceof BigInt64Array) {
    const name = typeName(type);
    return position => (isNull(position) ? NaN : Number(toVegaValue(name, data[position])));
  }
  const lane = data as Float64Array;
  const times = type.kind === 'date' ? 86_400_000 : type.kind === 'timestamp' && type.unit === 's' ? 1000 : 1;
  // One division after the other, so that the last digit is that of the front end.
  const [by, then] = divisorsOf(type);
  if (by === 1 && then === 1 && times === 1) return position => (isNull(position) ? NaN : lane[position]);
  return position => (isNull(position) ? NaN : (lane[position] * times) / by / then);
}

function divisorsOf(type: DataType): readonly [number, number] {
  switch (type.kind) {
    case 'timestamp':
      return [type.unit === 's' ? 1 : PER_MS[type.unit], 1];
    case 'duration':
      return [type.unit === 's' ? 1 : PER_MS[type.unit], type.unit === 's' ? 1 : 1000];
    case 'decimal':
      return [10 ** type.scale, 1];
    default:
      return [1, 1];
  }
}

/** Numbers the series of a chart by their values, from 0 on; NULL is a series. */
export class SeriesNumbers {
  #byCode = new Int32Array(64).fill(-1);
  readonly #byValue = new Map<unknown, number>();
  #null = -1;
  count = 0;

  clear(): void {
    this.#byCode.fill(-1);
    this.#byValue.clear();
    this.#null = -1;
    this.count = 0;
  }

  of({ data, valid, dictionary }: Column, position: number): number {
    if (valid !== null && valid[position] === 0) {
      if (this.#null < 0) this.#null = this.count++;
      return this.#null;
    }
    if (dictionary === null) return this.#ofValue(Number(data[position]));
    const code = data[position] as number;
    if (code >= this.#byCode.length) this.#grow(code);
    const known = this.#byCode[code];
    if (known >= 0) return known;
    return (this.#byCode[code] = this.count++);
  }

  #ofValue(value: number): number {
    const known = this.#byValue.get(value);
    if (known !== undefined) return known;
    this.#byValue.set(value, this.count);
    return this.count++;
  }

  #grow(code: number): void {
    const grown = new Int32Array(Math.max(code + 1, 2 * this.#byCode.length)).fill(-1);
    grown.set(this.#byCode);
    this.#byCode = grown;
  }
}
