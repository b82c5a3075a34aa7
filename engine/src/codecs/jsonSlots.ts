import { found } from './jsonRow.js';
import { JsonSkipper, skipSpace } from './jsonSkipper.js';

const encoder = new TextEncoder();

/** Objects inside objects are looked into so deep. */
const MOST_DEEP = 4;
/** Keys of so many places are expected where they were in the object before. */
const MOST_PLACES = 256;

/** A key that is looked for, or has been seen: with its quotes, where its value goes (-1: nowhere), and what is looked for inside it. */
interface Key {
  readonly bytes: Uint8Array;
  slot: number;
  inside: Keys | null;
}

/** The keys that are looked for in an object, and those that were at its places in the object before. */
interface Keys {
  readonly wanted: Key[];
  readonly expected: (Key | undefined)[];
}

/**
 * Finds where the values of some paths lie in a JSON object, in one pass and without making anything of them. Objects of one feed look alike, so
 * each key is first compared with the one that was at its place before.
 *
 * @example new JsonSlots(['e', 'k.o'], skipper)      // `starts[1]` is where {"e":…,"k":{"o":…}} has its `o`
 */
export class JsonSlots {
  /** Why there is no object. */
  fault = '';
  /** Where the value of each path begins, by its place in the list; -1: it is not there. */
  readonly starts: Int32Array;
  /** Where it ends. */
  readonly ends: Int32Array;
  readonly #root: Keys = { wanted: [], expected: [] };
  #keyEnd = -1;

  /**
   * @param paths keys, with a point before those of an object inside
   * @param unwrap a key whose object's members are as good as those of the object around it
   */
  constructor(
    readonly paths: readonly string[],
    private readonly skipper: JsonSkipper,
    unwrap: string | null = null,
  ) {
    this.starts = new Int32Array(paths.length);
    this.ends = new Int32Array(paths.length);
    paths.forEach((path, slot) => {
      const names = path.split('.');
      let keys = this.#root;
      names.forEach((name, depth) => {
        const key = wantedKey(keys, name);
        if (depth === names.length - 1) key.slot = slot;
        else keys = key.inside ??= { wanted: [], expected: [] };
      });
    });
    if (unwrap !== null) wantedKey(this.#root, unwrap).inside = { wanted: this.#root.wanted, expected: [] };
  }

  /** Looks into the object at `from`; returns the position behind it, or -1 with `fault` set. The skipper's scanner has to be on the same bytes. */
  read(bytes: Uint8Array, from: number, to: number): number {
    this.starts.fill(-1);
    return this.#object(this.#root, bytes, from, to, 1);
  }

  #object(keys: Keys, bytes: Uint8Array, from: number, to: number, depth: number): number {
    let p = skipSpace(bytes, from);
    if (bytes[p] !== 123) return this.#fail(`a JSON object is expected, and ${found(bytes, p, to)}`);
    p = skipSpace(bytes, p + 1);
    if (bytes[p] === 125) return p + 1;
    for (let place = 0; ; place++) {
      const key = this.#key(keys, bytes, p, to, place);
      if (this.#keyEnd < 0) return -1;
      p = skipSpace(bytes, this.#keyEnd);
      if (bytes[p] !== 58) return this.#fail(`':' is expected after a key, and ${found(bytes, p, to)}`);
      p = skipSpace(bytes, p + 1);
      const start = p;
      const inside = key?.inside ?? null;
      p =
        inside !== null && bytes[p] === 123 && depth < MOST_DEEP
          ? this.#object(inside, bytes, p, to, depth + 1)
          : this.#value(bytes, p, to);
      if (p < 0) return -1;
      if (key !== null && key.slot >= 0) {
        this.starts[key.slot] = start;
        this.ends[key.slot] = p;
      }
      p = skipSpace(bytes, p);
      if (bytes[p] === 125) return p + 1;
      if (bytes[p] !== 44)
        return this.#fail(`',' or '}' is expected after a value, and ${found(bytes, p, to)}`);
      p = skipSpace(bytes, p + 1);
    }
  }

  /** The key at `p`, null where nobody looks for it; `#keyEnd` is behind it, or -1. */
  #key(keys: Keys, bytes: Uint8Array, p: number, to: number, place: number): Key | null {
    const expected = keys.expected[place];
    if (expected !== undefined && startsWith(bytes, p, expected.bytes)) {
      this.#keyEnd = p + expected.bytes.length;
      return expected;
    }
    this.#keyEnd = bytes[p] === 34 ? this.#value(bytes, p, to) : -1;
    if (this.#keyEnd < 0) {
      this.fault = `a key in quotes is expected, and ${found(bytes, p, to)}`;
      return null;
    }
    const key = keys.wanted.find(each => startsWith(bytes, p, each.bytes)) ?? null;
    if (place < MOST_PLACES) {
      keys.expected[place] = key ?? { bytes: bytes.slice(p, this.#keyEnd), slot: -1, inside: null };
    }
    return key;
  }

  #value(bytes: Uint8Array, p: number, to: number): number {
    if (bytes[p] === 34) {
      let q = p + 1;
      let byte = bytes[q];
      while (byte !== 34 && byte !== 92 && byte >= 32) byte = bytes[++q];
      if (byte === 34) return q + 1;
    }
    const end = this.skipper.skip(bytes, p, to);
    return end < 0 ? this.#fail(this.skipper.fault) : end;
  }

  #fail(reason: string): -1 {
    this.fault = reason;
    return -1;
  }
}

function wantedKey(keys: Keys, name: string): Key {
  const bytes = encoder.encode(JSON.stringify(name));
  const known = keys.wanted.find(
    each => each.bytes.length === bytes.length && startsWith(bytes, 0, each.bytes),
  );
  if (known !== undefined) return known;
  const key: Key = { bytes, slot: -1, inside: null };
  keys.wanted.push(key);
  return key;
}

function startsWith(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
