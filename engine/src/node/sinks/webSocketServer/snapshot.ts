import { RowKind } from '../../../columns/batch.js';

/** The rows that a new client gets first: those that a table has, or the last ones of a stream, as JSON. */
export class Snapshot {
  /** Whether no row was left out for being one too many. */
  complete = true;
  /** Rows by their key; of changes without a key by themselves, with how often. */
  readonly #rows = new Map<string, { readonly row: string; count: number }>();
  #last = 0;

  constructor(
    private readonly most: number,
    /** What a row is found by: its key, or itself. Null: rows only come. */
    private readonly keyed: 'key' | 'value' | null,
  ) {}

  /** Takes a row and what it does. `key`: the text of its key. */
  take(kind: number, row: string, key: string): void {
    const stays = kind === RowKind.Insert || kind === RowKind.UpdateAfter;
    if (this.keyed === null) this.#put(String(++this.#last), row);
    else if (this.keyed === 'key') {
      // A row that is going to be replaced keeps its place.
      if (stays) this.#put(key, row);
      else if (kind === RowKind.Delete) this.#rows.delete(key);
    } else this.#count(row, stays ? 1 : -1);
  }

  #put(key: string, row: string): void {
    this.#rows.set(key, { row, count: 1 });
    if (this.#rows.size > this.most) this.#dropOldest();
  }

  #count(row: string, by: number): void {
    const held = this.#rows.get(row) ?? { row, count: 0 };
    held.count += by;
    if (held.count <= 0) this.#rows.delete(row);
    else this.#rows.set(row, held);
    if (this.#rows.size > this.most) this.#dropOldest();
  }

  #dropOldest(): void {
    this.#rows.delete(this.#rows.keys().next().value as string);
    this.complete = false;
  }

  *rows(): Generator<string> {
    for (const { row, count } of this.#rows.values()) for (let k = 0; k < count; k++) yield row;
  }
}
