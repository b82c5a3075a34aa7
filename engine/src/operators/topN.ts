import type { Batch } from '../columns/batch.js';
import { hasNull, type Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import { INT64 } from '../columns/types.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { PhysicalTopN } from '../physical/topN.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
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
  /** The numbers of rows by key, or by value: where rows are taken back. */
  #rowNumbers: GroupIndex;
  readonly #groupCensus = new GroupCensus(holds => {
    for (const number of this.#groups.keys()) holds[number] = 1;
  });
  readonly #rowCensus = new GroupCensus(holds => {
    for (let row = 0; row < this.#store.used; row++) holds[this.#numberOf[row]] = 1;
  });
  #groups = new Map<number, Group>();
  /** Of each row number, the position of its latest row, plus one; and of each row, that of an earlier one of the number. */
  #rowOf: Int32Array = new Int32Array(0);
  #earlier = new Int32Array(0);
  /** The row number and the group of each position. */
  #numberOf = new Int32Array(0);
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
    this.#groupNumbers = this.#index(this.#within);
    this.#rowNumbers = this.#index(this.#key);
    this.#out = new RankChanges(plan.rowNumber !== null, (a, b) => this.#alike(a, b));
  }

  #index(columns: readonly number[]): GroupIndex {
    return new GroupIndex(columns.map(at => this.#plan.input.fields[at].type));
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
    const numbers = retracting
      ? this.#rowNumbers.assign(
          this.#key.map(at => batch.columns[at]),
          length,
        )
      : null;
    if (this.#rowOf.length < this.#rowNumbers.size) this.#rowOf = grown(this.#rowOf, this.#rowNumbers.size);
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
      if (numbers !== null) {
        const back = kinds !== null && (kinds[i] & 1) === 1;
        this.#replace(numbers[i], back, touched);
        if (back) continue;
        this.#earlier[position] = this.#rowOf[numbers[i]] - 1;
        this.#rowOf[numbers[i]] = position + 1;
        this.#numberOf[position] = numbers[i];
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

  /** Takes out the row of a number that is taken back, or that a new one of its key replaces. */
  #replace(number: number, back: boolean, touched: Set<Group>): void {
    if (!back && this.#plan.key === null) return;
    const position = this.#rowOf[number] - 1;
    if (position < 0) return;
    this.#rowOf[number] = this.#earlier[position] + 1;
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
      for (const row of group.rows) if (this.#plan.retracting) this.#forget(row);
      this.#live -= group.rows.size;
      this.#groups.delete(group.number);
    }
    this.#next = Infinity;
    for (const group of this.#groups.values()) this.#next = Math.min(this.#next, this.#closesAt(group));
  }

  /** A row whose group is given up can no longer be taken back. */
  #forget(position: number): void {
    const number = this.#numberOf[position];
    let later = -1;
    let at = this.#rowOf[number] - 1;
    while (at >= 0 && at !== position) {
      later = at;
      at = this.#earlier[at];
    }
    if (at < 0) return;
    if (later < 0) this.#rowOf[number] = this.#earlier[at] + 1;
    else this.#earlier[later] = this.#earlier[at];
  }

  #tell(group: Group, mark: EventTime): void {
    const now = group.rows.first(this.#plan.rows);
    this.#out.change(group.told, now, mark, this.#plan.key === null ? null : row => this.#numberOf[row]);
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
    if (this.#groupOf.length >= capacity) return;
    this.#groupOf = grown(this.#groupOf, capacity);
    this.#numberOf = grown(this.#numberOf, capacity);
    this.#earlier = grown(this.#earlier, capacity);
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
    for (let k = 0; k < count; k++) {
      const row = kept[k];
      this.#groupOf[k] = this.#groupOf[row];
      this.#numberOf[k] = this.#numberOf[row];
      this.#earlier[k] = this.#earlier[row] < 0 ? -1 : places[this.#earlier[row]];
    }
    for (let number = 0; number < this.#rowOf.length; number++)
      if (this.#rowOf[number] > 0) this.#rowOf[number] = places[this.#rowOf[number] - 1] + 1;
    this.#dropGroupNumbers();
    if (this.#plan.retracting) this.#dropRowNumbers();
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

  #dropRowNumbers(): void {
    const renumbering = this.#rowCensus.take(this.#rowNumbers);
    if (renumbering === null) return;
    const { kept, numberOf } = renumbering;
    const rowOf = new Int32Array(Math.max(1024, kept.length));
    kept.forEach((number, k) => (rowOf[k] = this.#rowOf[number]));
    this.#rowOf = rowOf;
    for (let row = 0; row < this.#store.used; row++) this.#numberOf[row] = numberOf[this.#numberOf[row]];
  }

  stateRows(): number {
    return this.#live;
  }

  bytes(): number {
    const numbers = this.#groupNumbers.bytes() + this.#rowNumbers.bytes();
    const lanes = this.#rowOf.byteLength + this.#groupOf.byteLength * 3;
    return this.#store.bytes() + this.#live * 16 + numbers + lanes;
  }

  /** Writes the groups, their rows in order, and what has been told of them. */
  snapshot(writer: StateWriter): void {
    this.#dense();
    const groups = [...this.#groups.values()];
    writer.value('watermark', this.#watermark);
    writer.value('late', this.counters.late);
    this.#store.snapshot(writer.section('rows'), 0);
    this.#groupNumbers.snapshot(writer.section('groupNumbers'));
    if (this.#plan.retracting) this.#rowNumbers.snapshot(writer.section('rowNumbers'));
    writer.lane('rowOf', this.#rowOf);
    for (const [name, lane] of Object.entries({
      groupOf: this.#groupOf,
      numberOf: this.#numberOf,
      earlier: this.#earlier,
    }))
      writer.lane(name, lane, this.#store.used);
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
    if (this.#plan.retracting) this.#rowNumbers.restore(reader.section('rowNumbers'));
    this.#rowOf = reader.lane('rowOf') as Int32Array;
    this.#fit();
    this.#groupOf.set(reader.lane('groupOf') as Int32Array);
    this.#numberOf.set(reader.lane('numberOf') as Int32Array);
    this.#earlier.set(reader.lane('earlier') as Int32Array);
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
