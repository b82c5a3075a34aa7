/** Characters of a name or a value in a summary at most. */
const MOST = 60;

/** Text of whoever wrote the notebook, or of data, as a sentence can hold it: one line, and not long. */
export function plainText(text: string, most = MOST): string {
  const line = text
    .slice(0, 4 * most)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  return shortened(line, most);
}

/** Text that is cut after so many characters, between two of them. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A list as people read it: `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
