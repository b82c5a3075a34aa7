import { types } from 'node:util';
import { inspected, ownProperty } from './safely.js';

/** One thing that a value holds. */
export interface Entry {
  readonly key: string | null;
  readonly value?: unknown;
  /** What there is instead of a value: a getter is not called. */
  readonly accessor?: string;
}

/** The first entries of a value, and how many there are. */
export interface Entries {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** What they are called in counts. */
  readonly noun: string;
  /** The first names of an object's properties, which follow the name of its class. */
  readonly names?: readonly string[];
}

/** The first `most` entries of an object, read without running any of its code. */
export function entriesOf(value: object, most: number): Entries {
  if (types.isMap(value)) return mapEntries(value, most);
  if (types.isSet(value)) return setEntries(value, most);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return numbers(value, most);
  if (types.isAnyArrayBuffer(value)) return numbers(new Uint8Array(value), most);
  if (Array.isArray(value)) return items(value, most);
  return properties(value, most);
}

function mapEntries(map: Map<unknown, unknown>, most: number): Entries {
  const entries: Entry[] = [];
  for (const [key, value] of taken(Map.prototype.entries.call(map), most)) {
    entries.push({ key: `${inspected(key, { depth: 0, most: 80, line: true })} →`, value });
  }
  return { entries, total: sizeOf(Map.prototype, map), noun: 'entry' };
}

function setEntries(set: Set<unknown>, most: number): Entries {
  const values = [...taken(Set.prototype.values.call(set), most)];
  return {
    entries: values.map(value => ({ key: null, value })),
    total: sizeOf(Set.prototype, set),
    noun: 'value',
  };
}

/** The size, also of a class that says another one. */
function sizeOf(prototype: object, value: object): number {
  return Reflect.getOwnPropertyDescriptor(prototype, 'size')?.get?.call(value) as number;
}

function* taken<Value>(values: Iterable<Value>, most: number): Generator<Value> {
  let left = most;
  if (left <= 0) return;
  for (const value of values) {
    yield value;
    if (--left <= 0) return;
  }
}

/** Numbers that lie side by side: sixteen to a line. */
function numbers(view: ArrayBufferView, most: number): Entries {
  const values = view as unknown as ArrayLike<number | bigint>;
  const length = Reflect.apply(lengthOf, view, []) as number;
  const shown = Math.min(length, most === 0 ? 0 : 128);
  const entries: Entry[] = [];
  for (let from = 0; from < shown; from += LINE) {
    const to = Math.min(shown, from + LINE);
    const line = Array.from({ length: to - from }, (_, i) => numberText(values[from + i]));
    entries.push({ key: String(from), accessor: line.join(' ') });
  }
  // The count is of numbers, the entries are lines of them.
  return { entries, total: length - shown + entries.length, noun: 'number' };
}

const LINE = 16;
const lengthOf = Reflect.getOwnPropertyDescriptor(
  Reflect.getPrototypeOf(Uint8Array.prototype) as object,
  'length',
)!.get as () => number;

function numberText(value: number | bigint): string {
  return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
}

function items(array: readonly unknown[], most: number): Entries {
  const length = array.length;
  const entries: Entry[] = [];
  for (let i = 0; i < length && entries.length < most; i++) {
    const item = ownProperty(array, i);
    if (item.kind === 'none') {
      let end = i + 1;
      while (end < length && end - i < MOST_HOLES && !Object.hasOwn(array, end)) end++;
      const empty = end - i >= MOST_HOLES ? 'empty' : `${end - i} empty`;
      entries.push({ key: end - i === 1 ? String(i) : `${i}…${end - 1}`, accessor: `<${empty}>` });
      i = end - 1;
    } else entries.push(entry(String(i), item));
  }
  const past = entries.length === 0 ? 0 : lastIndex(entries) + 1;
  return { entries, total: entries.length + Math.max(0, length - past), noun: 'item' };
}

/** Holes in a row that are counted; a sparse array may have billions. */
const MOST_HOLES = 10_000;

function lastIndex(entries: readonly Entry[]): number {
  const { key } = entries[entries.length - 1];
  return Number((key ?? '0').split('…').at(-1));
}

function properties(object: object, most: number): Entries {
  const names = Object.keys(object);
  const symbols = Object.getOwnPropertySymbols(object).filter(symbol =>
    Object.prototype.propertyIsEnumerable.call(object, symbol),
  );
  const entries: Entry[] = [];
  for (const name of names.slice(0, most)) entries.push(entry(nameText(name), ownProperty(object, name)));
  for (const symbol of symbols.slice(0, most - entries.length)) {
    entries.push(entry(`[${String(symbol)}]`, ownProperty(object, symbol)));
  }
  return { entries, total: names.length + symbols.length, noun: 'property', names: names.slice(0, 6) };
}

function nameText(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]{0,99}$/u.test(name)
    ? name
    : inspected(name, { depth: 0, most: 100, line: true });
}

function entry(key: string, stored: ReturnType<typeof ownProperty>): Entry {
  if (stored.kind === 'value') return { key, value: stored.value };
  return { key, accessor: stored.kind === 'accessor' ? stored.text : '<gone>' };
}
