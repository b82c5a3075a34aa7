import { RowKind } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';

/** Gathers the changes that one batch brings to rows of a store: their positions, row kinds and, with event time, marks. */
export class ToldRows {
  count = 0;
  rows: Int32Array = new Int32Array(0);
  kinds: Uint8Array = new Uint8Array(0);
  /** Null where rows have no event time. */
  marks: Float64Array | null = null;
  /** The mark in force before the first change, where rows before it have told nothing; else null. */
  leadingMark: EventTime | null = null;
  /** The row of the batch that brings the changes. */
  row = 0;
  #own = new Float64Array(0);
  /** The marks of the batch, and the one before it. */
  #of: Float64Array | null = null;
  #before: EventTime = 0;

  constructor(
    /** Whether new values are told without those that they replace. */
    readonly upsert: boolean,
  ) {}

  reset(): void {
    this.count = 0;
    this.row = 0;
    this.leadingMark = null;
    this.marks = this.#of = null;
  }

  /** A batch begins: `marks` are those of its rows, `before` the one in force before it. */
  begin(before: EventTime, marks: Float64Array | null): void {
    this.#before = before;
    this.#of = marks;
    if (marks !== null) this.marks = this.#own;
  }

  /** A row of the batch has made a change. */
  add(kind: RowKind, position: number): void {
    this.#push(kind, position);
  }

  /** A row of the batch has taken another's place. */
  replace(old: number, now: number): void {
    if (!this.upsert) this.#push(RowKind.UpdateBefore, old);
    this.#push(RowKind.UpdateAfter, now);
  }

  #push(kind: RowKind, position: number): void {
    if (this.count === this.rows.length) this.#grow();
    const at = this.count++;
    this.rows[at] = position;
    this.kinds[at] = kind;
    const marks = this.#of;
    if (marks === null) return;
    // A row is judged by the mark in force before it, which rows that have told nothing have moved.
    const inForce = this.row === 0 ? this.#before : Math.max(this.#before, marks[this.row - 1]);
    if (at === 0) this.leadingMark = inForce > this.#before ? inForce : null;
    else this.#own[at - 1] = inForce;
    this.#own[at] = inForce;
  }

  /** The batch has ended, after so many rows. */
  end(length: number): void {
    if (this.#of !== null && this.count > 0)
      this.#own[this.count - 1] = Math.max(this.#before, this.#of[length - 1]);
  }

  /** What comes now is brought by no row, after those of this mark. */
  pass(mark: EventTime): void {
    if (this.marks !== null && this.count > 0) this.#own[this.count - 1] = mark;
    this.#before = mark;
    this.row = 0;
  }

  #grow(): void {
    const capacity = Math.max(1024, 2 * this.rows.length);
    const rows = new Int32Array(capacity);
    rows.set(this.rows);
    this.rows = rows;
    const kinds = new Uint8Array(capacity);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const own = new Float64Array(capacity);
    own.set(this.#own);
    this.#own = own;
    if (this.marks !== null) this.marks = own;
  }
}
