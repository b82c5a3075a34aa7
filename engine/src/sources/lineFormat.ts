import type { RejectRow, RowDecoder } from '../codecs/decoder.js';
import type { Schema } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import type { SourceRequest } from './source.js';

/** How many rows of the sample the types are inferred from. */
export const SAMPLE_ROWS = 10_000;

/** What a look at the beginning of a text tells. */
export interface InspectedText {
  readonly fields: readonly Field[];
  /** Whether the fields were inferred, not declared. */
  readonly inferred: boolean;
  readonly notes: readonly string[];
  /** The byte that the first row begins at. */
  readonly start: number;
  /** A decoder of the rows; `tail` for a piece of the text that may begin in the middle. */
  decoder(schema: Schema, reject: RejectRow): RowDecoder;
}

/**
 * A text format of rows, one behind the other. `inspect` looks at the first `length` bytes (one more byte stands behind
 * them), which are the whole text where `complete`.
 */
export type InspectText = (
  label: string,
  sample: Uint8Array,
  length: number,
  complete: boolean,
  request: SourceRequest,
) => InspectedText;
