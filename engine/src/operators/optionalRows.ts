import { isWide, wideValue, type Column, type Lane } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { hasDictionary } from '../columns/types.js';
import type { TimedQueue } from './timedQueue.js';
import { translate } from './valueIds.js';

/** Makes columns of rows of a queue at positions, of which -1 is a row of NULLs. Buffers are used again. */
export class OptionalRows {
  #positions = new Int32Array(0);
  #valid: Uint8Array[] = [];

  gather(queue: TimedQueue, positions: Int32Array, count: number): readonly Column[] {
    if (!positions.subarray(0, count).includes(-1)) return queue.gather(positions, count);
    if (this.#positions.length < count) {
      this.#positions = new Int32Array(count * 2);
      this.#valid = [];
    }
    for (let k = 0; k < count; k++) this.#positions[k] = Math.max(0, positions[k]);
    return queue.gather(this.#positions, count).map((column, at): Column => {
      const valid = (this.#valid[at] ??= new Uint8Array(this.#positions.length));
      for (let k = 0; k < count; k++) valid[k] = positions[k] < 0 ? 0 : (column.valid?.[k] ?? 1);
      // A side of which no row has come has no dictionary yet.
      const dictionary = hasDictionary(column.type) ? (column.dictionary ?? new Dictionary()) : null;
      return { ...column, valid, dictionary };
    });
  }
}

/** The codes that dictionaries' texts have in others. */
export type Translations = WeakMap<Dictionary, WeakMap<Dictionary, Int32Array>>;

function tablesOf(translations: Translations, own: Dictionary): WeakMap<Dictionary, Int32Array> {
  const known = translations.get(own) ?? new WeakMap<Dictionary, Int32Array>();
  translations.set(own, known);
  return known;
}

/** A column with the values of another one in the rows that have no position of their own. */
export function filled(
  column: Column,
  other: Column,
  positions: Int32Array,
  count: number,
  translations: Translations,
): Column {
  if (!positions.subarray(0, count).includes(-1)) return column;
  const { dictionary } = column;
  let { data: from } = other;
  if (dictionary !== null && other.dictionary !== null && other.dictionary !== dictionary)
    from = translate(other, count, dictionary, tablesOf(translations, dictionary));
  const wide = isWide(column) || isWide(other);
  const data: Lane = wide
    ? new BigInt64Array(count)
    : new (column.data.constructor as Float64ArrayConstructor)(count);
  const valid = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    const [lane, validity] = positions[k] < 0 ? [from, other.valid] : [column.data, column.valid];
    data[k] = (wide ? wideValue(lane[k]) : lane[k]) as never;
    valid[k] = validity?.[k] ?? 1;
  }
  return { ...column, data, valid };
}
