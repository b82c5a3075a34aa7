import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { hasDictionary, type DataType, type Field } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import { packNumbers, unpackNumbers, type PackedBytes, type PackedNumbers } from './packedNumbers.js';

/** A column of rows that are kept elsewhere; null: nobody looks at it, and it has any values. */
export type PackedColumn = {
  readonly numbers: PackedNumbers;
  /** Which rows have a value; null: all. */
  readonly valid: PackedNumbers | null;
  /** The texts that the numbers are codes of, as a JSON list; null where the column has none. */
  readonly texts: { readonly at: number; readonly length: number } | null;
} | null;

/** Packs the values of a column, and nothing of what is NULL. */
export function packColumn({ data, valid, dictionary }: Column, to: PackedBytes): PackedColumn {
  const packedValid = valid === null ? null : packNumbers(valid, to);
  const lane = data.slice();
  // What stands where nothing is may be anything: the value before it takes the least room.
  if (valid !== null)
    for (let row = 0; row < lane.length; row++)
      if (valid[row] === 0) lane[row] = row === 0 ? zeroOf(lane) : lane[row - 1];
  if (dictionary === null) return { numbers: packNumbers(lane, to), valid: packedValid, texts: null };
  const { codes, texts } = usedTexts(lane as Int32Array, dictionary);
  const bytes = new TextEncoder().encode(JSON.stringify(texts));
  const at = to.add(bytes);
  return { numbers: packNumbers(codes, to), valid: packedValid, texts: { at, length: bytes.length } };
}

function zeroOf(lane: Column['data']): never {
  return (lane instanceof BigInt64Array ? 0n : 0) as never;
}

/** The codes of texts in the order in which they come, and those texts alone. */
function usedTexts(codes: Int32Array, dictionary: Dictionary): { codes: Int32Array; texts: string[] } {
  const places = new Int32Array(dictionary.size).fill(-1);
  const texts: string[] = [];
  const used = codes.map(code => {
    if (code < 0 || code >= places.length) code = 0;
    if (places[code] < 0 && dictionary.size > 0) {
      places[code] = texts.length;
      texts.push(dictionary.at(code));
    }
    return Math.max(0, places[code] ?? 0);
  });
  return { codes: used, texts };
}

/** The column that was packed, of so many rows. Throws where the bytes are none of it. */
export function unpackColumn(packed: PackedColumn, { type }: Field, rows: number, bytes: Uint8Array): Column {
  if (packed === null) return emptyColumn(type, rows);
  const valid = packed.valid === null ? null : (unpackNumbers(packed.valid, bytes) as Uint8Array);
  const data = unpackNumbers(packed.numbers, bytes);
  if (data.length !== rows || (valid !== null && valid.length !== rows))
    throw new RangeError('a column is cut off');
  if (packed.texts === null) return { type, data, valid, dictionary: null };
  const { at, length } = packed.texts;
  const texts = JSON.parse(new TextDecoder().decode(bytes.subarray(at, at + length))) as string[];
  return { type, data, valid, dictionary: new Dictionary(texts.length === 0 ? [''] : texts) };
}

/** A column that nobody looks at. */
function emptyColumn(type: DataType, rows: number): Column {
  const dictionary = hasDictionary(type) ? new Dictionary([type.kind === 'json' ? 'null' : '']) : null;
  return { type, data: laneFor(type, rows), valid: null, dictionary };
}
