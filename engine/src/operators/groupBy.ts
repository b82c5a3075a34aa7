import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME } from '../columns/time.js';
import type { GroupedHost } from '../codegen/grouped.js';
import { ChangeWriter, type ChangeForm } from './changes.js';
import { GroupCensus } from './groupCensus.js';
import { GroupExpiry } from './groupExpiry.js';
import { Grouping, type GroupingPlan } from './grouping.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import { Pane } from './pane.js';
import type { StateReader, StateWriter } from './snapshot.js';
import type { StateStore } from './state.js';

/** What a running group-by is made of. */
export interface GroupByPlan extends GroupingPlan {
  readonly output: Schema;
  /** Changes as they come, or each group once, at the end of the input. */
  readonly form: ChangeForm | 'final';
  /** Groups that no row has come to for so long, by the watermark, are forgotten without a retraction; null: never. */
  readonly ttlUs: number | null;
}

/**
 * A group-by without windows: one row a group, kept current. Each input batch emits each changed group once. A group that has been forgotten
 * starts anew when a row comes to it.
 */
export class GroupByOperator implements Operator, GroupedHost {
  readonly counters: OperatorCounters & { expired: number } = { late: 0, untimed: 0, expired: 0 };
  readonly start = -Infinity;
  readonly end = Infinity;
  readonly closed = false;
  readonly nextEvent = Infinity;
  epoch = 0;
  readonly #pane = new Pane(Infinity);
  readonly #grouping: Grouping;
  readonly #store: StateStore;
  readonly #out: OutputBuffer;
  readonly #writer: ChangeWriter;
  readonly #form: ChangeForm | 'final';
  readonly #expiry: GroupExpiry | null;
  readonly #census = new GroupCensus(holds => this.#markGroups(holds));
  /** How many groups have lost all their rows since their slots were given back. */
  #emptied = 0;
  #watermark = START_OF_TIME;
  #ended = false;

  constructor(plan: GroupByPlan, evaluate: (batch: Batch) => readonly Column[]) {
    this.#grouping = new Grouping(plan, evaluate);
    this.#store = this.#grouping.makeStore(plan.form === 'retract' || plan.shape.retracting);
    this.#out = new OutputBuffer(plan.output);
    this.#writer = new ChangeWriter(
      this.#grouping,
      this.#out,
      { keys: plan.keys.length, windows: 0 },
      plan.form === 'final' ? 'upsert' : plan.form,
    );
    this.#form = plan.form;
    this.#expiry = plan.ttlUs === null ? null : new GroupExpiry(plan.ttlUs);
  }

  get dense(): Int32Array {
    return this.#pane.dense;
  }

  enter(): boolean {
    return true;
  }

  slotOf(group: number): number {
    const found = this.#pane.find(group);
    if (found >= 0) return found;
    const slot = this.#store.open(group);
    this.#pane.add(group, slot);
    return ~slot;
  }

  touch(slot: number): void {
    this.#pane.touch(slot);
  }

  dropUntimed(): void {
    this.counters.untimed++;
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    this.#out.reset();
    if (batch.length > 0) this.#addRows(batch);
    if (this.#form === 'final') {
      if (batch.watermark === END_OF_TIME && !this.#ended) this.#emitAll();
    } else {
      this.#emitTouched();
    }
    this.#watermark = Math.max(this.#watermark, batch.watermark);
    if (this.#expiry?.isDue(this.#watermark) === true) this.#forgetSilent(this.#expiry);
    this.#renumber();
    out(this.#out.batch(this.#watermark, this.#form !== 'final'));
  }

  #addRows(batch: Batch): void {
    this.epoch++;
    const input = this.#grouping.prepare(batch, this.#watermark);
    this.#pane.fit(this.#grouping.groups.size);
    const expiry = this.#expiry;
    let from = 0;
    while (expiry !== null) {
      // A row whose group has lived its time out meets a new one.
      const at = expiry.touch(input, from, batch.length);
      this.#grouping.run(this, this.#store, input, from, at);
      if (at === batch.length) return;
      this.#restart(input.groups[at]);
      from = at;
    }
    this.#grouping.run(this, this.#store, input, 0, batch.length);
  }

  /** Forgets a group that a row has come to. What it was is told first. */
  #restart(group: number): void {
    const slot = this.#pane.find(group);
    if (slot < 0 || this.#isEmpty(slot)) return;
    this.#emitTouched();
    this.epoch++;
    // The slot that was released last is the next to be had, so the group keeps it.
    this.#store.release(slot);
    this.#store.groups[this.#store.allocate(group)] = group;
    this.counters.expired++;
  }

  #emitTouched(): void {
    const pane = this.#pane;
    const from = this.#out.length;
    this.#writer.change(this.#store, pane.touched, pane.touchedCount, slot => this.#empty(slot));
    this.#out.marks.fill(this.#watermark, from, this.#out.length);
    pane.touchedCount = 0;
    if (2 * this.#emptied > pane.count) this.#releaseEmptied();
  }

  /** A group without rows is as if it had never come; its slot is given back with many others, since that looks at all of them. */
  #empty(slot: number): void {
    this.#store.reset(slot);
    this.#emptied++;
  }

  #isEmpty(slot: number): boolean {
    return this.#grouping.plan.shape.retracting && !(this.#store.rows(slot) > 0);
  }

  #releaseEmptied(): void {
    this.#emptied = 0;
    this.#keepSlots(slot => !this.#isEmpty(slot));
  }

  /** Emits every group at the end of the input. */
  #emitAll(): void {
    this.#ended = true;
    const { slots, count } = this.#pane;
    if (this.#grouping.plan.shape.retracting) this.#writer.change(this.#store, slots, count, null);
    else this.#writer.insert(this.#store, slots, count);
    this.#out.marks.fill(this.#watermark, 0, this.#out.length);
  }

  #forgetSilent(expiry: GroupExpiry): void {
    if (this.#emptied > 0) this.#releaseEmptied();
    const before = this.#pane.count;
    this.#keepSlots(slot => expiry.isAlive(this.#store.groups[slot], this.#watermark));
    this.counters.expired += before - this.#pane.count;
  }

  /** Gives back the slots of the other groups. */
  #keepSlots(keeps: (slot: number) => boolean): void {
    const { groups } = this.#store;
    const kept: number[] = [];
    const dropped: number[] = [];
    for (let i = 0; i < this.#pane.count; i++) {
      const slot = this.#pane.slots[i];
      (keeps(slot) ? kept : dropped).push(slot);
    }
    if (dropped.length === 0) return;
    this.#pane.clear(groups);
    for (const slot of kept) this.#pane.add(groups[slot], slot);
    for (const slot of dropped) this.#store.release(slot);
  }

  /** Numbers of groups that are gone are given up. */
  #renumber(): void {
    const renumbering = this.#census.take(this.#grouping.groups);
    if (renumbering === null) return;
    const { groups } = this.#store;
    const { slots, count } = this.#pane;
    this.#expiry?.keepOnly(renumbering.kept);
    for (let i = 0; i < count; i++) groups[slots[i]] = renumbering.numberOf[groups[slots[i]]];
    this.#pane.renumber(groups);
  }

  #markGroups(holds: Uint8Array): void {
    const { slots, count } = this.#pane;
    for (let i = 0; i < count; i++) holds[this.#store.groups[slots[i]]] = 1;
  }

  bytes(): number {
    return this.#store.bytes() + this.#grouping.groups.bytes() + (this.#expiry?.bytes() ?? 0);
  }

  stateRows(): number {
    return this.#store.live;
  }
  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    writer.value('epoch', this.epoch);
    writer.value('ended', this.#ended);
    if (this.#emptied > 0) writer.value('emptied', this.#emptied);
    writer.value('counters', { ...this.counters });
    writer.lane('slots', this.#pane.slots, this.#pane.count);
    this.#grouping.snapshot(writer.section('grouping'));
    this.#expiry?.snapshot(writer.section('expiry'));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.epoch = reader.value('epoch') as number;
    this.#ended = reader.value('ended') as boolean;
    if (reader.has('emptied')) this.#emptied = reader.value('emptied') as number;
    Object.assign(this.counters, reader.value('counters'));
    this.#grouping.restore(reader.section('grouping'));
    this.#expiry?.restore(reader.section('expiry'));
    const slots = reader.lane('slots') as Int32Array;
    const { groups } = this.#store;
    this.#pane.fit(this.#grouping.groups.size);
    this.#pane.reserve(slots.length);
    for (let i = 0; i < slots.length; i++) this.#pane.add(groups[slots[i]], slots[i]);
  }
}
