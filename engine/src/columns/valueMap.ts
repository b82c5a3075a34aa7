import { hashBigInt, hashNumber } from './hash.js';

interface Entry<Key, Item> {
  readonly key: Key;
  item: Item;
  /** The next one of the same hash. */
  next: Entry<Key, Item> | null;
  /** The neighbours by the order in which they came. */
  earlier: Entry<Key, Item> | null;
  later: Entry<Key, Item> | null;
}

/**
 * A map whose keys come from outside. The hash of a number in a `Map` is known to everybody, so numbers could be chosen that meet in it; here they lie
 * under a hash of their own. Equal are what a `Map` takes for equal: all NaN, and 0 and -0. Numbers are gone through in the order in which they came.
 */
export class ValueMap<Key, Item> {
  /** Under a number's hash all that have it, which is nearly always one. */
  readonly #hashed = new Map<number, Entry<Key, Item>>();
  /** Text and the few other values there are: a `Map` hashes text with a secret. */
  readonly #plain = new Map<Key, Item>();
  #first: Entry<Key, Item> | null = null;
  #last: Entry<Key, Item> | null = null;
  #numbers = 0;

  get size(): number {
    return this.#plain.size + this.#numbers;
  }

  get(key: Key): Item | undefined {
    const hash = hashOf(key);
    return hash === null ? this.#plain.get(key) : this.#find(key, hash)?.item;
  }

  set(key: Key, item: Item): void {
    const hash = hashOf(key);
    if (hash === null) {
      this.#plain.set(key, item);
      return;
    }
    const known = this.#find(key, hash);
    if (known !== null) {
      known.item = item;
      return;
    }
    const next = this.#hashed.get(hash) ?? null;
    const entry = { key, item, next, earlier: this.#last, later: null };
    this.#hashed.set(hash, entry);
    if (this.#last === null) this.#first = entry;
    else this.#last.later = entry;
    this.#last = entry;
    this.#numbers++;
  }

  delete(key: Key): void {
    const hash = hashOf(key);
    if (hash === null) {
      this.#plain.delete(key);
      return;
    }
    const known = this.#find(key, hash);
    if (known === null) return;
    let before = this.#hashed.get(hash) as Entry<Key, Item>;
    if (before === known) {
      if (known.next === null) this.#hashed.delete(hash);
      else this.#hashed.set(hash, known.next);
    } else {
      while (before.next !== known) before = before.next as Entry<Key, Item>;
      before.next = known.next;
    }
    if (known.earlier === null) this.#first = known.later;
    else known.earlier.later = known.later;
    if (known.later === null) this.#last = known.earlier;
    else known.later.earlier = known.earlier;
    this.#numbers--;
  }

  *entries(): Generator<[Key, Item]> {
    for (let entry = this.#first; entry !== null; entry = entry.later) yield [entry.key, entry.item];
    yield* this.#plain;
  }

  keys(): Key[] {
    return Array.from(this.entries(), ([key]) => key);
  }

  values(): Item[] {
    return Array.from(this.entries(), ([, item]) => item);
  }

  #find(key: Key, hash: number): Entry<Key, Item> | null {
    let entry = this.#hashed.get(hash) ?? null;
    while (entry !== null && entry.key !== key && (key === key || entry.key === entry.key))
      entry = entry.next;
    return entry;
  }
}

/** The hash of a number; null for what is none. */
function hashOf(key: unknown): number | null {
  if (typeof key === 'number') return hashNumber(key === 0 ? 0 : key !== key ? NaN : key);
  return typeof key === 'bigint' ? hashBigInt(key) : null;
}
