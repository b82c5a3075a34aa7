import type { Batch } from '../../../columns/batch.js';
import { RowKind } from '../../../columns/batch.js';

/** What batches of changes make of a table: of each key the last row, or that it goes. */
export interface NetChanges {
  /** The rows that there are in the end, by their numbers in all batches. */
  readonly sets: readonly number[];
  readonly deletes: readonly number[];
}

/** The outcome of changes in their order. `keys`: the columns of the key, as texts of all rows. */
export function netChanges(batches: readonly Batch[], keys: readonly (readonly (string | null)[])[]): NetChanges {
  /** The last row of each key; negative (~row): it goes. */
  const last = new Map<string, number>();
  let row = 0;
  for (const { kinds, length } of batches) {
    for (let at = 0; at < length; at++, row++) {
      const kind = kinds === null ? RowKind.Insert : kinds[at];
      const stays = kind === RowKind.Insert || kind === RowKind.UpdateAfter;
      last.set(keyText(keys, row), stays ? row : ~row);
    }
  }
  const sets: number[] = [];
  const deletes: number[] = [];
  for (const outcome of last.values()) {
    if (outcome >= 0) sets.push(outcome);
    else deletes.push(~outcome);
  }
  return { sets, deletes };
}

function keyText(keys: readonly (readonly (string | null)[])[], row: number): string {
  let text = '';
  for (const column of keys) {
    const value = column[row];
    // Texts hold no NUL by now, so that none can be taken for the border of two.
    text += value === null ? '\0\0' : `\0${value}`;
  }
  return text;
}
