import { compareStrings } from '../functions/aggregate/text.js';
import { MapReduceError } from './mapReduceError.js';

/** A part of a key: what is equal everywhere it goes. */
export type KeyPart = string | number | boolean | null;
/** A key of mapReduce: a value, or a list of them. */
export type MapKey = KeyPart | readonly KeyPart[];

/** What finds a key in a map: equal keys have equal ids. Lists have their text; -0 is 0, as in any map. */
export function keyId(key: MapKey): KeyPart {
  if (typeof key !== 'object' || key === null) return key;
  // JSON has one text for all that is no finite number.
  return JSON.stringify(key.map(part => (typeof part === 'number' ? `${part === 0 ? 0 : part}` : [part])));
}

/** What kind a key is of: all keys of one run are of one kind, or NULL. */
export function keyKind(key: unknown): string {
  if (Array.isArray(key)) return `list of ${key.length}`;
  return key === null ? 'null' : typeof key;
}

/** The key of a pair, which must be one that can be compared. */
export function checkedKey(key: unknown): MapKey {
  switch (typeof key) {
    case 'string':
    case 'number':
    case 'boolean':
      return key;
    default:
      if (key === null || key === undefined) return null;
      if (Array.isArray(key) && key.every(part => part === null || isPart(part))) return key as KeyPart[];
      throw new MapReduceError(
        'MR2207',
        `map() of mapReduce() gave a key that cannot be compared: ${Object.prototype.toString.call(key)}.`,
        'Keys are text, numbers, booleans, null, or lists of these.',
      );
  }
}

function isPart(part: unknown): boolean {
  return typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean';
}

/** Keys of two kinds have no order. */
export function mixedKeys(a: string, b: string): MapReduceError {
  return new MapReduceError(
    'MR2207',
    `map() of mapReduce() gave keys of different kinds: ${a} and ${b}.`,
    'Give keys of one kind, e.g. String(key).',
  );
}

/** Compares keys of one kind: numbers by size and NaN last of them, text by code points, NULL last, lists part by part. */
export function compareKeys(a: MapKey, b: MapKey): number {
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    for (let k = 0; k < Math.min(a.length, b.length); k++) {
      const difference = compareParts(a[k], b[k]);
      if (difference !== 0) return difference;
    }
    return a.length - b.length;
  }
  return compareParts(a as KeyPart, b as KeyPart);
}

/** The same of single values. */
export function compareParts(a: KeyPart, b: KeyPart): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  // Parts of lists may be of any type: those of one type lie together.
  if (typeof a !== typeof b) return typeof a < typeof b ? -1 : 1;
  if (typeof a === 'string') return compareStrings(a, b as string);
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(a !== a) - Number(b !== b);
}

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

/** Which of so many partitions a key's pairs go to: the same in every thread. */
export function partitionOf(id: KeyPart, partitions: number): number {
  let hash = 0x811c9dc5;
  if (typeof id === 'string') {
    for (let k = 0; k < id.length; k++) hash = Math.imul(hash ^ id.charCodeAt(k), 0x01000193);
  } else {
    bits[0] = id === null ? -1.5 : Number(id) === 0 ? 0 : Number(id);
    hash = Math.imul(words[0], 0x85ebca6b) ^ Math.imul(words[1], 0xc2b2ae35);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x27d4eb2f);
  hash ^= hash >>> 13;
  return (hash >>> 0) % partitions;
}
