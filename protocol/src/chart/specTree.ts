import { ROWS } from './fields.js';

/** The lists of parts that a part of a spec can have. */
export const CHILD_LISTS = ['layer', 'concat', 'hconcat', 'vconcat'] as const;

/** Whether a value is a plain JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as an object; one without members where it is none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

/** Which of a chart's tables a name is of, see `tableName`; 0: the first, whatever else it is called. */
export function tableIndex(name: string): number {
  return Number(NUMBERED.exec(name)?.[1] ?? 0);
}

const NUMBERED = new RegExp(`^${ROWS}(\\d+)$`);
