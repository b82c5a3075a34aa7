import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME } from '../columns/time.js';
import type { GroupedHost } from '../codegen/grouped.js';
import { ChangeWriter, type ChangeForm } from './changes.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import { Pane } from './pane.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';

/** What a running group-by is made of. */
export interface GroupByPlan extends GroupingPlan {
  readonly output: Schema;
  readonly form: ChangeForm;
}

/** A group-by without windows: one row a group, kept current. Each input batch emits each changed group once. */
export class GroupByOperator implements Operator, GroupedHost {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly start = -Infinity;
  readonly end = Infinity;
  readonly closed = false;
  readonly nextEvent = Infinity;
  epoch = 0;
  readonly #pane = new Pane();
  readonly #grouping: Grouping;
  readonly #store: StateStore;
  readonly #out: OutputBuffer;
  readonly #writer: ChangeWriter;
  #watermark = START_OF_TIME;

  constructor(plan: GroupByPlan, evaluate: (batch: Batch) => readonly Column[]) {
    this.#grouping = new Grouping(plan, evaluate);
    this.#store = this.#grouping.makeStore(plan.form === 'retract' || plan.shape.retracting);
    this.#out = new OutputBuffer(plan.output);
    this.#writer = new ChangeWriter(
      this.#grouping,
      this.#out,
      { keys: plan.keys.length, windows: 0 },
      plan.form,
    );
  }

  get dense(): Int32Array {
    return this.#pane.dense;
  }

  enter(): boolean {
    return true;
  }

  slotOf(group: number): number {
    let slot = this.#pane.find(group);
    if (slot < 0) {
      slot = this.#store.allocate(group);
      this.#pane.add(group, slot);
    }
    return slot;
  }

  touch(slot: number): void {
    this.#pane.touch(slot);
  }

  dropUntimed(): void {
    this.counters.untimed++;
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const pane = this.#pane;
    this.epoch++;
    if (batch.length > 0) {
      const input = this.#grouping.prepare(batch, this.#watermark);
      pane.fit(this.#grouping.groups.size);
      this.#grouping.run(this, this.#store, input, 0, batch.length);
    }
    this.#out.reset();
    let emptied = 0;
    this.#writer.change(this.#store, pane.touched, pane.touchedCount, () => emptied++);
    this.#out.marks.fill(this.#watermark, 0, this.#out.length);
    pane.touchedCount = 0;
    if (emptied > 0) this.#dropEmpty();
    this.#watermark = Math.max(this.#watermark, batch.watermark);
    out(this.#out.batch(this.#watermark, true));
  }

  /** Gives back the slots of groups whose last row was taken back. */
  #dropEmpty(): void {
    const { lanes, groups } = this.#store;
    const kept: number[] = [];
    const dropped: number[] = [];
    for (let i = 0; i < this.#pane.count; i++) {
      const slot = this.#pane.slots[i];
      ((lanes[0][slot] as number) > 0 ? kept : dropped).push(slot);
    }
    this.#pane.clear(groups);
    for (const slot of kept) this.#pane.add(groups[slot], slot);
    for (const slot of dropped) this.#store.release(slot);
    if (this.#grouping.groups.size < 65_536 || this.#grouping.groups.size < 4 * kept.length) return;
    this.#grouping.groups.keepOnly(Int32Array.from(kept, slot => groups[slot]));
    kept.forEach((slot, i) => (groups[slot] = i));
    this.#pane.renumber(groups);
  }

  bytes(): number {
    return this.#store.bytes();
  }

  stateRows(): number {
    return this.#store.live;
  }
  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('epoch', this.epoch);
    writer.value('counters', { ...this.counters });
    writer.lane('slots', this.#pane.slots, this.#pane.count);
    this.#grouping.snapshot(writer.section('grouping'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.epoch = reader.value('epoch') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#grouping.restore(reader.section('grouping'));
    for (const slot of reader.lane('slots') as Int32Array) this.#pane.add(this.#store.groups[slot], slot);
  }
}
