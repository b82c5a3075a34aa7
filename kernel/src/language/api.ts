import type { CellDiagnostic, MimeBundle, PreparedCell, ProvidedType } from '../runner/contract.js';
import type { Outside } from './outside.js';

/** A cell as it comes from the front end. */
export interface CellSource {
  /** The front end's id of the cell, or one made from the execution count. */
  readonly cellId: string;
  readonly executionCount: number;
  readonly code: string;
}

/** What became of a cell: ready to run, or the findings that stop it. Warnings come along with a ready cell. */
export interface Prepared {
  /** Null where there are errors. */
  readonly cell: PreparedCell | null;
  readonly diagnostics: readonly CellDiagnostic[];
}

/** The `complete_reply` of Jupyter. Cursors count unicode code points, as Jupyter's do. */
export interface Completion {
  readonly matches: readonly string[];
  readonly cursorStart: number;
  readonly cursorEnd: number;
  /** Goes into the reply's metadata as `_jupyter_types_experimental`. */
  readonly types: readonly CompletionType[];
}

/** One match with its kind, as JupyterLab's completer shows it. Offsets are code points. */
export interface CompletionType {
  readonly text: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The `is_complete_reply` of Jupyter. `indent` is given only with `incomplete`. */
export interface Completeness {
  readonly status: 'complete' | 'incomplete' | 'invalid';
  readonly indent: string;
}

/**
 * TypeScript as the notebook sees it: cells are modules that see what earlier cells declared. Requests are answered in
 * the order in which they were made.
 */
export interface Language {
  /** Checks a cell and makes it ready to run. The names that it declares are seen by others only after `commit`. */
  prepare(source: CellSource): Promise<Prepared>;
  /**
   * Makes a prepared cell's declarations visible to later cells: called when it has run.
   *
   * @param provided the row types that running it has made known
   * @param assigned for a cell that failed half-way, the value names that it did give a value; null: all of them
   */
  commit(
    cellId: string,
    provided: readonly ProvidedType[],
    assigned?: readonly string[] | null,
  ): Promise<void>;
  /** Forgets every cell: the runner has been started again and its variables are gone. */
  forget(): Promise<void>;
  /** Completions at a cursor (code points) in a cell's text. */
  complete(code: string, cursor: number): Promise<Completion>;
  /** What is known of the name at the cursor; null where there is nothing. With `detail` 1, its documentation too. */
  inspect(code: string, cursor: number, detail: 0 | 1): Promise<MimeBundle | null>;
  isComplete(code: string): Promise<Completeness>;
  /** Says what to ask for what files and tables have in them; nothing is known of them before. */
  connect(outside: Outside): void;
  close(): Promise<void>;
}
