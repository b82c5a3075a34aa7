/** How a CSV text is written. */
export interface CsvFormat {
  /** The byte between fields. */
  readonly delimiter: number;
  /** The byte around fields that have separators in them; `NO_BYTE`: there is none. */
  readonly quote: number;
  /** The byte that lines which are no rows begin with; `NO_BYTE`: all are rows. */
  readonly comment: number;
  /** Whether numbers have a comma before their fraction. */
  readonly decimalComma: boolean;
  /** Texts that mean NULL in columns other than strings; an empty field always does. */
  readonly nulls: readonly string[];
  /** Whether `nulls` counts in string columns too. */
  readonly nullStrings: boolean;
  readonly maxLineBytes: number;
}

export const DEFAULT_NULLS: readonly string[] = ['NA', 'N/A', 'NULL', 'null'];

/** What no byte is. */
export const NO_BYTE = 256;
