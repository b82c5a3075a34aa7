/** Positions in order, each once; those that are none are left out. Sorts what it is given. */
export function distinct(positions: Int32Array): Int32Array {
  positions.sort();
  let count = 0;
  for (const position of positions) {
    if (position < 0 || (count > 0 && positions[count - 1] === position)) continue;
    positions[count++] = position;
  }
  return positions.subarray(0, count);
}
