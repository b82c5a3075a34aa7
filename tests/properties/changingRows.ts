import type { Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import type { Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import type { Random } from './random.js';
import { text } from './reference.js';

export type Row = readonly Value[];

/** How the rows of an input change. `key`: the columns that name one row, by position. */
export interface Changing {
  readonly fields: readonly Field[];
  readonly retracting: boolean;
  readonly key: readonly number[] | null;
  /** A row at random. */
  make(random: Random): Row;
}

/** A change of an input: what it does, as in a batch's row kinds. */
export interface Change {
  readonly kind: 0 | 1 | 2 | 3;
  readonly row: Row;
}

/** An input whose rows come, change and go at random, and what it holds now. */
export class ChangingInput {
  rows: Row[] = [];
  #dictionary = new Dictionary();

  constructor(readonly of: Changing) {}

  /** So many random changes: an update is two rows. */
  changes(random: Random, count: number): Change[] {
    const found: Change[] = [];
    while (found.length < count) found.push(...this.#change(random));
    return found;
  }

  /** Takes everything away. */
  clear(): Change[] {
    const found = this.rows.map((row): Change => ({ kind: 3, row }));
    this.rows = [];
    return found;
  }

  #change(random: Random): Change[] {
    const { retracting, key } = this.of;
    const made = random.chance(0.15) && this.rows.length > 0 ? random.pick(this.rows) : this.of.make(random);
    if (!retracting) {
      this.rows.push(made);
      return [{ kind: 0, row: made }];
    }
    if (this.rows.length > 0 && random.chance(0.35)) {
      const at = random.below(this.rows.length);
      const [row] = this.rows.splice(at, 1);
      return [{ kind: 3, row }];
    }
    const name = (row: Row): string => text((key ?? []).map(at => row[at]));
    const known = key === null ? -1 : this.rows.findIndex(row => name(row) === name(made));
    if (known >= 0 || (key === null && this.rows.length > 0 && random.chance(0.3))) {
      const at = known >= 0 ? known : random.below(this.rows.length);
      const before = this.rows[at];
      this.rows[at] = made;
      return [
        { kind: 1, row: before },
        { kind: 2, row: made },
      ];
    }
    this.rows.push(made);
    return [{ kind: 0, row: made }];
  }

  batch(changes: readonly Change[], random: Random): Batch {
    if (random.chance(0.2)) this.#dictionary = new Dictionary();
    const { fields, retracting } = this.of;
    return {
      schema: { fields },
      length: changes.length,
      columns: fields.map((field, k) =>
        columnOf(
          field.type,
          changes.map(({ row }) => row[k]),
          field.type.kind === 'string' ? this.#dictionary : null,
        ),
      ),
      kinds: retracting ? Uint8Array.from(changes, ({ kind }) => kind) : null,
      marks: null,
      watermark: -Infinity,
    };
  }
}

export function rowsOf({ columns, length }: Batch): Row[] {
  return Array.from({ length }, (_, i) => columns.map(column => valueAt(column, i)));
}

/** What an operator has told so far: rows by value, and by key where they have one. Throws where a change does not fit. */
export class Told {
  readonly #counts = new Map<string, number>();
  readonly #keys = new Map<string, string>();

  constructor(readonly key: readonly number[] | null) {}

  apply(batch: Batch): void {
    const { kinds } = batch;
    const rows = rowsOf(batch);
    for (const [i, row] of rows.entries()) {
      const kind = kinds?.[i] ?? 0;
      if (kind === 2 && text(rows[i - 1]) === text(row)) throw new Error(`${text(row)} replaces itself`);
      if (kind === 1 && kinds?.[i + 1] !== 2) throw new Error(`-U ${text(row)} without a +U`);
      if (kind === 2 && kinds?.[i - 1] !== 1) throw new Error(`+U ${text(row)} without a -U`);
      this.#change(row, (kind & 1) === 1);
    }
  }

  #change(row: Row, back: boolean): void {
    const line = text(row);
    const count = this.#counts.get(line) ?? 0;
    if (back && count === 0) throw new Error(`${line} is taken back, and is not there`);
    if (count === 1 && back) this.#counts.delete(line);
    else this.#counts.set(line, count + (back ? -1 : 1));
    if (this.key === null) return;
    const name = text(this.key.map(at => row[at]));
    if (back) this.#keys.delete(name);
    else if (this.#keys.has(name)) throw new Error(`${line} and ${this.#keys.get(name)} have one key`);
    else this.#keys.set(name, line);
  }

  lines(): string[] {
    return [...this.#counts].flatMap(([line, count]) => Array.from({ length: count }, () => line)).sort();
  }
}

/** An operator of the same plan that goes on with the state of another, by way of a snapshot's bytes. */
export function moved(from: Operator, make: () => Operator): Operator {
  const writer = new SnapshotWriter();
  from.snapshot(writer);
  const to = make();
  to.restore(readSnapshot(writer.encode()));
  return to;
}
