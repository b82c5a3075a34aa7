import { MAX_LINE_BYTES } from './decoder.js';

/** How a CSV text is written. */
export interface CsvFormat {
  /** The byte between fields. */
  readonly delimiter: number;
  /** Texts that mean NULL in columns other than strings; an empty field always does. */
  readonly nulls: readonly string[];
  /** Whether `nulls` counts in string columns too. */
  readonly nullStrings: boolean;
  readonly maxLineBytes: number;
}

export const DEFAULT_NULLS: readonly string[] = ['NA', 'N/A', 'NULL', 'null'];

export const CSV_FORMAT: CsvFormat = {
  delimiter: 44,
  nulls: DEFAULT_NULLS,
  nullStrings: false,
  maxLineBytes: MAX_LINE_BYTES,
};
