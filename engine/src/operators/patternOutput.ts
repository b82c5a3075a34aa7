import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import { gatherLane } from '../codegen/gather.js';
import { PooledBytes, PooledLane } from '../codegen/lanes.js';
import { columnsOf, slotNumber, slotPosition } from '../codegen/patternCondition.js';
import type { PhysicalMatchPattern } from '../physical/matchPattern.js';
import { PatternLanes, PatternLayout } from './patternLanes.js';
import type { PatternRows, PatternSearch } from './patternSearch.js';
import { grown } from './valueIds.js';

/** The matches of one batch: their last rows and the values of the references that measures read, until they go out. */
export class PatternOutput {
  count = 0;
  readonly #lanes: PatternLanes;
  readonly #reads: readonly number[];
  readonly #measures: readonly ColumnKernel[];
  readonly #references: readonly ReferenceColumn[];
  readonly #keys: readonly GatheredColumn[];
  readonly #time: GatheredColumn | null;
  #lasts = new Int32Array(64);
  #marks = new Float64Array(64);

  constructor(
    readonly physical: PhysicalMatchPattern,
    readonly rows: PatternRows,
    readonly output: Schema,
  ) {
    const { measures, references, args, keys, time } = physical;
    const reads = new Set(measures.flatMap(columnsOf));
    this.#reads = [...reads];
    this.#lanes = new PatternLanes(new PatternLayout(physical, reads), rows);
    const schema = {
      fields: references.map(({ type, nullable }, at) => ({ name: `${at}`, type, nullable })),
    };
    this.#measures = measures.map(expr => compileColumn(expr, schema));
    this.#references = references.map(({ type, arg }) => new ReferenceColumn(type, arg));
    this.#keys = keys.map(at => new GatheredColumn(args[at].type));
    this.#time = time === null ? null : new GatheredColumn(args[time.arg].type);
  }

  grow(capacity: number): void {
    this.#lanes.grow(capacity);
  }

  /** The arguments, as they lie now. */
  read(columns: readonly Column[]): void {
    this.#lanes.read(columns);
  }

  /** Notes the match that a search has found, from its first row to its last. */
  add(search: PatternSearch, start: number): void {
    const { last } = search;
    const lanes = this.#lanes;
    const { next } = this.rows;
    if (this.#reads.length > 0) {
      lanes.start = start;
      for (let row = start, before = -1; ; before = row, row = next[row]) {
        lanes.enter(row, before, 1 << search.labelOf(row));
        if (row === last) break;
      }
      for (const at of this.#reads) {
        const slot = lanes.layout.slots[at];
        const column = this.#references[at];
        if (slot.kind === 'row' || slot.kind === 'forth')
          column.addRow(this.count, slotPosition(slot, lanes, last));
        else column.addNumber(this.count, slotNumber(slot, lanes, last));
      }
    }
    if (this.count === this.#lasts.length) this.#lasts = grown(this.#lasts, this.count + 1);
    this.#lasts[this.count++] = last;
  }

  /** The matches as a batch; the next ones take their place. */
  batch(columns: readonly Column[], mark: EventTime, watermark: EventTime): Batch {
    const { output, count, physical } = this;
    this.count = 0;
    if (count === 0) return { schema: output, length: 0, columns: [], kinds: null, marks: null, watermark };
    const read = this.#references.map((column, at) =>
      this.#reads.includes(at) ? column.column(columns, count) : null,
    ) as Column[];
    const rows = { columns: read, length: count };
    const made = [
      ...physical.keys.map((at, k) => this.#keys[k].column(columns[at], this.#lasts, count)),
      ...this.#measures.map(kernel => kernel.run(rows)),
    ];
    const { time } = physical;
    if (time !== null && this.#time !== null)
      made.push({ ...this.#time.column(columns[time.arg], this.#lasts, count), valid: null });
    if (this.#marks.length < count) this.#marks = new Float64Array(count * 2);
    this.#marks.fill(mark, 0, count);
    const marks = time === null ? null : this.#marks;
    return { schema: output, length: count, columns: made, kinds: null, marks, watermark };
  }
}

/** Rows of a column at positions, -1 for NULL, in lanes that are used again. */
class GatheredColumn {
  readonly #lane: PooledLane;
  readonly #bytes = new PooledBytes();

  constructor(readonly type: Column['type']) {
    this.#lane = new PooledLane(type);
  }

  column({ data, valid, dictionary, type }: Column, rows: Int32Array, count: number): Column {
    const lane = data instanceof BigInt64Array ? this.#lane.wide(count) : this.#lane.fast(count);
    const missing = rows.indexOf(-1);
    if (missing < 0 || missing >= count) {
      gatherLane(data, rows, count, lane);
      if (valid === null) return { type, data: lane, valid: null, dictionary };
    } else {
      for (let k = 0; k < count; k++)
        if (rows[k] >= 0) lane[k] = data[rows[k]];
        else lane[k] = (data instanceof BigInt64Array ? 0n : 0) as never;
    }
    const known = this.#bytes.take(count);
    for (let k = 0; k < count; k++) known[k] = rows[k] < 0 ? 0 : valid === null ? 1 : valid[rows[k]];
    return { type, data: lane, valid: known, dictionary };
  }
}

/** The values of one reference, a match each. */
class ReferenceColumn {
  #rows = new Int32Array(64);
  #numbers = new Float64Array(64);
  readonly #gathered: GatheredColumn;
  readonly #valid = new PooledBytes();
  /** Which numbers are of no rows. */
  readonly #missing: boolean[] = [];
  #isRows = false;

  /** @param arg the argument that it is a value of */
  constructor(
    readonly type: Column['type'],
    readonly arg: number | null,
  ) {
    this.#gathered = new GatheredColumn(type);
  }

  addRow(at: number, row: number): void {
    this.#isRows = true;
    if (at >= this.#rows.length) this.#rows = grown(this.#rows, at + 1);
    this.#rows[at] = row;
  }

  addNumber(at: number, value: number | null): void {
    if (at >= this.#numbers.length) {
      const longer = new Float64Array(2 * at);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[at] = value ?? 0;
    this.#missing[at] = value === null;
  }

  column(columns: readonly Column[], count: number): Column {
    const { type, arg } = this;
    if (this.#isRows) return this.#gathered.column(columns[arg!], this.#rows, count);
    const valid = this.#valid.take(count);
    let isWhole = true;
    for (let k = 0; k < count; k++) {
      valid[k] = this.#missing[k] ? 0 : 1;
      isWhole &&= !this.#missing[k];
    }
    return { type, data: this.#numbers, valid: isWhole ? null : valid, dictionary: null };
  }
}
