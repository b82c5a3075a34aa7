/** The offset in UTF-16 units of a count of code points: Jupyter counts the latter, JavaScript the former. */
export function fromCodePoints(text: string, codePoints: number): number {
  let offset = 0;
  for (let count = 0; count < codePoints && offset < text.length; count++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The count of code points before an offset in UTF-16 units. */
export function toCodePoints(text: string, offset: number): number {
  let count = 0;
  for (let at = 0; at < offset; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return count;
}
