import { fieldIndex, type Schema } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import { UnknownColumnError } from '../expr/error.js';

/** @throws UnknownColumnError for a column that is not there */
export function requireColumn(name: string, schema: Schema): Field {
  const field = schema.fields[fieldIndex(schema, name)];
  if (field !== undefined) return field;
  throw new UnknownColumnError(
    name,
    schema.fields.map(each => each.name),
  );
}
