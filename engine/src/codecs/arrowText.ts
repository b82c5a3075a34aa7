import type { ArrowVector } from './arrowVector.js';

/** Where the text of an element of an array of any layout of text begins and ends in its memory. */
export function textRange(vector: ArrowVector, position: number): readonly [number, number] {
  const at = vector.offset + position;
  const { memory, offsets, values } = vector;
  if (vector.type.layout === 'utf8View') return viewedText(vector, at);
  const [from, to] =
    vector.type.layout === 'largeUtf8'
      ? new BigInt64Array(memory, offsets + at * 8, 2)
      : new Int32Array(memory, offsets + at * 4, 2);
  return [values + Number(from), values + Number(to)];
}

/** Where the text of an element of an array of views begins and ends: short ones are in the view itself. */
export function viewedText({ memory, values, pieces }: ArrowVector, at: number): readonly [number, number] {
  const start = values + 16 * at;
  const view = new Int32Array(memory, start, 4);
  const from = view[0] <= 12 ? start + 4 : pieces[view[2]] + view[3];
  return [from, from + view[0]];
}
