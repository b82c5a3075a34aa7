import { inspect, types } from 'node:util';

/** A property as it is stored: nothing of the value's own code runs to read it. */
export type Stored =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'accessor'; readonly text: string }
  | { readonly kind: 'none' };

/** Reads an object's own property without calling its getter. A Proxy says nothing, since asking runs its code. */
export function ownProperty(object: object, key: PropertyKey): Stored {
  if (types.isProxy(object)) return { kind: 'none' };
  try {
    const found = Reflect.getOwnPropertyDescriptor(object, key);
    if (found === undefined) return { kind: 'none' };
    if ('value' in found) return { kind: 'value', value: found.value };
    const { get, set } = found;
    const text = get === undefined ? '[Setter]' : set === undefined ? '[Getter]' : '[Getter/Setter]';
    return { kind: 'accessor', text };
  } catch {
    // A name of a module that has no value yet.
    return { kind: 'accessor', text: '[no value yet]' };
  }
}

/** Prototypes that are looked at for what a value inherits. */
const MOST_PROTOTYPES = 20;

/** Reads a property that may be inherited, without calling getters. */
export function storedProperty(object: object, key: PropertyKey): Stored {
  let at: object | null = object;
  for (let i = 0; at !== null && i < MOST_PROTOTYPES; i++) {
    const found = ownProperty(at, key);
    if (found.kind !== 'none' || types.isProxy(at)) return found;
    at = Reflect.getPrototypeOf(at);
  }
  return { kind: 'none' };
}

/** A method of a value as it is stored, or null. */
export function storedMethod(value: unknown, key: PropertyKey): ((...args: never[]) => unknown) | null {
  if (!isObject(value)) return null;
  const found = storedProperty(value, key);
  return found.kind === 'value' && typeof found.value === 'function'
    ? (found.value as (...args: never[]) => unknown)
    : null;
}

/** Whether a value has properties: an object or a function. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The name of a value's class, as its prototype says it; null where there is none. */
export function className(value: object): string | null {
  if (types.isProxy(value)) return null;
  let at = Reflect.getPrototypeOf(value);
  for (let i = 0; at !== null && i < MOST_PROTOTYPES; i++) {
    if (types.isProxy(at)) return null;
    const made = ownProperty(at, 'constructor');
    if (made.kind === 'value' && typeof made.value === 'function') {
      const name = ownProperty(made.value, 'name');
      if (name.kind === 'value' && typeof name.value === 'string' && name.value !== '') return name.value;
    }
    at = Reflect.getPrototypeOf(at);
  }
  return null;
}

interface InspectOptions {
  readonly depth: number;
  /** Characters at most. */
  readonly most: number;
  /** Entries of each list at most. */
  readonly items?: number;
  /** All in one line. */
  readonly line?: boolean;
}

/** Node's own text of a value, cut; its code may throw, which is told instead. */
export function inspected(value: unknown, options: InspectOptions): string {
  const text = inspectedOrError(value, options);
  return typeof text === 'string' ? text : `[its text cannot be made: ${thrownText(text.error)}]`;
}

/** Node's own text of a value, cut, or what making it has thrown. */
export function inspectedOrError(
  value: unknown,
  options: InspectOptions,
): string | { readonly error: unknown } {
  const settings = {
    depth: options.depth,
    maxArrayLength: options.items ?? 100,
    maxStringLength: options.most,
    // The target's own text would be asked of the Proxy.
    customInspect: !types.isProxy(value),
    ...(options.line === true ? { breakLength: Infinity, compact: true } : {}),
  };
  try {
    return cut(inspect(value, settings), options.most);
  } catch (error) {
    return { error };
  }
}

/** What was thrown, in one short line. */
export function thrownText(error: unknown): string {
  if (!types.isNativeError(error)) return typeof error === 'string' ? cut(error, 200) : `a ${typeof error}`;
  const part = (key: 'name' | 'message'): string => {
    const found = storedProperty(error, key);
    return found.kind === 'value' && typeof found.value === 'string' ? found.value : '';
  };
  return cut([part('name') || 'Error', part('message')].filter(text => text !== '').join(': '), 300);
}

/** A text of at most so many characters, which says how much is left out. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)}… ${counted(text.length - most, 'more character')}`;
}

/** A count with its noun: `1 row`, `2,000 rows`. */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : many}`;
}
