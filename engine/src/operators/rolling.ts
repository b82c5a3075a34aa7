import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { Dictionary } from '../columns/dictionary.js';
import { hasDictionary } from '../columns/types.js';
import type { GroupedInput } from '../codegen/grouped.js';
import { compileRollingLoop, type RollingLoop } from '../codegen/rolling.js';
import type { RollingHost } from '../codegen/rollingHost.js';
import { historyOf, rangeOf, ringLane, type RollingShape } from '../codegen/rollingShape.js';
import { argumentLanes, frameLanes, orderLanes } from './frameLanes.js';
import { GroupCensus } from './groupCensus.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import { KeyRing, type RingLane } from './keyRing.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
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

/**
 * Adds columns to rows that come in event order: aggregates of the rows before each, and row functions. One row out for each row in, at
 * once; the input's columns go on as they are.
 */
export class RollingOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: RollingPlan;
  /** The plan's shape as far as NULLs have come. */
  #shape: RollingShape;
  readonly #grouping: Grouping;
  readonly #store: StateStore;
  readonly #history: KeyRing | null;
  readonly #range: KeyRing | null;
  readonly #deques: readonly (KeyRing | null)[];
  /** Where a key without rows in its frame is as good as one that never came; null where keys keep what they have seen. */
  readonly #census: GroupCensus | null;
  /** No row to come is before this. */
  #reached: EventTime = START_OF_TIME;
  readonly #out: readonly OutputColumn[];
  /** For each column of the output, the input's column or the new one in its place. */
  readonly #layout: readonly { readonly from: 'input' | 'new'; readonly at: number }[];
  /** Positions of text arguments and of the defaults that stand for them. */
  readonly #defaults: readonly { readonly value: number; readonly fallback: number }[];
  readonly #translations = new WeakMap<Dictionary, Int32Array>();
  #counts = new Float64Array(0);
  #capacity = 1024;
  #loop: RollingLoop | null = null;

  constructor(plan: RollingPlan, evaluate: (batch: Batch) => readonly Column[]) {
    const { shape, output, input, columns } = plan;
    this.#plan = plan;
    this.#grouping = new Grouping(plan, evaluate);
    this.#store = this.#grouping.makeStore(false);
    this.#shape = this.#grouping.shape as RollingShape;
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
    this.#census = forgetsKeys(shape) ? new GroupCensus(holds => this.#markGroups(holds)) : null;
    this.#defaults = shape.roles.flatMap(role => {
      const [value, fallback] = role.kind === 'row' ? role.args : [];
      return fallback !== undefined && hasDictionary(shape.args[value].type) ? [{ value, fallback }] : [];
    });
    this.#out = columns.map(name => {
      const { type, nullable } = output.fields[fieldIndex(output, name)];
      return new OutputColumn(type, nullable, this.#capacity);
    });
    this.#layout = output.fields.map(({ name }) => {
      const made = columns.indexOf(name);
      return made >= 0 ? { from: 'new', at: made } : { from: 'input', at: fieldIndex(input, name) };
    });
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (batch.length === 0) {
      out({ ...batch, schema: this.#plan.output, columns: [] });
      return;
    }
    const input = this.#withDefaults(this.#grouping.prepare(batch, 0), batch.length);
    this.#followShape();
    this.#fit(this.#grouping.groups.size, batch.length);
    this.#loop ??= compileRollingLoop(this.#shape, this.#store.wide);
    this.#loop(this.#host(), input, batch.length);
    if (this.#census !== null) {
      this.#reached = Math.max(this.#reached, input.times[batch.length - 1]);
      this.#renumber(this.#census);
    }
    const made = this.#out.map((column, j) => this.#finish(column, j, batch.length, input.dictionaries));
    out({
      ...batch,
      schema: this.#plan.output,
      columns: this.#layout.map(({ from, at }) => (from === 'new' ? made[at] : batch.columns[at])),
    });
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

  /** Makes room for groups, whose numbers are their slots, and for rows; goes wide with the state. */
  #fit(groups: number, rows: number): void {
    const store = this.#store;
    for (let group = store.live; group < groups; group++) store.allocate(group);
    for (const ring of this.#rings()) {
      ring.fit(groups);
      if (store.wide) ring.widen();
    }
    if (store.wide && !this.#isWide) {
      this.#isWide = true;
      this.#loop = null;
    }
    if (this.#counts.length < groups) {
      const counts = new Float64Array(Math.max(1024, groups * 2));
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
    const { shape } = this.#grouping;
    if (shape === this.#shape) return;
    this.#shape = shape as RollingShape;
    this.#loop = null;
    this.#history?.relayout(historyLanes(this.#shape)!);
    this.#range?.relayout(rangeLanes(this.#shape)!);
  }

  #isWide = false;

  /** Numbers of keys without rows in their frames are given up. State and queues lie by number. */
  #renumber(census: GroupCensus): void {
    const renumbering = census.take(this.#grouping.groups);
    if (renumbering === null) return;
    const { kept } = renumbering;
    this.#store.keepOnly(kept);
    for (const ring of this.#rings()) ring.keepOnly(kept);
    this.#counts = Float64Array.from({ length: Math.max(1024, kept.length) }, (_, k) =>
      k < kept.length ? this.#counts[kept[k]] : 0,
    );
  }

  /** Marks keys of which a row is in the frame of the latest row. */
  #markGroups(holds: Uint8Array): void {
    const least = this.#reached - (this.#plan.shape.frame as { readonly us: number }).us;
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
  stateRows(): number {
    const rows = Math.max(0, ...this.#rings().map(ring => ring.rows));
    return Math.max(rows, this.#store.live);
  }

  bytes(): number {
    const rings = this.#rings().reduce((total, ring) => total + ring.bytes(), 0);
    return this.#store.bytes() + this.#grouping.groups.bytes() + rings + this.#counts.byteLength;
  }

  /** Writes the groups, their state, and the rows of their frames. */
  snapshot(writer: StateWriter): void {
    this.#grouping.snapshot(writer.section('grouping'));
    writer.lane('counts', this.#counts, this.#store.live);
    this.#rings().forEach((ring, k) => ring.snapshot(writer.section(`ring ${k}`)));
  }

  restore(reader: StateReader): void {
    this.#grouping.restore(reader.section('grouping'));
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

/** Whether a key that has no row in its frame has nothing else: no row function, and no aggregate of all rows so far, keeps any of it. */
function forgetsKeys({ frame, roles }: RollingShape): boolean {
  return frame?.kind === 'range' && roles.every(({ kind }) => kind === 'moving' || kind === 'deque');
}
