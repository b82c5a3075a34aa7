import type { Field } from 'millrace';

/** A cell that the language service has checked and made ready to run. */
export interface PreparedCell {
  /** The front end's id of the cell, or one made from the execution count. */
  readonly cellId: string;
  readonly executionCount: number;
  /** The file name that stack traces show, e.g. `Cell [3]`. */
  readonly filename: string;
  /**
   * JavaScript: an expression that yields `async ($, $import) => result`. `$` is the notebook's scope object and
   * `$import` loads a module. It keeps the user's lines where they were, and `map` says which column came from where.
   */
  readonly javascript: string;
  /** A source map (version 3) from `javascript` to the cell's text. */
  readonly map: string;
  /** Top-level value names that the cell declares. */
  readonly declares: readonly string[];
}

/** A finding of the type checker in a cell. Lines and columns are from 1, in the cell's text. */
export interface CellDiagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The row type of a top-level name, known once its cell has run: what the type provider tells the language service. */
export interface ProvidedType {
  readonly name: string;
  readonly collection: 'Stream' | 'StreamTable' | 'Table';
  readonly fields: readonly Field[];
  readonly key: readonly string[] | null;
}

/** A Jupyter MIME bundle: text for text types, parsed JSON for JSON types, base64 for images. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a display call or a cell's result becomes. */
export interface DisplayData {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The `display_id`, where the output can be updated. */
  readonly displayId: string | null;
}

/** An error of a cell as Jupyter shows it. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}
