import type { ViewDescription } from '@millrace/protocol';
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
  /** Where the expression begins whose value is the cell's result, from 1; null where it has none. */
  readonly result: { readonly line: number; readonly column: number } | null;
  /** Top-level value names that the cell declares. */
  readonly declares: readonly string[];
  /** The files of the notebook's own that the cell imports, and those that these import. */
  readonly modules: readonly LocalModule[];
  /** Which of these files an import of the cell means, by its specifier. */
  readonly imports: Readonly<Record<string, string>>;
}

/** A file of the notebook's own, ready to run. */
export interface LocalModule {
  /** Where it is, absolute. */
  readonly path: string;
  /** How stack traces and findings call it: relative to the notebook. */
  readonly name: string;
  /** What it is and what it imports, as a hash: another one means that it is to be loaded again. */
  readonly version: string;
  readonly kind: 'esm' | 'commonjs' | 'json';
  /** JavaScript; empty for JSON, which is read when it is loaded. */
  readonly javascript: string;
  /** A source map from `javascript` to `text`; null where they are the same. */
  readonly map: string | null;
  readonly text: string;
  /** Which files of the notebook's own its imports mean, by their specifiers. */
  readonly imports: Readonly<Record<string, string>>;
}

/** A finding of the type checker in a cell. Lines and columns are from 1, in the cell's text, or that of a file that it imports. */
export interface CellDiagnostic {
  /** The file that it is in, and the line there; missing for the cell itself. */
  readonly file?: { readonly name: string; readonly lineText: string };
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
  /** The column of event time; null where the rows have none. */
  readonly time: string | null;
}

/** A Jupyter MIME bundle: text for text types, parsed JSON for JSON types, base64 for images. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a display call or a cell's result becomes. */
export interface DisplayData {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The `display_id`, where the output can be updated. */
  readonly displayId: string | null;
  /** The live view that the output shows, where it shows one. */
  readonly live?: LiveOutput;
}

/** A live view as an output shows it. */
export interface LiveOutput {
  readonly viewId: string;
  readonly view: ViewDescription;
  /** What the line below its table begins with. */
  readonly caption: string;
  /** What the bundle was made of: the same content is not sent twice. */
  readonly digest: string;
}

/**
 * Who sees what a cell shows: a front end with our extension, which draws live views by itself; a person at another front end; or
 * nobody, as in nbconvert and papermill, where what is saved has to be the last state.
 */
export type Audience = 'extension' | 'person' | 'nobody';

/** An error of a cell as Jupyter shows it. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}
