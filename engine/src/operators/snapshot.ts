import type { Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { MillraceError } from '../columns/error.js';

/** A snapshot that cannot be read: of another version, damaged, or of another plan. */
export class SnapshotError extends MillraceError {
  override readonly name = 'SnapshotError';
}

/** A value that a snapshot holds as it is. Infinite numbers, NaN, -0 and bigints survive. */
export type SnapshotValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly SnapshotValue[]
  | { readonly [name: string]: SnapshotValue };

/**
 * What an operator writes its state to. Names are unique within a section. Lanes and strings are copied when they are
 * written, so an operator may go on at once.
 */
export interface StateWriter {
  /** A small value. */
  value(name: string, value: SnapshotValue): void;
  /** The first `length` elements of a typed array (all of them). */
  lane(name: string, lane: Lane, length?: number): void;
  /** Texts in order. */
  strings(name: string, texts: readonly string[]): void;
  /** A dictionary; one that several parts share is written once, and is shared again when it is read. */
  dictionary(name: string, dictionary: Dictionary): void;
  /** A part with names of its own. */
  section(name: string): StateWriter;
}

/** What an operator reads its state from: the twin of `StateWriter`. A name that is not there is a `SnapshotError`. */
export interface StateReader {
  value(name: string): SnapshotValue;
  /** A copy that the reader owns. */
  lane(name: string): Lane;
  strings(name: string): readonly string[];
  dictionary(name: string): Dictionary;
  section(name: string): StateReader;
  has(name: string): boolean;
}
