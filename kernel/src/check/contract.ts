import type { RowDifferences } from 'millrace/session';

/** What is asked of a check. */
export interface CheckOptions {
  /** How long a cell may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Writes what is found into the notebooks and beside them, instead of comparing. */
  readonly update: boolean;
  /** Prints one JSON document. */
  readonly json: boolean;
  /** Compares what cells print, too. */
  readonly prints: boolean;
}

/** Where a check runs. */
export interface CheckContext {
  readonly directory: string;
  print(line: string): void;
  note(line: string): void;
  readonly signal: AbortSignal;
}

/** A code cell, as people find it. */
export interface CellPlace {
  /** From 1, of the cells that have code: what `[n]` shows once all have run. */
  readonly number: number;
  readonly id: string;
  /** Its first line. */
  readonly line: string;
}

/** Something that is other than it was kept. */
export interface Difference {
  /** Null: of no cell that is still there. */
  readonly cell: CellPlace | null;
  /** A pinned file or result, or an output that was saved in the notebook. */
  readonly kind: 'file' | 'result' | 'output';
  /** The file, the result's name, or which output of the cell. */
  readonly name: string;
  /** What differs, in words, with a table of rows where there is one. */
  readonly text: string;
  readonly rows: RowDifferences | null;
}

/** Why a notebook could not be run to its end. */
export interface Failure {
  readonly cell: CellPlace | null;
  readonly name: string;
  readonly message: string;
  /** Lines without colours. */
  readonly traceback: readonly string[];
}

/** What became of a notebook. */
export interface NotebookReport {
  readonly path: string;
  readonly outcome: 'same' | 'different' | 'failed' | 'updated';
  /** How many pins and outputs were compared. */
  readonly compared: { readonly pins: number; readonly outputs: number };
  readonly differences: readonly Difference[];
  readonly failure: Failure | null;
  /** What was not compared, and why. */
  readonly notes: readonly string[];
}
