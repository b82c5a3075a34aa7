import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { hasDictionary } from '../columns/types.js';
import type { GroupedInput } from '../codegen/grouped.js';
import { compileRollingLoop, type RollingLoop } from '../codegen/rolling.js';
import type { RollingHost } from '../codegen/rollingHost.js';
import { historyOf, rangeOf, ringLane, type RollingShape } from '../codegen/rollingShape.js';
import { argumentLanes, frameLanes, orderLanes } from './frameLanes.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import { KeyRing, type RingLane } from './keyRing.js';
import { OutputColumn } from './output.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';
import { translate } from './valueIds.js';

/** What a rolling operator is made of. Its columns are the shape's, under their names. */
export interface RollingPlan extends GroupingPlan {
  readonly shape: RollingShape;
  readonly output: Schema;
  readonly columns: readonly string[];
}

/** What keys have seen, by slot, and the loop that goes over their rows in event order and makes the new columns' values of them. */
export class RollingState {
  readonly grouping: Grouping;
  readonly #plan: RollingPlan;
  /** The plan's shape as far as NULLs have come. */
  #shape: RollingShape;
  readonly #store: StateStore;
  readonly #history: KeyRing | null;
  readonly #range: KeyRing | null;
  readonly #deques: readonly (KeyRing | null)[];
  readonly #out: readonly OutputColumn[];
  /** Positions of text arguments and of the defaults that stand for them. */
  readonly #defaults: readonly { readonly value: number; readonly fallback: number }[];
  readonly #translations = new WeakMap<Dictionary, Int32Array>();
  #counts = new Float64Array(0);
  #capacity = 1024;
  #loop: RollingLoop | null = null;
  #isWide = false;

  constructor(plan: RollingPlan, evaluate: (batch: Batch) => readonly Column[]) {
    const { shape, output, columns } = plan;
    this.#plan = plan;
    this.grouping = new Grouping(plan, evaluate);
    this.#store = this.grouping.makeStore(false);
    this.#shape = this.grouping.shape as RollingShape;
    const history = historyLanes(this.#shape);
    this.#history = history === null ? null : new KeyRing(history);
    const range = rangeLanes(this.#shape);
    this.#range = range === null ? null : new KeyRing(range);
    this.#deques = shape.roles.map(role =>
      role.kind === 'deque'
        ? new KeyRing([
            { name: 'value', lane: ringLane(shape, role.arg) },
            { name: 'key', lane: 'float64' },
          ])
        : null,
    );
    this.#defaults = shape.roles.flatMap(role => {
      const [value, fallback] = role.kind === 'row' ? role.args : [];
      return fallback !== undefined && hasDictionary(shape.args[value].type) ? [{ value, fallback }] : [];
    });
    this.#out = columns.map(name => {
      const { type, nullable } = output.fields[fieldIndex(output, name)];
      return new OutputColumn(type, nullable, this.#capacity);
    });
  }

  /** Slots in use. */
  get live(): number {
    return this.#store.live;
  }

  /**
   * The new columns of a batch's rows, each of the key of its slot. The slots are below `count`; null: the keys are looked up. Returns the times of
   * the rows, where anything asks for them, and the columns, which are used again.
   */
  run(batch: Batch, slots: Int32Array | null, count: number): { times: Float64Array; columns: Column[] } {
    const input = this.#withDefaults(this.grouping.prepare(batch, 0, slots), batch.length);
    this.#followShape();
    this.#fit(slots === null ? this.grouping.groups.size : count, batch.length);
    this.#loop ??= compileRollingLoop(this.#shape, this.#store.wide);
    this.#loop(this.#host(), input, batch.length);
    const columns = this.#out.map((column, j) => this.#finish(column, j, batch.length, input.dictionaries));
    return { times: input.times, columns };
  }

  /** Defaults of text, as numbers of the dictionary of the values that they stand for. */
  #withDefaults(input: GroupedInput, count: number): GroupedInput {
    if (this.#defaults.length === 0) return input;
    const args = [...input.args];
    for (const { value, fallback } of this.#defaults) {
      const [own, dictionary] = [input.dictionaries[value], input.dictionaries[fallback]];
      if (own === null || dictionary === null || own === dictionary) continue;
      const { type } = this.#plan.shape.args[fallback];
      const column = { type, data: args[fallback], valid: input.valid[fallback], dictionary };
      args[fallback] = translate(column, count, own, this.#translations);
    }
    return { ...input, args };
  }

  /** Makes room for slots and for rows; goes wide with the state. */
  #fit(slots: number, rows: number): void {
    const store = this.#store;
    for (let slot = store.live; slot < slots; slot++) store.allocate(slot);
    for (const ring of this.#rings()) {
      ring.fit(slots);
      if (store.wide) ring.widen();
    }
    if (store.wide && !this.#isWide) {
      this.#isWide = true;
      this.#loop = null;
    }
    if (this.#counts.length < slots) {
      const counts = new Float64Array(Math.max(1024, slots * 2));
      counts.set(this.#counts);
      this.#counts = counts;
    }
    if (rows > this.#capacity) while (this.#capacity < rows) this.#capacity *= 2;
    for (const column of this.#out) {
      column.reset();
      if (column.data.length < this.#capacity) column.grow(this.#capacity, 0);
    }
  }

  /** Rows that wait have a validity for each argument that has been NULL. */
  #followShape(): void {
    const { shape } = this.grouping;
    if (shape === this.#shape) return;
    this.#shape = shape as RollingShape;
    this.#loop = null;
    this.#history?.relayout(historyLanes(this.#shape)!);
    this.#range?.relayout(rangeLanes(this.#shape)!);
  }

  /** Empties a slot: no row has come to it. */
  clear(slot: number): void {
    if (slot >= this.#store.live) return;
    this.#store.reset(slot);
    for (const ring of this.#rings()) ring.clear(slot);
    this.#counts[slot] = 0;
  }

  /** Goes on in a slot from what another one has seen; both are below `count`. */
  copy(from: number, to: number, count: number): void {
    this.#fit(count, 0);
    this.#store.copy(from, to);
    for (const ring of this.#rings()) ring.copy(from, to);
    this.#counts[to] = this.#counts[from];
  }

  /** Goes on with these slots alone, ascending, which are numbered by their places. */
  keepOnly(kept: Int32Array): void {
    this.#store.keepOnly(kept);
    for (const ring of this.#rings()) ring.keepOnly(kept);
    this.#counts = Float64Array.from({ length: Math.max(1024, kept.length) }, (_, k) =>
      k < kept.length ? this.#counts[kept[k]] : 0,
    );
  }

  /** Marks the slots that have had a row at `least` or later; frames of time alone know. */
  markSince(least: number, holds: Uint8Array): void {
    this.#range?.markSince(0, least, holds);
    for (const deque of this.#deques) deque?.markSince(1, least, holds);
  }

  #rings(): KeyRing[] {
    return [this.#history, this.#range, ...this.#deques].filter(ring => ring !== null);
  }

  #host(): RollingHost {
    const out = this.#out;
    return {
      state: this.#store,
      history: this.#history,
      range: this.#range,
      deques: this.#deques,
      counts: this.#counts,
      made: this.#shape.aggregates.map(({ bound }, j) =>
        bound.makesText === true ? out[j].makeDictionary() : null,
      ),
      data: out.map(column => column.data),
      valid: out.map(column => column.valid),
      exact(column, row, value) {
        out[column].widen(row);
        out[column].data[row] = value as never;
      },
    };
  }

  #finish(
    column: OutputColumn,
    j: number,
    length: number,
    dictionaries: readonly (Dictionary | null)[],
  ): Column {
    if (hasDictionary(column.type)) {
      const { roles, aggregates } = this.#plan.shape;
      const role = roles[j];
      const arg =
        role.kind === 'row' ? role.args[0] : role.kind === 'deque' ? role.arg : aggregates[j].args[0];
      if (aggregates[j].bound.makesText !== true) column.dictionary = dictionaries[arg];
    }
    return column.column(length);
  }

  /** Rows kept for frames and for row functions; a key without any counts as one. */
  get rows(): number {
    return Math.max(this.#store.live, ...this.#rings().map(ring => ring.rows));
  }

  bytes(): number {
    const rings = this.#rings().reduce((total, ring) => total + ring.bytes(), 0);
    return this.#store.bytes() + this.grouping.groups.bytes() + rings + this.#counts.byteLength;
  }

  /** Writes the slots' state, and the rows of their frames. */
  snapshot(writer: StateWriter): void {
    this.grouping.snapshot(writer.section('grouping'));
    writer.lane('counts', this.#counts, this.#store.live);
    this.#rings().forEach((ring, k) => ring.snapshot(writer.section(`ring ${k}`)));
  }

  restore(reader: StateReader): void {
    this.grouping.restore(reader.section('grouping'));
    this.#followShape();
    this.#rings().forEach((ring, k) => ring.restore(reader.section(`ring ${k}`)));
    const counts = reader.lane('counts') as Float64Array;
    this.#fit(counts.length, 0);
    this.#counts.set(counts);
  }
}

/** The lanes of the rows that are read again, and of a range frame's: null where there are none. */
function historyLanes(shape: RollingShape): RingLane[] | null {
  const { rows, args } = historyOf(shape);
  return rows === 0 ? null : [...argumentLanes(shape, args), ...orderLanes(shape)];
}

function rangeLanes(shape: RollingShape): RingLane[] | null {
  const args = rangeOf(shape);
  return args === null ? null : frameLanes(shape, args);
}
