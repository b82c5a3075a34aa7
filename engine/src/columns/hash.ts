/**
 * Hashes of values from outside, keyed with secret numbers that each process draws for itself: whoever sends the values cannot choose ones that meet in
 * a table. Nothing that is told or written may depend on a hash, so the same input gives the same output in every process.
 */
const [FIRST, SECOND, THIRD, FOURTH] = crypto.getRandomValues(new Int32Array(4));

const bits = new BigInt64Array(1);
const doubles = new Float64Array(bits.buffer);
const words = new Int32Array(bits.buffer);

/** A hash of a whole number of 32 bits: two have never the same. */
function hashWord(word: number): number {
  let hash = Math.imul(word ^ FIRST, 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ SECOND, 0x27d4eb2f);
  return hash ^ (hash >>> 13);
}

/** A hash of two words. The first one is mixed before the second one is added: else steps of both could undo each other, whatever the secret. */
export function hashPair(first: number, second: number): number {
  let hash = Math.imul(hashWord(first) ^ second ^ THIRD, 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ FOURTH, 0x9e3779b1);
  return hash ^ (hash >>> 13);
}

/** A hash of a number; NaN must be the one NaN there is, and 0 no -0. */
export function hashNumber(value: number): number {
  const whole = value | 0;
  if (whole === value) return hashWord(whole);
  doubles[0] = value;
  return hashPair(words[0], words[1]);
}

/** A hash of a whole number of 64 bits. */
export function hashBigInt(value: bigint): number {
  bits[0] = value;
  return hashPair(words[0], words[1]);
}

/** A hash of `bytes[from, to)`. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = (to - from) ^ FIRST;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const word = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
  }
  let rest = 0;
  for (; i < to; i++) rest = (rest << 8) | bytes[i];
  hash = Math.imul(hash ^ rest ^ SECOND, 0xc2b2ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x9e3779b1);
  return hash ^ (hash >>> 13);
}
