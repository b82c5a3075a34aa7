import type { Batch } from '../columns/batch.js';
import { fieldIndex } from '../columns/schema.js';
import type { Value } from '../columns/values.js';
import { GroupCensus } from '../operators/groupCensus.js';
import { GroupIndex } from '../operators/groupIndex.js';
import { grown } from '../operators/valueIds.js';
import type { RowLane, RowLog } from './rowLog.js';
import { SortedKeys } from './sortedKeys.js';

const FIRST_KEYS = 1024;

/**
 * The rows of a table by the values of some columns. Rows of one key are a chain, newest first, whose links lie beside the rows: a row that
 * comes, goes or changes its key costs the same however many rows there are. Keys are put in order only when a range is asked for.
 */
export class TableIndex {
  readonly #columns: readonly number[];
  #groups: GroupIndex;
  /** The number of the newest row of each key; 0 where it has none. */
  #heads = new Int32Array(FIRST_KEYS);
  /** The keys that a row has moved to: their chains are put in order when somebody asks. */
  readonly #mixed = new Set<number>();
  /** The key's group and 1; 0: not in a chain. */
  readonly #group: RowLane;
  /** The numbers of the neighbours in the chain. */
  readonly #older: RowLane;
  readonly #newer: RowLane;
  #census = this.#makeCensus();
  #sorted: SortedKeys | null = null;

  constructor(
    readonly names: readonly string[],
    readonly log: RowLog,
  ) {
    this.#columns = names.map(name => fieldIndex(log.schema, name));
    this.#groups = this.#makeGroups();
    this.#group = log.addLane();
    this.#older = log.addLane();
    this.#newer = log.addLane();
    this.#addAll();
  }

  /** Numbers rise, so that the keys that have come since are the last ones. */
  #makeGroups(): GroupIndex {
    return new GroupIndex(this.#types(), true);
  }

  #types() {
    return this.#columns.map(column => this.log.schema.fields[column].type);
  }

  #makeCensus(): GroupCensus {
    return new GroupCensus(holds => {
      for (let group = 0; group < holds.length; group++) holds[group] = Number(this.#heads[group] !== 0);
    });
  }

  /** Takes in the rows that are there already. */
  #addAll(): void {
    const { log } = this;
    log.closeGaps();
    const count = log.tail - log.head;
    if (count === 0) return;
    const columns = this.#columns.map(at => {
      const column = log.columns[at].view();
      const { head, tail } = log;
      const valid = column.valid?.subarray(head, tail) ?? null;
      return { ...column, data: column.data.subarray(head, tail), valid };
    });
    const groups = this.#groups.assign(columns, count);
    this.#reserve();
    for (let k = 0; k < count; k++) this.#link(log.head + k, groups[k]);
  }

  #reserve(): void {
    if (this.#groups.size > this.#heads.length) this.#heads = grown(this.#heads, this.#groups.size);
  }

  /** Rows of a batch have been written at positions. */
  written(batch: Batch, at: Int32Array): void {
    this.#renumber();
    const { removed } = this.log;
    const columns = this.#columns.map(column => batch.columns[column]);
    const groups = this.#groups.assign(columns, batch.length);
    this.#reserve();
    for (let i = 0; i < batch.length; i++) {
      const position = at[i];
      if (position < 0 || removed[position] === 1) continue;
      const before = this.#group.data[position];
      if (before === groups[i] + 1) continue;
      if (before !== 0) this.removed(position);
      this.#link(position, groups[i]);
    }
  }

  #link(position: number, group: number): void {
    const { log } = this;
    const row = log.rowIds[position];
    const head = this.#heads[group];
    this.#group.data[position] = group + 1;
    this.#older.data[position] = head;
    this.#newer.data[position] = 0;
    this.#heads[group] = row;
    if (head === 0) return;
    this.#newer.data[log.positionOf(head)] = row;
    if (head > row) this.#mixed.add(group);
  }

  /** A row goes. */
  removed(position: number): void {
    const { log } = this;
    const group = this.#group.data[position] - 1;
    // A row that came and went with one batch has never been in a chain.
    if (group < 0) return;
    const older = this.#older.data[position];
    const newer = this.#newer.data[position];
    if (older !== 0) this.#newer.data[log.positionOf(older)] = newer;
    if (newer !== 0) this.#older.data[log.positionOf(newer)] = older;
    else {
      this.#heads[group] = older;
      if (older === 0) this.#mixed.delete(group);
    }
    this.#group.data[position] = 0;
  }

  /** The position of a key's newest row, or -1. */
  newest(key: readonly Value[]): number {
    const group = this.#groups.find(key);
    if (group < 0 || this.#heads[group] === 0) return -1;
    if (this.#mixed.has(group)) this.#sortChain(group);
    return this.log.positionOf(this.#heads[group]);
  }

  /** The positions of a key's rows, the oldest first. */
  all(key: readonly Value[]): number[] {
    const group = this.#groups.find(key);
    return group < 0 ? [] : this.#chain(group);
  }

  #chain(group: number): number[] {
    const { log } = this;
    const positions: number[] = [];
    for (let row = this.#heads[group]; row !== 0;) {
      const position = log.positionOf(row);
      positions.push(position);
      row = this.#older.data[position];
    }
    return this.#mixed.has(group) ? positions.sort((a, b) => a - b) : positions.reverse();
  }

  /** Puts a chain in the order of its rows again. */
  #sortChain(group: number): void {
    const chain = this.#chain(group);
    this.#mixed.delete(group);
    this.#heads[group] = 0;
    for (const position of chain) this.#link(position, group);
  }

  /** The positions of the rows whose keys lie between two, both included, in order of the keys; at most so many. */
  range(from: readonly Value[], to: readonly Value[], limit: number): number[] {
    this.#sorted ??= new SortedKeys(this.#types());
    const order = this.#sorted.sync(this.#groups);
    const [first, end] = this.#sorted.between(from, to);
    const positions: number[] = [];
    for (let k = first; k < end && positions.length < limit; k++) {
      for (const position of this.#chain(order[k])) {
        if (positions.length === limit) break;
        positions.push(position);
      }
    }
    return positions;
  }

  /** Gives up the numbers of keys that have no row any more. */
  #renumber(): void {
    const renumbering = this.#census.take(this.#groups);
    if (renumbering === null) return;
    const { kept, numberOf } = renumbering;
    const heads = new Int32Array(Math.max(FIRST_KEYS, kept.length));
    kept.forEach((group, k) => (heads[k] = this.#heads[group]));
    this.#heads = heads;
    const { data } = this.#group;
    for (let p = this.log.head; p < this.log.tail; p++) {
      if (data[p] !== 0) data[p] = numberOf[data[p] - 1] + 1;
    }
    const mixed = [...this.#mixed];
    this.#mixed.clear();
    for (const group of mixed) this.#mixed.add(numberOf[group]);
    this.#sorted?.renumber(kept, numberOf);
  }

  clear(): void {
    this.#groups = this.#makeGroups();
    this.#census = this.#makeCensus();
    this.#heads = new Int32Array(FIRST_KEYS);
    this.#mixed.clear();
    this.#sorted = null;
  }

  /** It is not kept any more. */
  close(): void {
    for (const lane of [this.#group, this.#older, this.#newer]) this.log.removeLane(lane);
  }

  /** Without what lies beside the rows, which these count. */
  bytes(): number {
    return this.#groups.bytes() + this.#heads.byteLength + (this.#sorted?.bytes() ?? 0);
  }
}
