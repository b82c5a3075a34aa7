import type { HostLink } from 'millrace/session';
import type { DisplayFunction } from '../display/types.js';
import type { CellError, PreparedCell, ProvidedType } from './contract.js';

/** What running cells needs of the kernel. */
export interface EvaluatorHooks {
  /** The notebook's folder, absolute: imports and files are found from it. */
  readonly directory: string;
  /** The link to the session's host; asked for the row types of what a cell declared. */
  readonly link: HostLink;
  /** What magics show themselves with. */
  readonly display: DisplayFunction;
  /** Told of environment variables that `%env` sets or removes: other processes have an environment of their own. */
  readonly env?: (name: string, value: string | null) => void;
  /** Global names for cells beside Node's own, e.g. `display`. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Modules of the kernel's own by the names under which cells import them, whatever is installed. */
  readonly modules?: Readonly<Record<string, object>>;
  /** Told of every package that a cell loads, before the cell has it. */
  readonly loaded?: (name: string, module: object) => void;
}

/** Runs prepared cells over one scope of names. */
export interface Evaluator {
  /**
   * Runs a cell. Resolves with the value of its last expression statement (awaited if it is a promise), `undefined` where
   * it ends otherwise; rejects with what the cell threw.
   */
  evaluate(cell: PreparedCell): Promise<unknown>;
  /** The notebook's top-level names and their values. */
  readonly scope: Record<string, unknown>;
  /** The row types of the streams and tables that the cell declared. Never takes longer than about two seconds. */
  provided(cell: PreparedCell): Promise<ProvidedType[]>;
  /** Those of the cell's declared names that it has given a value: for `commit` after it failed. */
  assigned(cell: PreparedCell): string[];
  /**
   * An error that a cell threw, as Jupyter shows it: in the cell's own lines, our frames left out.
   *
   * @param shown the cell whose result could not be shown: an error that has been made elsewhere is said to be there
   */
  describeError(error: unknown, shown?: PreparedCell): CellError;
  /** The file name of the cell whose code threw an error, or null. */
  cellOf(error: unknown): string | null;
  /** The running cell was interrupted: ends what it does outside of this process. */
  abandon(): void;
}
