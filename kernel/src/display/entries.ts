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
  if (ArrayBuffer.isView(value) && !types.isDataView(value)) return numbers(value, most);
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

/** Numbers that lie side by side: sixteen to a line, of those with fractions eight. */
function numbers(view: ArrayBufferView, most: number): Entries {
  const values = view as unknown as ArrayLike<number | bigint>;
  const length = Reflect.apply(lengthOf, view, []) as number;
  const isFloat = types.isFloat32Array(view) || types.isFloat64Array(view);
  const entries: Entry[] = [];
  const digits = types.isFloat32Array(view) ? SINGLE_DIGITS : null;
  const perLine = isFloat ? LINE / 2 : LINE;
  const shown = Math.min(length, most === 0 ? 0 : MOST_LINES * perLine);
  for (let from = 0; from < shown; from += perLine) {
    const to = Math.min(shown, from + perLine);
    const line = Array.from({ length: to - from }, (_, i) => numberText(values[from + i], digits));
    entries.push({ key: String(from), accessor: line.join(' ') });
  }
  // The count is of numbers, the entries are lines of them.
  return { entries, total: length - shown + entries.length, noun: 'number' };
}

const LINE = 16;
const MOST_LINES = 8;
const lengthOf = Reflect.getOwnPropertyDescriptor(
  Reflect.getPrototypeOf(Uint8Array.prototype) as object,
  'length',
)!.get as () => number;

/** Digits that a float of 32 bits has: more are those of its way into 64. */
const SINGLE_DIGITS = 8;

function numberText(value: number | bigint, digits: number | null): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  return String(digits === null ? value : Number(value.toPrecision(digits)));
}

function items(array: readonly unknown[], most: number): Entries {
  const { length } = array;
  const entries: Entry[] = [];
  let at = 0;
  for (; at < length && entries.length < most; at++) {
    const item = ownProperty(array, at);
    if (item.kind !== 'none') {
      entries.push(entry(String(at), item));
      continue;
    }
    const end = endOfHole(array, at);
    const key = end - at === 1 ? String(at) : `${at}…${end - 1}`;
    entries.push({ key, accessor: `<${end - at} empty>` });
    at = end - 1;
  }
  return { entries, total: entries.length + length - at, noun: 'item' };
}

/** Places that are looked at one by one; a sparse array may have billions. */
const MOST_PLACES = 10_000;

/** The first place behind a hole that holds something. */
function endOfHole(array: readonly unknown[], from: number): number {
  let end = from + 1;
  while (end < array.length && end - from < MOST_PLACES && !Object.hasOwn(array, end)) end++;
  if (end - from < MOST_PLACES) return end;
  const next = Object.keys(array).find(key => /^\d+$/.test(key) && Number(key) >= end);
  return next === undefined ? array.length : Number(next);
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
