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

/** From so many keys on an object's are looked up. */
const MANY_KEYS = 16;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- control characters are what JSON's strings may not hold
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

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
    const keys: string[] = [];
    const values: string[] = [];
    /** The places of keys, once there are many. */
    let places: Map<string, number> | null = null;
    this.#at++;
    if (this.#takes('}')) return '{}';
    do {
      this.#skip();
      const key = this.text[this.#at] === '"' ? this.#string() : null;
      if (key === null || !this.#takes(':')) return null;
      const value = this.value(depth);
      if (value === null) return null;
      const place = places === null ? keys.indexOf(key) : (places.get(key) ?? -1);
      if (place >= 0) {
        values[place] = value;
        continue;
      }
      places?.set(key, keys.length);
      keys.push(key);
      values.push(value);
      if (keys.length === MANY_KEYS) places = new Map(keys.map((each, k) => [each, k]));
    } while (this.#takes(','));
    if (!this.#takes('}')) return null;
    let json = '{';
    for (let k = 0; k < keys.length; k++) json += `${k === 0 ? '' : ','}${keys[k]}:${values[k]}`;
    return `${json}}`;
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
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      // Nearly always there is none.
      if (code > 32 || (code !== 32 && code !== 9 && code !== 10 && code !== 13)) return;
      this.#at++;
    }
  }

  #match(pattern: RegExp): string | null {
    const from = this.#at;
    pattern.lastIndex = from;
    // `exec` would make a list of each match.
    if (!pattern.test(this.text)) return null;
    this.#at = pattern.lastIndex;
    return this.text.slice(from, this.#at);
  }
}
