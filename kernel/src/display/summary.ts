import { inspect, types } from 'node:util';
import { className, counted, cut, inspected, storedMethod, thrownText } from './safely.js';
import type { Tone } from './tree.js';

interface Summary {
  readonly text: string;
  readonly tone: Tone;
}

/** Characters of a text inside of a tree. */
const MOST = 200;

/** What a value is, in one line. */
export function summary(value: unknown): Summary {
  switch (typeof value) {
    case 'string':
      return { text: inspected(value, { depth: 0, most: MOST, line: true }), tone: 'string' };
    case 'number':
    case 'bigint':
      return { text: cut(inspect(value), MOST), tone: 'number' };
    case 'boolean':
    case 'undefined':
      return { text: String(value), tone: 'atom' };
    case 'symbol':
      return { text: cut(String(value), MOST), tone: 'atom' };
    case 'function':
      return { text: functionText(value), tone: 'name' };
    default:
      return value === null ? { text: 'null', tone: 'atom' } : objectSummary(value as object);
  }
}

/** Whether an object is shown in one line, whatever it holds: it has a text of its own, or nothing to see. */
export function isLeaf(value: object): boolean {
  if (types.isBoxedPrimitive(value) || types.isDate(value) || types.isRegExp(value)) return true;
  if (types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value)) return true;
  return storedMethod(value, inspect.custom) !== null;
}

function objectSummary(value: object): Summary {
  if (types.isProxy(value)) return { text: `Proxy ${line(value)}`, tone: 'dim' };
  if (types.isNativeError(value)) return { text: thrownText(value), tone: 'name' };
  if (isLeaf(value)) return { text: line(value), tone: types.isDate(value) ? 'atom' : 'name' };
  const name = className(value);
  if (Array.isArray(value)) return named(name ?? 'Array', `(${value.length.toLocaleString('en-US')})`);
  if (types.isMap(value) || types.isSet(value)) {
    const size = (types.isMap(value) ? Map : Set).prototype;
    const count = Reflect.getOwnPropertyDescriptor(size, 'size')?.get?.call(value) as number;
    return named(name ?? (types.isMap(value) ? 'Map' : 'Set'), `(${count.toLocaleString('en-US')})`);
  }
  if (types.isAnyArrayBuffer(value) || types.isDataView(value)) {
    return named(name ?? 'ArrayBuffer', ` { ${counted(value.byteLength, 'byte')} }`);
  }
  if (ArrayBuffer.isView(value)) {
    const { length } = value as unknown as ArrayLike<unknown>;
    return named(name ?? 'TypedArray', `(${length.toLocaleString('en-US')})`);
  }
  return named(name ?? '[Object: null prototype]', '');
}

function named(name: string, rest: string): Summary {
  return { text: cut(name, 100) + rest, tone: 'name' };
}

function line(value: object): string {
  return inspected(value, { depth: 0, most: MOST, line: true }).replaceAll(/\s*\n\s*/g, ' ');
}

function functionText(value: object): string {
  if (types.isProxy(value)) return 'Proxy [Function]';
  return inspected(value, { depth: -1, most: MOST, line: true }).replaceAll(/\s*\n\s*/g, ' ');
}
