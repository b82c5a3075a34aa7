import type { ViewColumn } from '../view.js';
import { measureOf } from './fields.js';
import { isObject } from './specTree.js';

/** What a spec of plain marks may say: all of it is looked at, so that what is new in a spec is never taken for plain. */
export const SPEC_KEYS = ['$schema', 'title', 'description', 'name', 'width', 'height', 'mark', 'encoding'];
export const AXIS_KEYS = ['field', 'type', 'title', 'axis', 'scale'];
export const LEGEND_KEYS = ['field', 'type', 'title', 'legend', 'scale'];

/** A channel that is nothing but a column, and the type that the spec says. */
export interface PlainField {
  readonly field: string;
  readonly type: string | undefined;
}

/**
 * The column of a channel that is nothing but a column; null: it is more, or something else. A name with a path in it is none.
 *
 * @param keys what it may say
 * @param scaleKeys what its scale may say
 * @param types that it may have, where it says one
 */
export function plainField(
  channel: unknown,
  keys: readonly string[],
  scaleKeys: readonly string[],
  types: readonly string[],
): PlainField | null {
  if (!isObject(channel) || !hasOnly(channel, keys)) return null;
  const { field, type, scale } = channel;
  if (typeof field !== 'string' || /[.[\]\\]/.test(field)) return null;
  if (type !== undefined && !types.includes(String(type))) return null;
  if (scale !== undefined && !(isObject(scale) && hasOnly(scale, scaleKeys))) return null;
  return { field, type: type === undefined ? undefined : String(type) };
}

/** Whether an object has no other keys than these. */
export function hasOnly(object: object, keys: readonly string[]): boolean {
  return Object.keys(object).every(key => keys.includes(key));
}

/** The kind of measurement of each column by its type, as a function of names; null: there is no such column. */
export function measures(columns: readonly ViewColumn[]): (name: string) => string | null {
  return name => {
    const column = columns.find(each => each.name === name);
    return column === undefined ? null : measureOf(column);
  };
}
