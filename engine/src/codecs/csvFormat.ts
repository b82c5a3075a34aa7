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
