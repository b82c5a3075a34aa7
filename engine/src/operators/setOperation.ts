import { RowKind, type Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME } from '../columns/time.js';
import type { PhysicalSetOperation } from '../physical/setOperation.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import { PortWatermarks } from './portWatermarks.js';
import { pickedOf } from './rowIdentities.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** How often a row is kept that the first input has so often, and the second one. */
function keptOf({ keeps, all }: PhysicalSetOperation, first: number, second: number): number {
  if (!all) return Number(first > 0 && second > 0 === (keeps === 'intersect'));
  return keeps === 'intersect' ? Math.min(first, second) : Math.max(0, first - second);
}

/** Counts the rows of two ports by their values, and keeps those of the first one as the counts say; what a batch changes is told net. */
export class SetOperationOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #groups: GroupIndex;
  readonly #census = new GroupCensus(holds => {
    const [first, second] = this.#counts;
    for (let group = 0; group < holds.length; group++)
      if (first[group] > 0 || second[group] > 0) holds[group] = 1;
  });
  /** How often each port has each row. */
  readonly #counts = [new Int32Array(256), new Int32Array(256)];
  /** When a row first came at the first port: its place in the order. */
  #places = new Int32Array(256);
  #come = 0;
  #live = 0;
  readonly #watermarks = new PortWatermarks(2);
  readonly #out: OutputBuffer;
  /** The rows that this batch touches, and how often each was kept before. */
  #touched = new Int32Array(16);
  #before = new Int32Array(16);
  #stamps = new Int32Array(256);
  #stamp = 0;
  #groupsOut = new Int32Array(16);
  /** Each place itself. */
  #at = Int32Array.of(0);

  constructor(readonly plan: PhysicalSetOperation & { readonly output: Schema }) {
    this.#groups = new GroupIndex(plan.output.fields.map(({ type }) => type));
    this.#out = new OutputBuffer(plan.output);
  }

  process(port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#out.reset();
    const touched = batch.length === 0 ? 0 : this.#count(port, batch);
    this.#watermarks.advance(port, batch.watermark);
    const { aligned } = this.#watermarks;
    if (this.plan.form !== 'final') {
      for (let k = 0; k < touched; k++) this.#tell(this.#touched[k], this.#before[k]);
      this.#emit(before, aligned, out);
    } else {
      if (aligned === END_OF_TIME && before < END_OF_TIME) this.#tellAll();
      this.#emit(START_OF_TIME, aligned < END_OF_TIME ? START_OF_TIME : aligned, out);
    }
    if (batch.length > 0) this.#forget();
  }

  /** Counts a batch's rows; returns how many values they touch. */
  #count(port: number, { columns, kinds, length }: Batch): number {
    const groups = this.#groups.assign(columns, length);
    this.#fit();
    const [first, second] = this.#counts;
    const counts = this.#counts[port];
    const stamp = ++this.#stamp;
    let touched = 0;
    for (let i = 0; i < length; i++) {
      const group = groups[i];
      if (this.#stamps[group] !== stamp) {
        this.#stamps[group] = stamp;
        if (touched === this.#touched.length) {
          this.#touched = grown(this.#touched, touched + 1);
          this.#before = grown(this.#before, touched + 1);
        }
        this.#touched[touched] = group;
        this.#before[touched++] = keptOf(this.plan, first[group], second[group]);
        if (first[group] + second[group] === 0) this.#live++;
      }
      const back = kinds !== null && (kinds[i] & 1) === 1;
      if (!back) {
        if (counts[group]++ === 0 && port === 0) this.#places[group] = this.#come++;
      } else if (counts[group] > 0) counts[group]--;
    }
    for (let k = 0; k < touched; k++) {
      const group = this.#touched[k];
      if (first[group] + second[group] === 0) this.#live--;
    }
    return touched;
  }

  /** Tells how often a row is kept more or less than before. */
  #tell(group: number, before: number): void {
    const [first, second] = this.#counts;
    const more = keptOf(this.plan, first[group], second[group]) - before;
    const count = Math.abs(more);
    if (count === 0) return;
    const from = this.#out.reserve(count);
    this.#out.kinds.fill(more > 0 ? RowKind.Insert : RowKind.Delete, from, from + count);
    if (this.#groupsOut.length < from + count) this.#groupsOut = grown(this.#groupsOut, from + count);
    this.#groupsOut.fill(group, from, from + count);
  }

  /** Tells all that is kept, in the order in which rows came at the first port. */
  #tellAll(): void {
    const [first, second] = this.#counts;
    const kept = first
      .map((_, group) => group)
      .filter(group => keptOf(this.plan, first[group], second[group]) > 0);
    kept.sort((a, b) => this.#places[a] - this.#places[b]);
    for (const group of kept) this.#tell(group, 0);
  }

  #emit(mark: number, watermark: number, out: Emitter): void {
    const buffer = this.#out;
    const { length } = buffer;
    if (length > 0) {
      while (this.#at.length < length)
        this.#at = Int32Array.from({ length: this.#at.length * 2 }, (_, k) => k);
      this.#groups.write(this.#groupsOut, length, this.#at, buffer.columns);
      buffer.marks.fill(mark, 0, length);
    }
    out(buffer.batch(watermark, this.plan.form === 'retract'));
  }

  #fit(): void {
    const { size } = this.#groups;
    if (this.#stamps.length >= size) return;
    this.#stamps = grown(this.#stamps, size);
    this.#places = grown(this.#places, size);
    this.#counts[0] = grown(this.#counts[0], size);
    this.#counts[1] = grown(this.#counts[1], size);
  }

  /** Gives up the numbers of rows that no port has. */
  #forget(): void {
    const renumbering = this.#census.take(this.#groups);
    if (renumbering === null) return;
    const { kept } = renumbering;
    this.#places = pickedOf(this.#places, kept);
    this.#counts[0] = pickedOf(this.#counts[0], kept);
    this.#counts[1] = pickedOf(this.#counts[1], kept);
    this.#stamps = new Int32Array(this.#places.length);
    this.#stamp = 0;
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    const { aligned } = this.#watermarks;
    if (aligned === before || this.plan.form === 'final') return;
    this.#out.reset();
    this.#emit(before, aligned, out);
  }

  stateRows(): number {
    return this.#live;
  }

  bytes(): number {
    return this.#groups.bytes() + this.#places.byteLength * 4;
  }

  snapshot(writer: StateWriter): void {
    this.#watermarks.snapshot(writer.section('watermarks'));
    this.#groups.snapshot(writer.section('groups'));
    writer.lane('first', this.#counts[0]);
    writer.lane('second', this.#counts[1]);
    writer.lane('places', this.#places);
    writer.value('come', this.#come);
    writer.value('live', this.#live);
  }

  restore(reader: StateReader): void {
    this.#watermarks.restore(reader.section('watermarks'));
    this.#groups.restore(reader.section('groups'));
    this.#counts[0] = reader.lane('first') as Int32Array<ArrayBuffer>;
    this.#counts[1] = reader.lane('second') as Int32Array<ArrayBuffer>;
    this.#places = reader.lane('places') as Int32Array<ArrayBuffer>;
    this.#stamps = new Int32Array(this.#places.length);
    this.#come = reader.value('come') as number;
    this.#live = reader.value('live') as number;
  }
}
