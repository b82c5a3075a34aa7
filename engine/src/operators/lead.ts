import type { Batch } from '../columns/batch.js';
import { wideValue, type Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { PhysicalLead } from '../physical/rolling.js';
import { GroupIndex } from './groupIndex.js';
import { KeyRing } from './keyRing.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';

type LeadPlan = PhysicalLead & { readonly input: Schema; readonly output: Schema };

/**
 * Adds, to rows in event order, values of rows that follow in the same key. A row waits until the last of those has come, and rows
 * behind it wait too, so that rows stay in order; at the end of the input, what has not come is the default. The watermark waits
 * with the oldest row.
 */
export class LeadOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: LeadPlan;
  readonly #keys: readonly number[];
  readonly #groups: GroupIndex;
  readonly #values: readonly ColumnKernel[];
  readonly #fallbacks: readonly (ColumnKernel | null)[];
  /** The rows that wait, with the values that others read of them, and their own defaults. */
  readonly #store: RowStore;
  /** For each column, where the values of the first rows are found: positions in the store, -1 for the default, -2 for not yet. */
  readonly #sources: Int32Array[];
  /** Of each key, the numbers of its last rows: their positions and `#base`. */
  readonly #recent: KeyRing;
  /** How many rows have been given up. */
  #base = 0;
  #lastMark: EventTime = START_OF_TIME;
  readonly #most: number;
  #marks = new Float64Array(1024);
  #head = 0;
  #ready = 0;
  #watermark: EventTime = START_OF_TIME;
  #kept = new Int32Array(0);

  constructor(plan: LeadPlan) {
    const { input, columns } = plan;
    this.#plan = plan;
    this.#keys = plan.keys.map(name => fieldIndex(input, name));
    this.#groups = new GroupIndex(this.#keys.map(at => input.fields[at].type));
    this.#values = columns.map(({ value }) => compileColumn(value, input));
    this.#fallbacks = columns.map(({ fallback }) =>
      fallback === null ? null : compileColumn(fallback, input),
    );
    const extra = columns.flatMap(({ value, fallback }, k) => [
      { name: `value ${k}`, type: value.type, nullable: true },
      { name: `default ${k}`, type: (fallback ?? value).type, nullable: true },
    ]);
    this.#store = new RowStore({ fields: [...input.fields, ...extra] });
    this.#sources = columns.map(() => new Int32Array(1024));
    this.#recent = new KeyRing([{ name: 'row', lane: 'float64' }]);
    this.#most = Math.max(...columns.map(({ rows }) => rows));
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    this.#watermark = Math.max(this.#watermark, batch.watermark);
    if (batch.length > 0) this.#append(batch);
    const end = this.#watermark === Infinity ? this.#store.used : this.#resolved();
    this.#emit(end, out);
    if (this.#head * 2 > this.#store.used) this.#compact();
  }

  #append(batch: Batch): void {
    const store = this.#store;
    const { length } = batch;
    const from = store.used;
    const extra = this.#values.flatMap((kernel, k) => {
      const value = kernel.run(batch);
      const fallback = this.#fallbacks[k]?.run(batch) ?? { ...value, valid: new Uint8Array(length) };
      return [value, fallback];
    });
    this.#shareDictionaries(extra);
    store.append([...batch.columns, ...extra], 0, length);
    this.#fit(store.capacity, from);
    if (batch.marks !== null) this.#marks.set(batch.marks.subarray(0, length), from);
    for (const sources of this.#sources) sources.fill(-2, from, from + length);
    const groups = this.#groups.assign(
      this.#keys.map(at => batch.columns[at]),
      length,
    );
    this.#recent.fit(this.#groups.size);
    for (let i = 0; i < length; i++) this.#follow(groups[i], from + i);
  }

  /** A column's values and its defaults are numbers of one dictionary. */
  #shareDictionaries(values: readonly Pick<Column, 'dictionary'>[]): void {
    const stored = this.#store.columns.slice(this.#plan.input.fields.length);
    for (let k = 0; k < stored.length; k += 2) {
      stored[k].dictionary ??= values[k].dictionary;
      stored[k + 1].dictionary = stored[k].dictionary;
    }
  }

  #fit(capacity: number, used: number): void {
    if (this.#marks.length >= capacity) return;
    const marks = new Float64Array(capacity);
    marks.set(this.#marks.subarray(0, used));
    this.#marks = marks;
    for (let k = 0; k < this.#sources.length; k++) {
      const sources = new Int32Array(capacity);
      sources.set(this.#sources[k].subarray(0, used));
      this.#sources[k] = sources;
    }
  }

  /** A row has come: earlier rows of its key that waited for it have their values. */
  #follow(group: number, position: number): void {
    const ring = this.#recent;
    const at = 4 * group;
    let count = ring.meta[at + 3];
    this.#plan.columns.forEach(({ rows }, k) => {
      if (count < rows) return;
      const earlier = ring.lanes[0][
        ring.meta[at] + ((ring.meta[at + 2] + count - rows) & ring.meta[at + 1])
      ] as number;
      this.#sources[k][earlier - this.#base] = position;
    });
    if (count === this.#most) {
      ring.meta[at + 2] = (ring.meta[at + 2] + 1) & ring.meta[at + 1];
      count--;
    }
    if (count > ring.meta[at + 1]) ring.grow(group);
    ring.lanes[0][ring.meta[at] + ((ring.meta[at + 2] + count) & ring.meta[at + 1])] = this.#base + position;
    ring.meta[at + 3] = count + 1;
  }

  /** Where the first row lies that still waits. */
  #resolved(): number {
    const { used } = this.#store;
    let row = Math.max(this.#ready, this.#head);
    while (row < used && this.#sources.every(sources => sources[row] !== -2)) row++;
    return (this.#ready = row);
  }

  #emit(end: number, out: Emitter): void {
    const { input, output, columns } = this.#plan;
    const from = this.#head;
    const count = end - from;
    if (count > 0) this.#lastMark = Math.max(this.#lastMark, this.#marks[end - 1]);
    // What waits holds the watermark: it is as the last row out has said.
    const watermark = end === this.#store.used ? this.#watermark : this.#lastMark;
    if (count === 0) {
      out({ schema: output, length: 0, columns: [], kinds: null, marks: null, watermark });
      return;
    }
    const stored = this.#store.view(from, end);
    const made = columns.map((_, k) => this.#shifted(k, from, count));
    out({
      schema: output,
      length: count,
      columns: output.fields.map(({ name }) => {
        const k = columns.findIndex(column => column.name === name);
        return k >= 0 ? made[k] : stored[fieldIndex(input, name)];
      }),
      kinds: null,
      marks: this.#marks.subarray(from, end),
      watermark,
    });
    this.#head = end;
  }

  /** The values of a column for rows from `from` on. */
  #shifted(k: number, from: number, count: number): Column {
    const width = this.#plan.input.fields.length;
    const value = this.#store.columns[width + 2 * k];
    const fallback = this.#store.columns[width + 2 * k + 1];
    // Where either is wide, both are read as BigInts.
    const wide = value.wide || fallback.wide;
    const data = wide ? new BigInt64Array(count) : value.data.slice(0, count);
    const valid = new Uint8Array(count);
    const sources = this.#sources[k];
    for (let i = 0; i < count; i++) {
      const source = sources[from + i];
      const of = source < 0 ? fallback : value;
      const row = source < 0 ? from + i : source;
      data[i] = (wide ? wideValue(of.data[row]) : of.data[row]) as never;
      valid[i] = (of.valid as Uint8Array)[row];
    }
    const { nullable } = this.#plan.output.fields[fieldIndex(this.#plan.output, this.#plan.columns[k].name)];
    return value.column(data, nullable ? valid : null);
  }

  /** Gives up rows that have gone. */
  #compact(): void {
    const store = this.#store;
    const head = this.#head;
    const count = store.used - head;
    if (this.#kept.length < count) this.#kept = new Int32Array(store.capacity);
    for (let k = 0; k < count; k++) this.#kept[k] = head + k;
    store.compact(this.#kept, count);
    this.#marks.copyWithin(0, head, head + count);
    for (const sources of this.#sources) {
      sources.copyWithin(0, head, head + count);
      for (let i = 0; i < count; i++) if (sources[i] >= 0) sources[i] -= head;
    }
    this.#base += head;
    this.#head = 0;
    this.#ready = Math.max(0, this.#ready - head);
  }

  stateRows(): number {
    return this.#store.used - this.#head;
  }

  bytes(): number {
    const rows = this.#store.bytes() + this.#marks.byteLength * 2;
    return rows + this.#groups.bytes() + this.#recent.bytes();
  }

  /** Writes the rows that wait, and which of each key's were last. */
  snapshot(writer: StateWriter): void {
    this.#compact();
    this.#groups.snapshot(writer.section('groups'));
    this.#store.snapshot(writer.section('rows'), 0);
    this.#recent.snapshot(writer.section('recent'));
    writer.value('watermark', this.#watermark);
    writer.value('lastMark', this.#lastMark);
    writer.value('base', this.#base);
    writer.lane('marks', this.#marks, this.#store.used);
    this.#sources.forEach((sources, k) => writer.lane(`sources ${k}`, sources, this.#store.used));
  }

  restore(reader: StateReader): void {
    this.#groups.restore(reader.section('groups'));
    this.#store.restore(reader.section('rows'));
    this.#shareDictionaries(this.#store.columns.slice(this.#plan.input.fields.length));
    this.#recent.restore(reader.section('recent'));
    this.#watermark = reader.value('watermark') as number;
    this.#lastMark = reader.value('lastMark') as number;
    this.#base = reader.value('base') as number;
    this.#fit(this.#store.capacity, 0);
    this.#marks.set(reader.lane('marks') as Float64Array);
    this.#sources.forEach((sources, k) => sources.set(reader.lane(`sources ${k}`) as Int32Array));
  }
}
