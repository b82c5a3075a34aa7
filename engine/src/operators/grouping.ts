import type { Batch } from '../columns/batch.js';
import { hasNull, isWide, type Column, type Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { toEventTimes } from '../columns/time.js';
import { hasDictionary, isInt64Like, type DataType } from '../columns/types.js';
import {
  compileGroupedLoop,
  type GroupedCells,
  type GroupedHost,
  type GroupedInput,
  type GroupedLoop,
} from '../codegen/grouped.js';
import { holdsInt64, stateLayout } from '../codegen/groupedEmit.js';
import { laneSources, layoutOf } from '../codegen/groupedLayout.js';
import {
  compileGroupedCopyAll,
  compileGroupedMergeAll,
  type GroupedMergeAll,
} from '../codegen/groupedMergeAll.js';
import type { GroupedShape } from '../codegen/groupedShape.js';
import { compileSliceLoops, type SliceLoops } from '../codegen/groupedSlices.js';
import {
  compileGroupedMerge,
  compileGroupedValues,
  type GroupedMerge,
  type GroupedValues,
} from '../codegen/groupedValues.js';
import { isWrittenAhead } from '../codegen/compile.js';
import { withNulls } from '../codegen/nullness.js';
import { GroupIndex } from './groupIndex.js';
import type { OutputColumn } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { StateStore } from './state.js';
import { ToldValues } from './toldValues.js';
import { grown, translate } from './valueIds.js';

/** What a grouped operator is made of: plain data beside the aggregates. */
export interface GroupingPlan {
  readonly shape: GroupedShape;
  readonly input: Schema;
  /** The key columns' names. */
  readonly keys: readonly string[];
  /** The event-time column; null where there is none. */
  readonly time: string | null;
}

const EMPTY = new Float64Array(0);
/** The first runs are short: a loop that is compiled before its end was ever reached is thrown away each time it ends. */
export const FIRST_RUN = 64;
export const FIRST_RUNS = 16;

/** Groups, their state, and the loops over them: what windowed and running aggregates share. */
export class Grouping {
  readonly groups: GroupIndex;
  /** The plan's shape as far as NULLs have come. */
  shape: GroupedShape;
  #nulls: readonly boolean[];
  readonly #keyColumns: readonly number[];
  readonly #timeColumn: number;
  readonly #stores: StateStore[] = [];
  readonly #dictionaries: (Dictionary | null)[];
  readonly #translations: WeakMap<Dictionary, Int32Array>[];
  #times = EMPTY;
  /** The end of a slot's window in µs, for aggregates that need it; set by operators that have windows. */
  endOf: (slot: number) => number = () => NaN;
  #loop: GroupedLoop | null = null;
  #runs = 0;
  #merge: GroupedMerge | null = null;
  #mergeAll: GroupedMergeAll | null = null;
  #copyAll: GroupedMergeAll | null | undefined;
  #slices: SliceLoops | null | undefined;
  #values: { fast: GroupedValues; exact: GroupedValues }[] = [];
  #wide = false;
  #at = new Int32Array(0);
  #scratch = new Int32Array(0);

  constructor(
    readonly plan: GroupingPlan,
    /** Evaluates the argument columns of a batch. */
    readonly evaluate: (batch: Batch) => readonly Column[],
  ) {
    const position = (name: string): number => fieldIndex(plan.input, name);
    // Which NULLs come first depends on how rows come: where no loop can be made later, there is one for all.
    this.#nulls = plan.shape.args.map(() => isWrittenAhead());
    this.shape = withNulls(plan.shape, this.#nulls);
    this.#keyColumns = plan.keys.map(position);
    this.#timeColumn = plan.time === null ? -1 : position(plan.time);
    this.groups = new GroupIndex(plan.keys.map(name => plan.input.fields[position(name)].type));
    this.#dictionaries = plan.shape.args.map(() => null);
    this.#translations = plan.shape.args.map(() => new WeakMap<Dictionary, Int32Array>());
  }

  /** The dictionaries of string arguments, which states hold codes of. */
  get dictionaries(): readonly (Dictionary | null)[] {
    return this.#dictionaries;
  }

  /** State for this grouping's groups; it goes wide when the others do. `shadowed`: it knows what was emitted last. */
  makeStore(shadowed: boolean): StateStore {
    const { shape } = this;
    const types = shape.aggregates.map(({ type, bound }) => ({
      type,
      makesText: bound.makesText === true,
    }));
    const store = new StateStore(stateLayout(shape), shadowed ? new ToldValues(types, 0) : null);
    this.#stores.push(store);
    return store;
  }

  /** The arrays that a loop reads, out of a batch. `groups`: its rows' groups, where the caller numbers them. */
  prepare(batch: Batch, before: number, groups: Int32Array | null = null): GroupedInput {
    const time = this.#timeColumn < 0 ? null : batch.columns[this.#timeColumn];
    const args = this.evaluate(batch);
    this.#noteNulls(args, batch.length);
    const { shape } = this;
    const ticks = shape.order === 'ticks' && time !== null ? time : null;
    if (!this.#wide && (args.some(isWide) || (ticks !== null && isWide(ticks)))) this.#widen();
    return {
      groups:
        groups ??
        this.groups.assign(
          this.#keyColumns.map(column => batch.columns[column]),
          batch.length,
        ),
      times:
        time !== null && (shape.windowed || shape.order !== 'none')
          ? this.#eventTimes(time, batch.length)
          : EMPTY,
      timeValid: time?.valid ?? null,
      ticks: ticks?.data ?? null,
      marks: batch.marks ?? EMPTY,
      before,
      kinds: batch.kinds,
      args: args.map((column, k) => this.#argument(column, k, batch.length)),
      valid: args.map(column => column.valid),
      dictionaries: this.#dictionaries,
    };
  }

  #eventTimes(column: Column, count: number): Float64Array {
    const unit = (column.type as { unit: 's' | 'ms' | 'us' | 'ns' }).unit;
    if (unit === 'us' && column.data instanceof Float64Array) return column.data;
    if (this.#times.length < count) this.#times = new Float64Array(Math.max(1024, count));
    toEventTimes(column.data, unit, count, this.#times);
    return this.#times;
  }

  /** An argument's lane; strings as codes of this grouping's own dictionary. */
  #argument(column: Column, k: number, count: number): Lane {
    if (column.dictionary === null) return column.data;
    const own = (this.#dictionaries[k] ??= column.dictionary);
    return own === column.dictionary ? column.data : translate(column, count, own, this.#translations[k]);
  }

  /** Lays the state out anew where an argument is NULL that never was. */
  #noteNulls(args: readonly Column[], count: number): void {
    const first = args.map(
      ({ valid }, k) =>
        !this.#nulls[k] && this.plan.shape.args[k].nullable && valid !== null && hasNull(valid, count),
    );
    if (first.includes(true)) this.#admitNulls(this.#nulls.map((known, k) => known || first[k]));
  }

  #admitNulls(nulls: readonly boolean[]): void {
    const before = layoutOf(this.shape);
    this.#nulls = nulls;
    this.shape = withNulls(this.plan.shape, nulls);
    const layout = layoutOf(this.shape);
    const sources = laneSources(before, layout);
    for (const store of this.#stores) store.relayout(layout.lanes, sources);
    this.#forgetLoops();
  }

  #forgetLoops(): void {
    this.#loop = this.#merge = this.#mergeAll = null;
    this.#copyAll = this.#slices = undefined;
    this.#values = [];
  }

  #widen(): void {
    this.#wide = true;
    this.#forgetLoops();
    for (const store of this.#stores) store.widen();
  }

  /** Runs the fused loop over rows [from, to); returns where it stopped. */
  run(host: GroupedHost, store: StateStore, input: GroupedInput, from: number, to: number): number {
    this.#loop ??= compileGroupedLoop(this.shape, this.#wide);
    store.reserve(to - from);
    let row = from;
    while (row < to && this.#runs < FIRST_RUNS) {
      this.#runs++;
      const end = Math.min(to, row + FIRST_RUN);
      const stopped = this.#loop(host, store, input, row, end);
      if (stopped < end) return stopped;
      row = end;
    }
    return row === to ? to : this.#loop(host, store, input, row, to);
  }

  /** Adds one slot's state to another's. */
  merge(into: StateStore, slot: number, from: StateStore, other: number): void {
    this.#merge ??= compileGroupedMerge(this.shape, this.#wide);
    this.#merge(into, slot, from, other, this.#dictionaries);
  }

  /** Adds the states of many slots to others'. */
  mergeAll(into: StateStore, slots: Int32Array, from: StateStore, others: Int32Array, count: number): void {
    if (count === 0) return;
    this.#mergeAll ??= compileGroupedMergeAll(this.shape, this.#wide);
    this.#mergeAll(into, slots, from, others, count, this.#dictionaries);
  }

  /** The loops over whole slices; null where there are none for this state. */
  get slices(): SliceLoops | null {
    if (this.#slices === undefined) this.#slices = compileSliceLoops(this.shape, this.#wide);
    return this.#slices;
  }

  /** Copies the states of many slots to others, whatever these held. */
  copyAll(into: StateStore, slots: Int32Array, from: StateStore, others: Int32Array, count: number): void {
    if (count === 0) return;
    if (this.#copyAll === undefined) this.#copyAll = compileGroupedCopyAll(this.shape, this.#wide);
    if (this.#copyAll !== null) {
      this.#copyAll(into, slots, from, others, count, this.#dictionaries);
      return;
    }
    for (let i = 0; i < count; i++) into.reset(slots[i]);
    this.mergeAll(into, slots, from, others, count);
  }

  /** Writes the keys of slots, each at its position. */
  writeKeys(
    store: StateStore,
    slots: Int32Array,
    count: number,
    at: Int32Array,
    out: readonly OutputColumn[],
  ): void {
    if (this.#scratch.length < count) this.#scratch = grown(this.#scratch, count);
    const groups = this.#scratch;
    for (let k = 0; k < count; k++) groups[k] = store.groups[slots[k]];
    this.groups.write(groups, count, at, out);
  }

  /**
   * Writes the aggregates' values of slots, each at its position, out of the state. `used` is
   * how many rows of the columns hold something.
   */
  writeValues(
    state: GroupedCells,
    slots: Int32Array,
    count: number,
    at: Int32Array,
    out: readonly OutputColumn[],
    used: number,
  ): void {
    for (let j = 0; j < out.length; j++) this.writeValue(j, state, slots, count, at, out[j], used);
  }

  /** Writes one aggregate's values to a column of its type. */
  writeValue(
    j: number,
    state: GroupedCells,
    slots: Int32Array,
    count: number,
    at: Int32Array,
    column: OutputColumn,
    used: number,
  ): void {
    const values = (this.#values[j] ??= this.#compileValues(j));
    if (this.#goesWide(j, column.type)) column.widen(used);
    const write = column.isWide ? values.exact : values.fast;
    const { args, bound } = this.shape.aggregates[j];
    const made = bound.makesText === true ? column.makeDictionary() : null;
    const reading = { dictionaries: this.#dictionaries, endOf: this.endOf, made };
    if (!write(state, slots, count, at, column.data, column.valid, reading)) {
      column.widen(used);
      values.exact(state, slots, count, at, column.data, column.valid, reading);
    }
    if (hasDictionary(column.type) && made === null) column.dictionary = this.#dictionaries[args[0]];
  }

  /** Whether an aggregate's values are held as BigInts, so that its column has to be wide. */
  #goesWide(j: number, type: DataType): boolean {
    if (!this.#wide || !isInt64Like(type)) return false;
    return holdsInt64(this.shape, j);
  }

  #compileValues(j: number): { fast: GroupedValues; exact: GroupedValues } {
    const { shape } = this;
    return {
      fast: compileGroupedValues(shape, j, this.#wide, false),
      exact: isInt64Like(shape.aggregates[j].type)
        ? compileGroupedValues(shape, j, this.#wide, true)
        : compileGroupedValues(shape, j, this.#wide, false),
    };
  }

  /** The positions `from`, `from + step`, …: where rows go. */
  positions(from: number, count: number): Int32Array {
    if (this.#at.length < count) this.#at = grown(this.#at, count);
    for (let k = 0; k < count; k++) this.#at[k] = from + k;
    return this.#at;
  }
  /** The groups, the dictionaries of string arguments, and every store made here. */
  snapshot(writer: StateWriter): void {
    writer.value('nulls', this.#nulls);
    this.groups.snapshot(writer.section('groups'));
    this.#dictionaries.forEach((dictionary, k) => {
      if (dictionary !== null) writer.dictionary(`dictionary ${k}`, dictionary);
    });
    this.#stores.forEach((store, k) => store.snapshot(writer.section(`store ${k}`)));
  }

  restore(reader: StateReader): void {
    this.#admitNulls(reader.value('nulls') as readonly boolean[]);
    this.groups.restore(reader.section('groups'));
    this.#dictionaries.forEach((_, k) => {
      if (reader.has(`dictionary ${k}`)) this.#dictionaries[k] = reader.dictionary(`dictionary ${k}`);
    });
    this.#stores.forEach((store, k) => store.restore(reader.section(`store ${k}`)));
    if (this.#stores.some(store => store.wide)) this.#widen();
  }
}
