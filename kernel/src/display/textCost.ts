import { types } from 'node:util';
import { isObject, ownProperty } from './safely.js';

/** How deep and how far Node's own text of a value goes. */
export const TEXT_DEPTH = 4;
export const TEXT_ITEMS = 100;

/** Parts of a value that Node's own text is made of at most: it has no bound on properties, nor on what comes many times. */
const MOST_PARTS = 1000;

/** Whether Node's own text of a value stays short: reckoned on what it would visit, without running any of its code. */
export function isTextShort(value: unknown): boolean {
  let parts = 0;
  const visit = (held: unknown, depth: number): boolean => {
    if (++parts > MOST_PARTS) return false;
    if (!isObject(held) || depth > TEXT_DEPTH || types.isProxy(held)) return true;
    if (types.isMap(held)) return first(Map.prototype.values.call(held), depth);
    if (types.isSet(held)) return first(Set.prototype.values.call(held), depth);
    if (ArrayBuffer.isView(held) || types.isAnyArrayBuffer(held)) return true;
    if (Array.isArray(held)) {
      const length = Math.min(held.length, TEXT_ITEMS);
      for (let i = 0; i < length; i++) if (!visitProperty(held, i, depth)) return false;
      return true;
    }
    const names = Object.keys(held);
    if (names.length > MOST_PARTS) return false;
    return names.every(name => visitProperty(held, name, depth));
  };
  const visitProperty = (held: object, key: PropertyKey, depth: number): boolean => {
    const stored = ownProperty(held, key);
    return stored.kind !== 'value' || visit(stored.value, depth + 1);
  };
  const first = (values: Iterable<unknown>, depth: number): boolean => {
    let left = TEXT_ITEMS;
    for (const held of values) {
      if (left-- === 0) break;
      if (!visit(held, depth + 1)) return false;
    }
    return true;
  };
  return visit(value, 0);
}
