import type { Dictionary } from '../../../columns/dictionary.js';
import { compareStrings } from '../text.js';

/** A value as object lanes hold it: integers as numbers where they are safe, else bigints; strings as dictionary codes. */
export type HeldValue = number | bigint;

/** An integer as object lanes hold it. */
export function narrow(value: number | bigint): HeldValue {
  if (typeof value === 'number') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The order of held values: NaN is greatest and equals itself; with a dictionary they are strings, by code points. */
export function compareHeld(a: HeldValue, b: HeldValue, dictionary: Dictionary | null): number {
  if (dictionary !== null) {
    return a === b ? 0 : compareStrings(dictionary.at(a as number), dictionary.at(b as number));
  }
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(a !== a) - Number(b !== b);
}

/** How much later one time is than another. */
export function timeBetween(from: HeldValue, to: HeldValue): number {
  if (typeof from === typeof to) return Number((to as number) - (from as number));
  return Number(BigInt(to) - BigInt(from));
}
