import type { TimeSinceMidnight } from './fileSources.js';
import type { AnyRow } from './types.js';

declare const NONE: unique symbol;

/**
 * Files whose columns the compiler knows, by their paths: the row of each. It is empty; a notebook's kernel, which looks at the files that a cell names, adds to it,
 * and so may a project of its own.
 *
 * @example
 * declare module 'millrace' { interface KnownFiles { 'trades.csv': { symbol: string; price: number } } }
 */
export interface KnownFiles {
  readonly [NONE]?: never;
}

/** The row of a path: of a file that is known, else a loose one. */
type RowAt<Path> = [Path] extends [string & keyof KnownFiles] ? KnownFiles[Path] : AnyRow;

/** The rows of files: as they are declared (`schema`, `as`), else as the compiler knows the file. */
export type FileRow<Row, Path> = string extends keyof Row ? RowAt<Path> : Row;

/** Options that name columns of a known file. */
export type KnownFileOptions<Row, Path> = string extends keyof Row
  ? {
      readonly time?: (keyof RowAt<Path> & string) | TimeSinceMidnight<RowAt<Path>>;
      readonly sequence?: keyof RowAt<Path> & string;
    }
  : unknown;
