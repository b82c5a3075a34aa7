import { RowKind } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';

interface Change {
  readonly row: number;
  readonly place: number;
  readonly kind: RowKind;
  readonly mark: EventTime;
}

/** Gathers the changes of rankings that one batch brings: rows that go first, so that one that moves between groups is not lost. */
export class RankChanges {
  rows = new Int32Array(0);
  places = new Float64Array(0);
  kinds = new Uint8Array(0);
  marks = new Float64Array(0);
  #gone: Change[] = [];
  #other: Change[] = [];

  constructor(
    /** Whether a place of a group has its row: it is told with its number, or there is one alone. */
    readonly placed: boolean,
    /** Whether two rows have the same values. */
    readonly alike: (a: number, b: number) => boolean,
  ) {}

  reset(): void {
    this.#gone = [];
    this.#other = [];
  }

  /** Rows of a group that is told once. */
  insert(rows: readonly number[], mark: EventTime): void {
    rows.forEach((row, k) => this.#other.push({ row, place: k + 1, kind: RowKind.Insert, mark }));
  }

  /** What has become of a group's first rows. `numberOf` gives rows of one key the same number; null: rows have no keys. */
  change(
    old: readonly number[],
    now: readonly number[],
    mark: EventTime,
    numberOf: ((row: number) => number) | null,
  ): void {
    const pairs = this.placed
      ? byPlace(old, now)
      : numberOf === null
        ? this.#byValue(old, now)
        : byKey(old, now, numberOf);
    for (const { from, to, place } of pairs) {
      if (from === null) this.#other.push({ row: to as number, place, kind: RowKind.Insert, mark });
      else if (to === null) this.#gone.push({ row: from, place, kind: RowKind.Delete, mark });
      else if (from !== to && !this.alike(from, to)) {
        this.#other.push({ row: from, place, kind: RowKind.UpdateBefore, mark });
        this.#other.push({ row: to, place, kind: RowKind.UpdateAfter, mark });
      }
    }
  }

  /** Rows without keys: one that is as another was has not changed. */
  #byValue(old: readonly number[], now: readonly number[]): Pair[] {
    const left = [...old];
    const pairs: Pair[] = [];
    for (const to of now) {
      let at = left.indexOf(to);
      if (at < 0) at = left.findIndex(from => this.alike(from, to));
      if (at < 0) pairs.push({ from: null, to, place: 0 });
      else left.splice(at, 1);
    }
    return [...left.map(from => ({ from, to: null, place: 0 })), ...pairs];
  }

  /** Lays the changes out in order. Returns how many there are. */
  settle(): number {
    const all = [...this.#gone, ...this.#other];
    if (this.rows.length < all.length) {
      const capacity = Math.max(1024, all.length * 2);
      this.rows = new Int32Array(capacity);
      this.places = new Float64Array(capacity);
      this.kinds = new Uint8Array(capacity);
      this.marks = new Float64Array(capacity);
    }
    all.forEach(({ row, place, kind, mark }, k) => {
      this.rows[k] = row;
      this.places[k] = place;
      this.kinds[k] = kind;
      this.marks[k] = mark;
    });
    return all.length;
  }
}

interface Pair {
  readonly from: number | null;
  readonly to: number | null;
  readonly place: number;
}

function byPlace(old: readonly number[], now: readonly number[]): Pair[] {
  return Array.from({ length: Math.max(old.length, now.length) }, (_, k) => ({
    from: old[k] ?? null,
    to: now[k] ?? null,
    place: k + 1,
  }));
}

function byKey(old: readonly number[], now: readonly number[], numberOf: (row: number) => number): Pair[] {
  const before = new Map(old.map(row => [numberOf(row), row]));
  const pairs = now.map(to => {
    const number = numberOf(to);
    const from = before.get(number) ?? null;
    before.delete(number);
    return { from, to, place: 0 };
  });
  return [...[...before.values()].map(from => ({ from, to: null, place: 0 })), ...pairs];
}
