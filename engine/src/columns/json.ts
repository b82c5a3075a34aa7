/**
 * JSON values as text in one canonical form: no white space, keys in the order in which they were written (the last of equal ones
 * counts), strings with as few escapes as may be, and numbers digit for digit as they were written, so that none is rounded. Equal
 * texts are equal values; values that differ in the order of keys or in the digits of a number are different ones.
 */

/** How deep objects and arrays may be nested. */
export const MAX_JSON_DEPTH = 64;

/** The canonical text of a JSON text; null where it is no JSON, or nested deeper than `MAX_JSON_DEPTH`. */
export function canonicalJson(text: string): string | null {
  const reader = new Reader(text);
  const value = reader.value(0);
  return value !== null && reader.atEnd() ? value : null;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- control characters are what JSON's strings may not hold
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SPACE = /[ \t\r\n]*/y;

class Reader {
  #at = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.#skip();
    return this.#at === this.text.length;
  }

  value(depth: number): string | null {
    this.#skip();
    const { text } = this;
    switch (text[this.#at]) {
      case '{':
        return depth === MAX_JSON_DEPTH ? null : this.#object(depth + 1);
      case '[':
        return depth === MAX_JSON_DEPTH ? null : this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true');
      case 'f':
        return this.#word('false');
      case 'n':
        return this.#word('null');
      default:
        return this.#match(NUMBER);
    }
  }

  #object(depth: number): string | null {
    const members = new Map<string, string>();
    this.#at++;
    if (this.#takes('}')) return '{}';
    do {
      this.#skip();
      const key = this.text[this.#at] === '"' ? this.#string() : null;
      if (key === null || !this.#takes(':')) return null;
      const value = this.value(depth);
      if (value === null) return null;
      members.set(key, value);
    } while (this.#takes(','));
    if (!this.#takes('}')) return null;
    return `{${Array.from(members, ([key, value]) => `${key}:${value}`).join(',')}}`;
  }

  #array(depth: number): string | null {
    const items: string[] = [];
    this.#at++;
    if (this.#takes(']')) return '[]';
    do {
      const value = this.value(depth);
      if (value === null) return null;
      items.push(value);
    } while (this.#takes(','));
    return this.#takes(']') ? `[${items.join(',')}]` : null;
  }

  #string(): string | null {
    const raw = this.#match(STRING);
    if (raw === null || !raw.includes('\\')) return raw;
    return JSON.stringify(JSON.parse(raw));
  }

  #word(word: string): string | null {
    if (!this.text.startsWith(word, this.#at)) return null;
    this.#at += word.length;
    return word;
  }

  #takes(character: string): boolean {
    this.#skip();
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skip(): void {
    this.#match(SPACE);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }
}
