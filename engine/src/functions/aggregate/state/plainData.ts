import type { PlainValue } from '../define.js';
import { AggregateArgumentError } from '../errors.js';

const ARRAYS = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
} as const;
type ArrayName = keyof typeof ARRAYS;

/**
 * Data of the user's for a snapshot: primitives as they are, and lists that begin with what they stand for. Plain objects, arrays, Maps,
 * Sets and typed arrays can be kept; anything else is an error that names `owner`.
 */
export function encodePlain(owner: string, value: unknown): PlainValue {
  if (value === undefined) return ['undefined'];
  if (value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value))
    return value as PlainValue;
  const encode = (item: unknown): PlainValue => encodePlain(owner, item);
  if (Array.isArray(value)) return ['array', ...value.map(encode)];
  if (value instanceof Map)
    return ['map', ...Array.from(value, ([key, item]) => [encode(key), encode(item)])];
  if (value instanceof Set) return ['set', ...Array.from(value, encode)];
  const name = Object.prototype.toString.call(value).slice(8, -1);
  if (Object.hasOwn(ARRAYS, name)) return [name, ...Array.from(value as Iterable<number>)];
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    return ['object', ...Object.entries(value as object).map(([key, item]) => [key, encode(item)])];
  }
  throw new AggregateArgumentError(
    'MR3143',
    `the state of defineAggregate('${owner}') holds ${name === 'Object' ? 'an instance of a class' : `a ${name}`}, which cannot be copied.`,
    'Keep plain objects, arrays, Maps, Sets and typed arrays of numbers.',
  );
}

/** What `encodePlain` wrote. */
export function decodePlain(plain: PlainValue): unknown {
  if (!Array.isArray(plain)) return plain;
  const [tag, ...items] = plain as unknown as readonly [string, ...PlainValue[]];
  const pairs = (): [unknown, unknown][] =>
    (items as unknown as readonly (readonly [PlainValue, PlainValue])[]).map(([key, item]) => [
      decodePlain(key),
      decodePlain(item),
    ]);
  switch (tag) {
    case 'undefined':
      return undefined;
    case 'array':
      return items.map(decodePlain);
    case 'map':
      return new Map(pairs());
    case 'set':
      return new Set(items.map(decodePlain));
    case 'object':
      return Object.fromEntries(pairs());
    default:
      return ARRAYS[tag as ArrayName].from(items as number[]);
  }
}
