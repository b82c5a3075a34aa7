import { hasNull, type Column } from '../columns/column.js';

/** Says which rows have a NULL in their key. */
export class NullKeys {
  #nulls = new Uint8Array(0);

  /** 1 for each row that has one; null: none has. Valid until the next call. */
  of(columns: readonly Column[], length: number): Uint8Array | null {
    let found: Uint8Array | null = null;
    for (const { valid } of columns) {
      if (valid === null || !hasNull(valid, length)) continue;
      found ??= this.#cleared(length);
      for (let i = 0; i < length; i++) if (valid[i] === 0) found[i] = 1;
    }
    return found;
  }

  #cleared(length: number): Uint8Array {
    if (this.#nulls.length < length) this.#nulls = new Uint8Array(length * 2);
    return this.#nulls.fill(0, 0, length);
  }
}
