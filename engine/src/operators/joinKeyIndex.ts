import type { Batch } from '../columns/batch.js';
import { hasNull } from '../columns/column.js';
import type { GroupIndex } from './groupIndex.js';

/**
 * Numbers the keys of the rows of both sides of a join, from 1. A key of which a column is NULL is 0: it meets no other, as in SQL. The array
 * is used again with the next batch.
 */
export class JoinKeyIndex {
  #keys = new Int32Array(1024);

  /** @param groups numbers of keys, from 0, NULL among them */
  constructor(readonly groups: GroupIndex) {}

  /** How many numbers there are, 0 included. */
  get size(): number {
    return this.groups.size + 1;
  }

  /** The keys of a batch's rows. */
  assign({ columns, length }: Batch, at: readonly number[]): Int32Array {
    const keyed = at.map(column => columns[column]);
    return this.over(this.groups.assign(keyed, length), { columns, length }, at);
  }

  /** The keys of rows that have their groups' numbers. */
  over(
    groups: Int32Array,
    { columns, length }: Pick<Batch, 'columns' | 'length'>,
    at: readonly number[],
  ): Int32Array {
    if (this.#keys.length < length) this.#keys = new Int32Array(length * 2);
    const keys = this.#keys;
    for (let i = 0; i < length; i++) keys[i] = groups[i] + 1;
    for (const column of at) {
      const { valid } = columns[column];
      if (valid === null || !hasNull(valid, length)) continue;
      for (let i = 0; i < length; i++) if (valid[i] === 0) keys[i] = 0;
    }
    return keys;
  }
}
