import type { Field } from './types.js';

/** An ordered list of fields with unique names. Plain data. */
export interface Schema {
  readonly fields: readonly Field[];
}

/** The position of a column, or -1. */
export function fieldIndex(schema: Schema, name: string): number {
  return schema.fields.findIndex(field => field.name === name);
}
