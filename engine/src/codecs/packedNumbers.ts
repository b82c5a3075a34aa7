import type { Lane } from '../columns/column.js';

/** Numbers as planes of bytes: the first bytes of all numbers, then the second ones, which a general compressor makes small. */
export type PackedNumbers =
  /** Whole numbers: each is `base` and so many more; with `delta`, above the one before. `scale`: how many make 1 of the lane's. */
  | {
      readonly form: 'whole';
      readonly lane: 'float64' | 'int32' | 'uint8';
      readonly count: number;
      readonly scale: number;
      readonly delta: boolean;
      readonly base: number;
      readonly width: number;
      readonly at: number;
    }
  /** The bytes of a lane as they are. */
  | { readonly form: 'raw'; readonly lane: 'float64' | 'int64'; readonly count: number; readonly at: number };

/** Decimals are tried as whole numbers of these parts. */
const SCALES = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];

/** Bytes that are written one piece after the other. */
export class PackedBytes {
  readonly #pieces: Uint8Array[] = [];
  length = 0;

  /** Adds bytes; returns where they stand. */
  add(bytes: Uint8Array): number {
    const at = this.length;
    this.#pieces.push(bytes);
    this.length += bytes.length;
    return at;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

/** Packs the numbers of a lane, exactly: what `unpackNumbers` gives is the same bit for bit, but for what NaN it is. */
export function packNumbers(lane: Lane, to: PackedBytes): PackedNumbers {
  const count = lane.length;
  if (lane instanceof BigInt64Array)
    return { form: 'raw', lane: 'int64', count, at: to.add(planesOf(lane, 8)) };
  const name = lane instanceof Float64Array ? 'float64' : lane instanceof Int32Array ? 'int32' : 'uint8';
  const found = wholeNumbers(lane);
  if (found === null) return { form: 'raw', lane: 'float64', count, at: to.add(planesOf(lane, 8)) };
  const { whole, scale } = found;
  const [plain, steps] = [spanOf(whole), spanOf(stepsOf(whole))];
  const delta = steps !== null && (plain === null || steps.span < plain.span);
  const chosen = delta ? steps : plain;
  if (chosen === null)
    return { form: 'raw', lane: 'float64', count, at: to.add(planesOf(Float64Array.from(lane), 8)) };
  const { base, span } = chosen;
  const width = widthOf(span);
  const at = to.add(wholePlanes(delta ? stepsOf(whole) : whole, base, width));
  return { form: 'whole', lane: name, count, scale, delta, base, width, at };
}

/** The numbers that were packed. Throws where the bytes are not there. */
export function unpackNumbers(packed: PackedNumbers, bytes: Uint8Array): Lane {
  const { count, at } = packed;
  const width = packed.form === 'raw' ? 8 : packed.width;
  if (at < 0 || count < 0 || at + count * width > bytes.length)
    throw new RangeError('packed numbers are cut off');
  if (packed.form === 'raw') {
    const lane = packed.lane === 'int64' ? new BigInt64Array(count) : new Float64Array(count);
    const target = new Uint8Array(lane.buffer);
    for (let plane = 0; plane < 8; plane++) {
      const from = at + plane * count;
      for (let row = 0; row < count; row++) target[row * 8 + plane] = bytes[from + row];
    }
    return lane;
  }
  const { lane: name, scale, delta, base } = packed;
  const whole = new Float64Array(count).fill(base);
  let weight = 1;
  for (let plane = 0; plane < width; plane++, weight *= 256) {
    const from = at + plane * count;
    for (let row = 0; row < count; row++) whole[row] += bytes[from + row] * weight;
  }
  if (delta) for (let row = 1; row < count; row++) whole[row] += whole[row - 1];
  if (scale !== 1) for (let row = 0; row < count; row++) whole[row] /= scale;
  if (name === 'float64') return whole;
  return name === 'int32' ? Int32Array.from(whole) : Uint8Array.from(whole);
}

/** The numbers as whole ones of a part of 1; null where they are none. */
function wholeNumbers(
  lane: Exclude<Lane, BigInt64Array>,
): { readonly whole: Float64Array; readonly scale: number } | null {
  if (!(lane instanceof Float64Array)) return { whole: Float64Array.from(lane), scale: 1 };
  const whole = new Float64Array(lane.length);
  for (const scale of SCALES) {
    let row = 0;
    for (; row < lane.length; row++) {
      const value = lane[row];
      const parts = Math.round(value * scale);
      // 0 and -0 are the same number in a whole one.
      if (!Number.isSafeInteger(parts) || parts / scale !== value || Object.is(value, -0)) break;
      whole[row] = parts;
    }
    if (row === lane.length) return { whole, scale };
  }
  return null;
}

/** How far each number is above the one before; the first as it is. */
function stepsOf(whole: Float64Array): Float64Array {
  const steps = new Float64Array(whole.length);
  for (let row = 0; row < whole.length; row++)
    steps[row] = row === 0 ? whole[0] : whole[row] - whole[row - 1];
  return steps;
}

/** The least of whole numbers, and how far the greatest lies above; null where a difference is not exact. */
function spanOf(whole: Float64Array): { readonly base: number; readonly span: number } | null {
  let [least, most] = [Infinity, -Infinity];
  for (const value of whole) {
    if (!Number.isSafeInteger(value)) return null;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (whole.length === 0) return { base: 0, span: 0 };
  return Number.isSafeInteger(most - least) ? { base: least, span: most - least } : null;
}

/** How many bytes a number up to `span` takes. */
function widthOf(span: number): number {
  let width = 0;
  for (let most = 1; most <= span; most *= 256) width++;
  return width;
}

function wholePlanes(whole: Float64Array, base: number, width: number): Uint8Array {
  const count = whole.length;
  const planes = new Uint8Array(count * width);
  let weight = 1;
  for (let plane = 0; plane < width; plane++, weight *= 256) {
    const from = plane * count;
    for (let row = 0; row < count; row++) planes[from + row] = Math.floor((whole[row] - base) / weight) % 256;
  }
  return planes;
}

function planesOf(lane: Lane, width: number): Uint8Array {
  const source = new Uint8Array(lane.buffer, lane.byteOffset, lane.byteLength);
  const planes = new Uint8Array(lane.length * width);
  for (let plane = 0; plane < width; plane++) {
    const from = plane * lane.length;
    for (let row = 0; row < lane.length; row++) planes[from + row] = source[row * width + plane];
  }
  return planes;
}
