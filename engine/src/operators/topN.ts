import type { Batch } from '../columns/batch.js';
import { hasNull, type Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import { INT64, type DataType } from '../columns/types.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { PhysicalTopN } from '../physical/topN.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { NumberedRows } from './numberedRows.js';
import { RankedRows } from './rankedRows.js';
import { compareRows, compareRowsDescending } from './rowCompare.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { RankChanges } from './topNChanges.js';
import { grown } from './valueIds.js';

type TopNPlan = PhysicalTopN & { readonly input: Schema; readonly output: Schema };

/** One group: its rows in order, and those of its first rows that have been told. */
interface Group {
  readonly number: number;
  readonly time: EventTime;
  readonly rows: RankedRows;
  told: number[];
  /** Where rows only come: what a row has to beat to take the last one's place (`#limitOf`). */
  limit: number;
}

/**
 * The first rows of groups. Where rows only come, a group keeps no more than it may show; where they are taken back, it keeps all, since
 * any may move up. Windows are told once, when the watermark has passed them (`final`), or as they change.
 */
export class TopNOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: TopNPlan;
  readonly #orders: readonly ColumnKernel[];
  readonly #within: readonly number[];
  readonly #key: readonly number[];
  readonly #timeColumn: number;
  /** Rows with what they are ordered by after them. */
  readonly #store: RowStore;
  /** The columns that rows are compared by, in turn, as they are now. */
  #compared: { readonly column: Column; readonly compare: typeof compareRows }[] = [];
  #groupNumbers: GroupIndex;
  readonly #groupCensus = new GroupCensus(holds => {
    for (const number of this.#groups.keys()) holds[number] = 1;
  });
  /** The rows by key, or by value: where rows are taken back. */
  readonly #numbered: NumberedRows | null;
  #groups = new Map<number, Group>();
  /** The group of each position. */
  #groupOf = new Int32Array(0);
  #live = 0;
  #watermark: EventTime = START_OF_TIME;
  /** The earliest event time of a group that is to be told or given up. */
  #next: EventTime = Infinity;
  #times = new Float64Array(0);
  readonly #out: RankChanges;
  readonly #order = (a: number, b: number): number => this.#compare(a, b);

  constructor(plan: TopNPlan) {
    const { input } = plan;
    this.#plan = plan;
    this.#orders = plan.order.map(({ value }) => compileColumn(value, input));
    this.#within = plan.within.map(name => fieldIndex(input, name));
    this.#key = plan.key?.map(name => fieldIndex(input, name)) ?? [...input.fields.keys()];
    this.#timeColumn = plan.time === null ? -1 : fieldIndex(input, plan.time.column);
    const ordered = plan.order.map(({ value }, k) => ({
      name: `order ${k}`,
      type: value.type,
      nullable: value.nullable,
    }));
    this.#store = new RowStore({ fields: [...input.fields, ...ordered] });
    this.#groupNumbers = new GroupIndex(this.#typesOf(this.#within));
    this.#numbered = plan.retracting ? new NumberedRows(this.#typesOf(this.#key)) : null;
    this.#out = new RankChanges(plan.rowNumber !== null || plan.rows === 1, (a, b) => this.#alike(a, b));
  }

  #typesOf(columns: readonly number[]): DataType[] {
    return columns.map(at => this.#plan.input.fields[at].type);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    this.#out.reset();
    const touched = new Set<Group>();
    if (batch.length > 0) this.#take(batch, touched, before);
    const { form } = this.#plan;
    if (form === 'retract') for (const group of touched) this.#tell(group, before);
    const { marks, length } = batch;
    const last = marks === null || length === 0 ? before : Math.max(before, marks[length - 1]);
    if (this.#next < last) this.#close(last, length > 1 && marks !== null ? marks[length - 2] : before);
    this.#watermark = Math.max(last, batch.watermark);
    if (this.#next < this.#watermark) this.#close(this.#watermark, last);
    this.#emit(out);
    this.#compact();
  }

  #take(batch: Batch, touched: Set<Group>, before: EventTime): void {
    const { input, rows, retracting, form } = this.#plan;
    const { length, kinds, marks } = batch;
    const from = this.#store.used;
    const orders = this.#orders.map(kernel => kernel.run(batch));
    this.#store.append([...batch.columns, ...orders], 0, length);
    this.#fit();
    const times = this.#timesOf(batch);
    const groups = this.#groupNumbers.assign(
      this.#within.map(at => batch.columns[at]),
      length,
    );
    const numbered = this.#numbered;
    const numbers =
      numbered?.assign(
        this.#key.map(at => batch.columns[at]),
        length,
      ) ?? null;
    this.#compared = this.#comparedColumns(input.fields.length);
    const quick = this.#quickLane(orders.at(0), length);
    const falls = this.#plan.order.at(0)?.descending === true;
    let group: Group | undefined;
    let mark = before;
    for (let i = 0; i < length; i++) {
      const time = times === null ? -Infinity : times[i];
      if (form === 'final') {
        const previous = i > 1 && marks !== null ? marks[i - 2] : before;
        if (this.#next < mark) {
          this.#close(mark, previous);
          group = undefined;
        }
        if (marks !== null && time < mark) {
          this.counters.late++;
          mark = marks[i];
          continue;
        }
        if (marks !== null) mark = marks[i];
      }
      const position = from + i;
      if (numbered !== null && numbers !== null) {
        const back = kinds !== null && (kinds[i] & 1) === 1;
        if (back || this.#plan.key !== null) this.#takeOut(numbered.takeLatest(numbers[i]), touched);
        if (back) continue;
        numbered.add(numbers[i], position);
      }
      if (group?.number !== groups[i]) group = this.#groups.get(groups[i]) ?? this.#open(groups[i], time);
      if (!retracting && group.rows.size >= rows) {
        if (quick !== null && (falls ? quick[position] < group.limit : quick[position] > group.limit))
          continue;
        if (this.#compare(position, group.rows.last()) > 0) continue;
        group.rows.dropLast();
        this.#live--;
      }
      this.#groupOf[position] = group.number;
      group.rows.add(position, this.#order);
      if (!retracting) group.limit = this.#limitOf(group.rows.last(), quick);
      this.#live++;
      touched.add(group);
    }
  }

  /**
   * What rows are ordered by first, by position, where the batch's rows can be compared as it lies; null where they cannot. NaN compares as
   * neither, so it is compared in full.
   */
  #quickLane(order: Column | undefined, length: number): Float64Array | Int32Array | null {
    if (order === undefined || order.dictionary !== null) return null;
    if (order.valid !== null && hasNull(order.valid, length)) return null;
    const { data } = this.#compared[0].column;
    return data instanceof Float64Array || data instanceof Int32Array ? data : null;
  }

  /** The value that a row has to beat; NaN where that takes a comparison in full. */
  #limitOf(row: number, quick: Float64Array | Int32Array | null): number {
    const { valid } = this.#compared[0].column;
    return quick === null || (valid !== null && valid[row] === 0) ? NaN : quick[row];
  }

  /** Takes out a row that is taken back, or that a new one of its key replaces; -1: there is none. */
  #takeOut(position: number, touched: Set<Group>): void {
    if (position < 0) return;
    const group = this.#groups.get(this.#groupOf[position]);
    if (group === undefined) return;
    group.rows.remove(position, this.#order);
    this.#live--;
    touched.add(group);
  }

  #open(number: number, time: EventTime): Group {
    const group: Group = { number, time, rows: new RankedRows(), told: [], limit: NaN };
    this.#groups.set(number, group);
    const until = this.#closesAt(group);
    if (until < this.#next) this.#next = until;
    return group;
  }

  /** The watermark that has to be passed before a group is told, or given up; Infinity: it is kept. */
  #closesAt({ time }: Group): EventTime {
    const { form, changesForUs } = this.#plan;
    if (form === 'final') return time;
    return changesForUs === null ? Infinity : time + changesForUs;
  }

  /** Tells groups that the watermark has passed (`final`), and gives them up. */
  #close(mark: EventTime, previous: EventTime): void {
    const due = [...this.#groups.values()].filter(group => this.#closesAt(group) < mark);
    due.sort((a, b) => a.time - b.time);
    for (const group of due) {
      if (this.#plan.form === 'final') this.#out.insert(group.rows.first(this.#plan.rows), previous);
      // A row whose group is given up can no longer be taken back.
      if (this.#numbered !== null) for (const row of group.rows) this.#numbered.forget(row);
      this.#live -= group.rows.size;
      this.#groups.delete(group.number);
    }
    this.#next = Infinity;
    for (const group of this.#groups.values()) this.#next = Math.min(this.#next, this.#closesAt(group));
  }

  #tell(group: Group, mark: EventTime): void {
    const now = group.rows.first(this.#plan.rows);
    const numbered = this.#plan.key === null ? null : this.#numbered;
    this.#out.change(group.told, now, mark, numbered === null ? null : row => numbered.numberOf(row));
    group.told = now;
    if (group.rows.size === 0) this.#groups.delete(group.number);
  }

  #emit(out: Emitter): void {
    const changes = this.#out;
    const { output, form, input, rowNumber } = this.#plan;
    const count = changes.settle();
    if (count === 0) {
      out({ schema: output, length: 0, columns: [], kinds: null, marks: null, watermark: this.#watermark });
      return;
    }
    const gathered = this.#store.gather(changes.rows, count).slice(0, input.fields.length);
    const place: Column = { type: INT64, data: changes.places, valid: null, dictionary: null };
    out({
      schema: output,
      length: count,
      columns: rowNumber === null ? gathered : [...gathered, place],
      kinds: form === 'final' ? null : changes.kinds,
      marks: changes.marks,
      watermark: this.#watermark,
    });
  }

  #timesOf(batch: Batch): Float64Array | null {
    const { time } = this.#plan;
    if (time === null) return null;
    if (this.#times.length < batch.length) this.#times = new Float64Array(Math.max(1024, batch.length));
    toEventTimes(batch.columns[this.#timeColumn].data, time.unit, batch.length, this.#times);
    return this.#times;
  }

  /** What rows are ordered by, then their columns from left to right. */
  #comparedColumns(inputs: number): { readonly column: Column; readonly compare: typeof compareRows }[] {
    const columns = this.#store.view(0, this.#store.used);
    return [
      ...this.#plan.order.map(({ descending }, k) => ({
        column: columns[inputs + k],
        compare: descending ? compareRowsDescending : compareRows,
      })),
      ...columns.slice(0, inputs).map(column => ({ column, compare: compareRows })),
    ];
  }

  #compare(a: number, b: number): number {
    for (const { column, compare } of this.#compared) {
      const order = compare(column, a, b);
      if (order !== 0) return order;
    }
    return a - b;
  }

  #alike(a: number, b: number): boolean {
    return this.#compared.every(({ column }) => compareRows(column, a, b) === 0);
  }

  #fit(): void {
    const { capacity } = this.#store;
    this.#numbered?.fit(capacity);
    if (this.#groupOf.length < capacity) this.#groupOf = grown(this.#groupOf, capacity);
  }

  /** Gives up rows that no group holds, and numbers that nothing has. */
  #compact(): void {
    const store = this.#store;
    if (store.used < 1024 || store.used < 2 * this.#live) return;
    this.#dense();
  }

  #dense(): void {
    const store = this.#store;
    const kept = new Int32Array(this.#live);
    let count = 0;
    for (const group of this.#groups.values()) for (const row of group.rows) kept[count++] = row;
    kept.sort();
    const places = new Int32Array(store.used).fill(-1);
    for (let k = 0; k < count; k++) places[kept[k]] = k;
    const moved = (row: number): number => places[row];
    store.compact(kept, count);
    for (const group of this.#groups.values()) {
      group.rows.move(moved);
      group.told = group.told.map(moved);
    }
    for (let k = 0; k < count; k++) this.#groupOf[k] = this.#groupOf[kept[k]];
    this.#numbered?.move(kept, count, places);
    this.#dropGroupNumbers();
  }

  #dropGroupNumbers(): void {
    const renumbering = this.#groupCensus.take(this.#groupNumbers);
    if (renumbering === null) return;
    const renamed = new Map<number, Group>();
    for (const group of this.#groups.values()) {
      const number = renumbering.numberOf[group.number];
      renamed.set(number, { ...group, number });
      for (const row of group.rows) this.#groupOf[row] = number;
    }
    this.#groups = renamed;
  }

  stateRows(): number {
    return this.#live;
  }

  bytes(): number {
    const numbers = this.#groupNumbers.bytes() + (this.#numbered?.bytes() ?? 0);
    return this.#store.bytes() + this.#live * 16 + numbers + this.#groupOf.byteLength;
  }

  /** Writes the groups, their rows in order, and what has been told of them. */
  snapshot(writer: StateWriter): void {
    this.#dense();
    const groups = [...this.#groups.values()];
    writer.value('watermark', this.#watermark);
    writer.value('late', this.counters.late);
    this.#store.snapshot(writer.section('rows'), 0);
    this.#groupNumbers.snapshot(writer.section('groupNumbers'));
    this.#numbered?.snapshot(writer.section('rowNumbers'), this.#store.used);
    writer.lane('groupOf', this.#groupOf, this.#store.used);
    const numbers = Int32Array.from(groups, ({ number }) => number);
    writer.lane('numbers', numbers);
    const times = Float64Array.from(groups, ({ time }) => time);
    writer.lane('times', times);
    const told = Int32Array.from(groups, group => group.told.length);
    writer.lane('told', told);
    writer.lane('toldRows', Int32Array.from(groups.flatMap(({ told }) => told)));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.counters.late = reader.value('late') as number;
    this.#store.restore(reader.section('rows'));
    this.#groupNumbers.restore(reader.section('groupNumbers'));
    this.#numbered?.restore(reader.section('rowNumbers'));
    this.#fit();
    this.#groupOf.set(reader.lane('groupOf') as Int32Array);
    const times = reader.lane('times') as Float64Array;
    const told = reader.lane('told') as Int32Array;
    const toldRows = reader.lane('toldRows') as Int32Array;
    let at = 0;
    (reader.lane('numbers') as Int32Array).forEach((number, k) => {
      const group = this.#open(number, times[k]);
      group.told = Array.from(toldRows.subarray(at, (at += told[k])));
    });
    this.#compared = this.#comparedColumns(this.#plan.input.fields.length);
    for (let row = 0; row < this.#store.used; row++)
      (this.#groups.get(this.#groupOf[row]) as Group).rows.add(row, this.#order);
    this.#live = this.#store.used;
  }
}
