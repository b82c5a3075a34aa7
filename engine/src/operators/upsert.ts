import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { PhysicalUpsert } from '../physical/upsert.js';
import { KeyedRows } from './keyedRows.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { compareRows, compareRowsDescending, sameRows } from './rowCompare.js';
import { RowAction, RowKindNames, takeWhere } from './rowKindNames.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { ToldRows } from './toldRows.js';

type UpsertPlan = PhysicalUpsert & { readonly input: Schema; readonly output: Schema };

/** Rows of an emitted batch, where all are told at the end. */
const BATCH_ROWS = 8192;
const NO_MARKS = new Float64Array(0);

/**
 * Keeps one row of each key of rows that come, put or taken away, and tells how it changes. Rows that are as their key's was, and that take away
 * what is not there, tell nothing.
 *
 * Rows without event time are told by what a batch has made of their keys, once each. With event time each is a version of the row, and each change
 * is told, with the mark that was in force: what windows make of them does not depend on how the input was cut.
 */
export class UpsertOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0, unmatched: 0 };
  readonly #plan: UpsertPlan;
  readonly #columns: readonly number[];
  readonly #timeColumn: number;
  readonly #kindColumn: number;
  readonly #names: RowKindNames | null;
  readonly #deleted: ColumnKernel | null;
  readonly #orders: readonly ColumnKernel[];
  readonly #rows: KeyedRows;
  readonly #told: ToldRows;
  /** Whether each change is told, and not what a batch has made of its keys. */
  readonly #tellsEach: boolean;
  /** The key whose row has been told to be no more, by the last row that came; -1: none. What comes next may take its place. */
  #held = -1;
  #watermark: EventTime = START_OF_TIME;
  #ended = false;
  #actions = new Uint8Array(0);
  /** What the rows of the state are compared by, as it lies now: what they are put in order by, and their columns. */
  #compared: readonly Column[] = [];
  #values: readonly Column[] = [];
  /** Of keys that a batch has come to: which, where their rows lay before it, and by key whether it is one of them. */
  #touched: number[] = [];
  #before: number[] = [];
  #isTouched = new Uint8Array(0);

  constructor(plan: UpsertPlan) {
    const { input, output } = plan;
    this.#plan = plan;
    this.#columns = output.fields.map(({ name }) => fieldIndex(input, name));
    this.#timeColumn = plan.ordersByTime ? fieldIndex(input, plan.time as string) : -1;
    this.#kindColumn = plan.kind === null ? -1 : fieldIndex(input, plan.kind);
    this.#names = plan.kind === null ? null : new RowKindNames(plan.kind);
    this.#deleted = plan.deleted === null ? null : compileColumn(plan.deleted, input);
    this.#orders = plan.order.map(({ value }) => compileColumn(value, input));
    const ordered = plan.order.map(({ value: { type, nullable } }, k) => ({
      name: `order ${k}`,
      type,
      nullable,
    }));
    this.#rows = new KeyedRows({ fields: [...output.fields, ...ordered] }, plan.key, numbers => {
      if (this.#held >= 0) numbers[this.#held] = 1;
    });
    this.#told = new ToldRows(plan.form === 'upsert');
    this.#tellsEach = plan.time !== null && plan.form !== 'final';
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    this.#watermark = Math.max(before, batch.watermark);
    this.#told.reset();
    if (batch.length > 0) this.#take(batch, before);
    else this.#told.begin(before, this.#tellsEach ? NO_MARKS : null);
    if (this.#watermark === Infinity && this.#held >= 0) {
      if (batch.length > 0 && batch.marks !== null) this.#told.pass(batch.marks[batch.length - 1]);
      this.#takeHeld();
      this.#net();
    }
    if (this.#plan.form === 'final') this.#emitFinal(out);
    else this.#emit(out);
    const renamed = this.#rows.compact();
    if (renamed !== null && this.#held >= 0) this.#held = renamed[this.#held];
  }

  #take(batch: Batch, before: EventTime): void {
    const { length, columns, marks } = batch;
    const actions = this.#actionsOf(batch);
    const orders = this.#orders.map(kernel => kernel.run(batch));
    const from = this.#rows.store.used;
    const numbers = this.#rows.append([...this.#columns.map(at => columns[at]), ...orders], length);
    if (this.#isTouched.length < this.#rows.size) {
      const isTouched = new Uint8Array(2 * this.#rows.size);
      isTouched.set(this.#isTouched);
      this.#isTouched = isTouched;
    }
    this.#look();
    const told = this.#told;
    const each = this.#tellsEach;
    told.begin(before, each ? marks : null);
    if (this.#held >= 0) {
      const goesOn = numbers[0] === this.#held && (actions === null || actions[0] === RowAction.Put);
      if (goesOn) this.#held = -1;
      else this.#takeHeld();
    }
    const valid = this.#timeColumn < 0 ? null : columns[this.#timeColumn].valid;
    for (let row = 0; row < length; row++) {
      if (valid !== null && valid[row] === 0) {
        this.counters.untimed++;
        continue;
      }
      told.row = row;
      const number = numbers[row];
      const action = actions === null ? RowAction.Put : actions[row];
      if (action === RowAction.Put) this.#put(number, from + row, each);
      else if (action === RowAction.Take) this.#remove(number, each);
      else if (row + 1 === length) this.#held = number;
      else if (numbers[row + 1] !== number || actions?.[row + 1] !== RowAction.Put) {
        // That none takes its place is known with the next row.
        told.row = row + 1;
        this.#remove(number, each);
      }
    }
    if (each) told.end(length);
    else this.#net();
  }

  /** What rows do; null: all are put. */
  #actionsOf(batch: Batch): Uint8Array | null {
    const names = this.#names;
    const deleted = this.#deleted?.run(batch) ?? null;
    if (names === null && deleted === null) return null;
    const { length } = batch;
    if (this.#actions.length < length) this.#actions = new Uint8Array(2 * length);
    const actions = this.#actions;
    if (names === null) actions.fill(RowAction.Put, 0, length);
    else names.read(batch.columns[this.#kindColumn], length, actions);
    if (deleted !== null) takeWhere(deleted, length, actions);
    return actions;
  }

  #look(): void {
    const { store } = this.#rows;
    const columns = store.view(0, store.used);
    this.#values = columns.slice(0, this.#columns.length);
    this.#compared = columns.slice(this.#columns.length);
  }

  /** A row has come that may take its key's place. */
  #put(number: number, position: number, each: boolean): void {
    const { rowOf } = this.#rows;
    const old = rowOf[number] - 1;
    if (old >= 0 && !this.#comesFirst(position, old)) return;
    if (!each) this.#touch(number, old);
    rowOf[number] = position + 1;
    if (old < 0) this.#rows.live++;
    if (!each) return;
    if (old < 0) this.#told.add(RowKind.Insert, position);
    else if (!sameRows(this.#values, old, position)) this.#told.replace(old, position);
  }

  #remove(number: number, each: boolean): void {
    const { rowOf } = this.#rows;
    const old = rowOf[number] - 1;
    if (old < 0) {
      this.counters.unmatched = (this.counters.unmatched ?? 0) + 1;
      return;
    }
    if (each) this.#told.add(RowKind.Delete, old);
    else this.#touch(number, old);
    rowOf[number] = 0;
    this.#rows.live--;
  }

  /** The row that was told to be no more has gone: none has taken its place. */
  #takeHeld(): void {
    const number = this.#held;
    this.#held = -1;
    this.#remove(number, this.#tellsEach);
  }

  #touch(number: number, old: number): void {
    if (this.#plan.form === 'final' || this.#isTouched[number] === 1) return;
    this.#isTouched[number] = 1;
    this.#touched.push(number);
    this.#before.push(old);
  }

  /** Tells what has become of the keys that a batch has come to. */
  #net(): void {
    const { rowOf } = this.#rows;
    for (let k = 0; k < this.#touched.length; k++) {
      const number = this.#touched[k];
      this.#isTouched[number] = 0;
      const old = this.#before[k];
      const now = rowOf[number] - 1;
      if (old < 0) {
        if (now >= 0) this.#told.add(RowKind.Insert, now);
      } else if (now < 0) this.#told.add(RowKind.Delete, old);
      else if (now !== old && !sameRows(this.#values, old, now)) this.#told.replace(old, now);
    }
    this.#touched.length = 0;
    this.#before.length = 0;
  }

  /** Whether a row comes before another one that was there before it. */
  #comesFirst(row: number, other: number): boolean {
    const { order, ties } = this.#plan;
    for (let k = 0; k < order.length; k++) {
      const compare = order[k].descending ? compareRowsDescending : compareRows;
      const found = compare(this.#compared[k], row, other);
      if (found !== 0) return found < 0;
    }
    return ties === 'later';
  }

  #emit(out: Emitter): void {
    const told = this.#told;
    const empty = this.#empty(this.#watermark);
    if (told.count === 0) {
      out(empty);
      return;
    }
    if (told.leadingMark !== null) out({ ...empty, watermark: told.leadingMark });
    const columns = this.#rows.store.gather(told.rows, told.count).slice(0, this.#columns.length);
    out({ ...empty, length: told.count, columns, kinds: told.kinds, marks: told.marks });
  }

  /** Tells every key's row once the input has ended, in the order in which the keys came. */
  #emitFinal(out: Emitter): void {
    if (this.#watermark !== Infinity || this.#ended) {
      out(this.#empty(this.#ended ? Infinity : START_OF_TIME));
      return;
    }
    this.#ended = true;
    const { rowOf, size, store } = this.#rows;
    const positions = new Int32Array(BATCH_ROWS);
    const marks = new Float64Array(BATCH_ROWS).fill(START_OF_TIME);
    let count = 0;
    const flush = (): void => {
      const columns = store.gather(positions, count).slice(0, this.#columns.length);
      if (count > 0) out({ ...this.#empty(START_OF_TIME), length: count, columns, marks });
      count = 0;
    };
    for (let number = 0; number < size; number++) {
      if (rowOf[number] === 0) continue;
      positions[count++] = rowOf[number] - 1;
      if (count === BATCH_ROWS) flush();
    }
    flush();
    out(this.#empty(Infinity));
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.output, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  bytes(): number {
    return this.#rows.bytes() + this.#isTouched.byteLength;
  }

  stateRows(): number {
    return this.#rows.live;
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('untimed', this.counters.untimed);
    writer.value('unmatched', this.counters.unmatched ?? 0);
    writer.value('held', this.#held);
    writer.value('ended', this.#ended);
    this.#rows.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.counters.untimed = reader.value('untimed') as number;
    this.counters.unmatched = reader.value('unmatched') as number;
    this.#held = reader.value('held') as number;
    this.#ended = reader.value('ended') === true;
    this.#rows.restore(reader);
  }
}
