/**
 * An append-only table of distinct strings: a string column holds Int32 codes into one of these. A code never changes
 * its meaning, so batches, states and views that share a dictionary compare codes instead of strings.
 */
export class Dictionary {
  readonly #strings: string[] = [];
  readonly #codes = new Map<string, number>();
  /** The length of all strings together. */
  characters = 0;

  /** @param strings distinct strings, which get the codes of their places */
  constructor(strings: readonly string[] = []) {
    for (const string of strings) this.intern(string);
  }

  /** The strings in the order of their codes; not to be changed. */
  strings(): readonly string[] {
    return this.#strings;
  }

  /** The number of distinct strings: codes run from 0 to size - 1. */
  get size(): number {
    return this.#strings.length;
  }

  /** The string of a code. */
  at(code: number): string {
    return this.#strings[code];
  }

  /** The code of a string, which is added if it is new. */
  intern(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.#strings.length;
    this.#strings.push(value);
    this.#codes.set(value, code);
    this.characters += value.length;
    return code;
  }

  /** The code of a string, or -1 where the dictionary does not hold it. */
  codeOf(value: string): number {
    return this.#codes.get(value) ?? -1;
  }
}
