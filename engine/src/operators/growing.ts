/** A copy of an array of times, or other numbers, with room for at least `needed`. */
export function grownTimes(array: Float64Array, needed: number): Float64Array<ArrayBuffer> {
  let length = Math.max(16, array.length);
  while (length < needed) length *= 2;
  const next = new Float64Array(length);
  next.set(array);
  return next;
}

/** A copy of an array of small numbers with room for at least `needed`. */
export function grownBytes(array: Uint8Array, needed: number): Uint8Array<ArrayBuffer> {
  let length = Math.max(16, array.length);
  while (length < needed) length *= 2;
  const next = new Uint8Array(length);
  next.set(array);
  return next;
}
