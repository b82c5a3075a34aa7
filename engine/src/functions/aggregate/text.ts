/** Compares by code points; JavaScript's own order is by UTF-16 units, which puts U+FF5E after U+1F600. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xIsSurrogate = x >= 0xd800 && x <= 0xdfff;
    const yIsSurrogate = y >= 0xd800 && y <= 0xdfff;
    return xIsSurrogate === yIsSurrogate ? x - y : xIsSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}

/** Whether the string of one code comes before that of another. */
export function comesBefore(dictionary: { at(code: number): string }, a: number, b: number): boolean {
  return a !== b && compareStrings(dictionary.at(a), dictionary.at(b)) < 0;
}
