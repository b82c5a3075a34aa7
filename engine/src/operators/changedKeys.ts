import { RowKind, type Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { PhysicalRollingChanges } from '../physical/rolling.js';
import { ChangedRows } from './changedRows.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { OperatorCounters } from './operator.js';
import { PendingRows } from './pendingRows.js';
import type { RankedRows, RowOrder } from './rankedRows.js';

/** One key: its rows in order. */
export interface ChangedKey {
  number: number;
  readonly rows: RankedRows;
  /** Rows that have come or gone since it was told. */
  changed: number[];
}

/** How the rows of an input come, change and go. */
export interface ChangedKeysPlan {
  readonly input: Schema;
  readonly keys: readonly string[];
  readonly time: { readonly column: string; readonly unit: TimeUnit } | null;
  readonly changes: PhysicalRollingChanges;
}

/** The rows of an input that changes, in order by key, and what has changed of them since that was told. */
export class ChangedKeys<Key extends ChangedKey> {
  readonly counters: OperatorCounters = { late: 0, untimed: 0, unmatched: 0 };
  readonly rows: ChangedRows;
  readonly order: RowOrder;
  readonly groups: GroupIndex;
  keys = new Map<number, Key>();
  readonly pending = new PendingRows();
  /** The keys that pending rows are of. */
  readonly touched = new Set<Key>();
  /** The mark by which what is pending is judged. */
  judged: EventTime = START_OF_TIME;
  readonly #plan: ChangedKeysPlan;
  readonly #make: (number: number) => Key;
  readonly #keyColumns: readonly number[];
  readonly #census = new GroupCensus(holds => {
    for (const number of this.keys.keys()) holds[number] = 1;
  });
  /** The batch that is taken, up to `#next`: where its rows lie, what names them, and their keys. */
  #batch: Batch | null = null;
  #next = 0;
  #from = 0;
  #before: EventTime = START_OF_TIME;
  #numbers: Int32Array = new Int32Array(0);
  #groupOf: Int32Array = new Int32Array(0);
  /** The row that the one which follows takes the place of. */
  #held = -1;

  constructor(plan: ChangedKeysPlan, make: (number: number) => Key) {
    const { input, changes, keys } = plan;
    this.#plan = plan;
    this.#make = make;
    const rows = (this.rows = new ChangedRows(plan));
    this.order = changes.reversed ? (a, b) => rows.compare(b, a) : (a, b) => rows.compare(a, b);
    this.#keyColumns = keys.map(name => fieldIndex(input, name));
    this.groups = new GroupIndex(this.#keyColumns.map(at => input.fields[at].type));
  }

  /** A batch has come, before which a watermark was in force. */
  begin(batch: Batch, before: EventTime): void {
    this.#batch = batch;
    this.#before = this.judged = before;
    this.#next = 0;
    this.#held = -1;
    this.#from = this.rows.store.used;
    this.#numbers = this.rows.append(batch);
    this.#groupOf = this.groups.assign(
      this.#keyColumns.map(at => batch.columns[at]),
      batch.length,
    );
  }

  /** Takes rows of the batch up to one before which what is pending has to be told. Whether there are more. */
  take(): boolean {
    const batch = this.#batch!;
    const { length, marks } = batch;
    for (; this.#next < length; this.#next++) {
      const i = this.#next;
      const inForce = marks === null || i === 0 ? this.#before : Math.max(this.#before, marks[i - 1]);
      if (this.#held < 0 && inForce > this.judged) {
        if (this.pending.earliest < inForce) return true;
        this.judged = inForce;
      }
      if (this.#belongs(batch, i, inForce)) this.#takeRow(batch, i);
      else this.#held = -1;
    }
    this.#batch = null;
    return false;
  }

  #takeRow({ kinds, length }: Batch, i: number): void {
    const { numbered, keyed } = this.rows;
    const number = this.#numbers[i];
    const kind = kinds === null ? RowKind.Insert : kinds[i];
    if ((kind & 1) === 1) {
      const gone = numbered.takeLatest(number);
      if (gone < 0) this.counters.unmatched = (this.counters.unmatched ?? 0) + 1;
      else this.#remove(gone);
      const follows =
        kind === RowKind.UpdateBefore && i + 1 < length && kinds?.[i + 1] === RowKind.UpdateAfter;
      this.#held = follows ? gone : -1;
      return;
    }
    if (keyed && (this.#held < 0 || numbered.numberOf(this.#held) !== number)) {
      this.#held = numbered.takeLatest(number);
      if (this.#held >= 0) this.#remove(this.#held);
    }
    this.#put(this.#from + i, this.#groupOf[i], number, this.#held);
    this.#held = -1;
  }

  /** Whether a row has a time, and has not come after all of its time was final. */
  #belongs(batch: Batch, i: number, inForce: EventTime): boolean {
    if (!this.rows.isTimed(batch, i)) {
      this.counters.untimed++;
      return false;
    }
    const { forUs } = this.#plan.changes;
    if (forUs === null || this.rows.times[this.#from + i] + forUs >= inForce) return true;
    this.counters.late++;
    return false;
  }

  #remove(row: number): void {
    const key = this.keys.get(this.rows.keyOf[row])!;
    key.rows.remove(row, this.order);
    this.rows.live--;
    this.pending.remove(row);
    this.#touch(key, row);
  }

  #put(row: number, group: number, number: number, replaced: number): void {
    let key = this.keys.get(group);
    if (key === undefined) this.keys.set(group, (key = this.#make(group)));
    this.rows.put(row, group, number, replaced);
    key.rows.add(row, this.order);
    this.pending.put(row, replaced);
    this.#touch(key, row);
  }

  #touch(key: Key, row: number): void {
    key.changed.push(row);
    this.touched.add(key);
    // What stands before a row shows it where rows are read ahead.
    this.pending.reach(this.#plan.changes.reversed ? START_OF_TIME : this.rows.times[row]);
  }

  /** Lays out anew the rows that are there. Gives where each of the earlier positions is now, or -1. */
  dense(): Int32Array {
    const { rows } = this;
    const kept = new Int32Array(rows.live);
    let count = 0;
    for (const key of this.keys.values()) for (const row of key.rows) kept[count++] = row;
    kept.sort();
    const places = new Int32Array(rows.store.used).fill(-1);
    for (let k = 0; k < count; k++) places[kept[k]] = k;
    rows.move(kept, count, places);
    for (const key of this.keys.values()) key.rows.move(row => places[row]);
    return places;
  }

  /** Gives up the numbers of keys that are no more, if it is time. */
  renumber(): void {
    const renumbering = this.#census.take(this.groups);
    if (renumbering === null) return;
    const keys = [...this.keys.values()];
    this.keys = new Map();
    for (const key of keys) {
      key.number = renumbering.numberOf[key.number];
      this.keys.set(key.number, key);
      for (const row of key.rows) this.rows.keyOf[row] = key.number;
    }
  }

  bytes(): number {
    return this.rows.bytes() + this.groups.bytes();
  }
}
