import { hasNull, type Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { MillraceError } from '../columns/error.js';

/** What a row does to the row of its key. */
export const RowAction = {
  /** It takes the row's place. */
  Put: 0,
  /** It is what the row was; the new one follows, or the row has gone. */
  Before: 1,
  /** It takes the row away. */
  Take: 2,
} as const;
export type RowAction = (typeof RowAction)[keyof typeof RowAction];

/** Flink's row kinds, short and long, and Debezium's operations. */
const ACTIONS: ReadonlyMap<string, RowAction> = new Map([
  ...['+i', 'insert', '+u', 'update_after', 'c', 'r', 'u'].map(name => [name, RowAction.Put] as const),
  ...['-u', 'update_before'].map(name => [name, RowAction.Before] as const),
  ...['-d', 'delete', 'd'].map(name => [name, RowAction.Take] as const),
]);

/** Reads what rows do out of a column of text. */
export class RowKindNames {
  #dictionary: Dictionary | null = null;
  /** The action of each code of the dictionary, those that are read so far; -1: it is none. */
  #actions: number[] = [];

  /** @param keyed whether rows are found by key, so that new values need not come after those that they replace */
  constructor(
    readonly column: string,
    readonly keyed = true,
  ) {}

  /**
   * Writes the action of each row.
   *
   * @throws MillraceError `MR2184` for a text that names none
   */
  read(column: Column, length: number, actions: Uint8Array): void {
    const dictionary = column.dictionary as Dictionary;
    if (this.#dictionary !== dictionary) {
      this.#dictionary = dictionary;
      this.#actions = [];
    }
    const known = this.#actions;
    while (known.length < dictionary.size) {
      const name = dictionary.at(known.length).toLowerCase();
      known.push(!this.keyed && name === 'u' ? -1 : (ACTIONS.get(name) ?? -1));
    }
    if (column.valid !== null && hasNull(column.valid, length)) throw this.#unknown(null);
    const codes = column.data as Int32Array;
    for (let row = 0; row < length; row++) {
      const action = known[codes[row]];
      if (action < 0) throw this.#unknown(dictionary.at(codes[row]));
      actions[row] = action;
    }
  }

  #unknown(name: string | null): MillraceError {
    if (name?.toLowerCase() === 'u') {
      return new MillraceError(
        'MR2189',
        `toTable() needs a key to read '${name}' in '${this.column}': it does not say what the row was before.`,
        "Name the columns whose values name one row: toTable({ key: 'id', kind: 'op' }).",
      );
    }
    return new MillraceError(
      'MR2184',
      `toTable() cannot tell what a row does by ${name === null ? 'NULL' : `'${name}'`} in '${this.column}'.`,
      "It knows '+I', '-U', '+U', '-D' (or INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE) and Debezium's 'c', 'r', 'u', 'd': leave out other rows first, with where(…).",
    );
  }
}

/** Writes that rows are taken away for which a condition is true. */
export function takeWhere({ data, valid }: Column, length: number, actions: Uint8Array): void {
  for (let row = 0; row < length; row++)
    if (data[row] === 1 && (valid === null || valid[row] === 1)) actions[row] = RowAction.Take;
}
