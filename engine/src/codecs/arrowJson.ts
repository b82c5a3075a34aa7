import type { DataType } from '../columns/types.js';

/** Where Arrow's metadata of a field names an extension type, and the name of that of JSON in a text column. */
const EXTENSION = 'ARROW:extension:name';
const ARROW_JSON = 'arrow.json';

/** The metadata by which Arrow knows a JSON column from a text column; null for any other type. */
export function jsonMetadata(type: DataType): Map<string, string> | null {
  return type.kind === 'json' ? new Map([[EXTENSION, ARROW_JSON]]) : null;
}

/** Whether a field's metadata say that its text is JSON. */
export function isJsonMetadata(metadata: Iterable<readonly [string, string]> | null | undefined): boolean {
  return metadata !== null && metadata !== undefined && new Map(metadata).get(EXTENSION) === ARROW_JSON;
}
