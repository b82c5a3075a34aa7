import type { ChartPixels } from '@millrace/protocol';
import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import type { Value } from '../columns/values.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import type { StateReader, StateWriter } from '../operators/snapshot.js';
import type { PhysicalTable } from '../physical/physical.js';
import type { ArrangeableSource, ArrangedSource, ChartView, ReducedSource } from '../views/viewSource.js';
import { arrangedTable } from './arrangedTable.js';
import { readBatch, writeBatch } from './batchState.js';
import { reducedTable } from './reducedTable.js';
import { RowLog } from './rowLog.js';
import { RowOrder } from './rowOrder.js';
import { TableIndexes } from './tableIndexes.js';
import { AppendMatcher, KeyMatcher, ValueMatcher, type RowMatcher } from './rowMatcher.js';
import { WindowStates } from './windowStates.js';

/** What a table keeps where its plan does not say. */
export const DEFAULT_ROWS = 1_000_000;
export const DEFAULT_BYTES = 256 * 1024 * 1024;

/** How much a table keeps. */
export interface TableLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly lastUs: number;
}

/** The limits of a plan's table. */
export function limitsOf({ retention }: PhysicalTable): TableLimits {
  return {
    rows: retention.rows ?? DEFAULT_ROWS,
    bytes: retention.bytes ?? DEFAULT_BYTES,
    lastUs: retention.lastUs ?? Infinity,
  };
}

/** An in-memory table that a changelog keeps current: rows in order of arrival, found by key, with a version each. */
export class MaterializedTable implements ArrangeableSource {
  readonly schema: Schema;
  readonly hasStates: boolean;
  version = 0;
  generation = 0;
  evicted = 0;
  maxTime: EventTime = START_OF_TIME;
  /** What finds its rows by columns that are not its key. */
  readonly indexes: TableIndexes;
  readonly #log: RowLog;
  readonly #matcher: RowMatcher;
  readonly #states: WindowStates | null;
  readonly #order: RowOrder | null;
  readonly #timeColumn: number;
  readonly #endColumn: number;
  readonly #completeColumn: number;
  #at = new Int32Array(0);
  #times = new Float64Array(0);

  constructor(
    readonly plan: PhysicalTable,
    readonly limits: TableLimits = limitsOf(plan),
  ) {
    const { schema, key, retracting, window, order } = plan;
    this.#order = order === undefined ? null : new RowOrder(order, schema);
    this.schema = schema;
    this.hasStates = window !== null;
    this.#log = new RowLog(schema);
    this.indexes = new TableIndexes(this.#log);
    this.#matcher =
      key !== null
        ? new KeyMatcher(schema, key)
        : retracting
          ? new ValueMatcher(schema)
          : new AppendMatcher();
    this.#states = window === null ? null : new WindowStates(this.#log, window.allowedLatenessUs);
    this.#timeColumn = plan.time === null ? -1 : fieldIndex(schema, plan.time);
    this.#endColumn = window === null ? -1 : fieldIndex(schema, window.end);
    this.#completeColumn =
      window === null || window.complete === null ? -1 : fieldIndex(schema, window.complete);
  }

  /** Applies a changelog batch. */
  apply(batch: Batch): void {
    const lateness = this.plan.window?.allowedLatenessUs ?? 0;
    if (batch.length > 0) {
      this.version++;
      this.#write(batch, lateness);
    }
    const states = this.#states;
    if (states !== null && batch.watermark + lateness > states.watermark) {
      let changed = false;
      states.advance(batch.watermark + lateness, position => {
        if (!changed) this.version++;
        changed = true;
        this.#log.versions[position] = this.version;
      });
    }
    if (batch.length > 0) this.#evict();
  }

  #write(batch: Batch, lateness: number): void {
    const log = this.#log;
    const states = this.#states;
    const count = batch.length;
    log.reserve(count);
    if (this.#at.length < count) this.#at = new Int32Array(Math.max(1024, count));
    const at = this.#at;
    const known = log.tail;
    this.#matcher.place(batch, log, at, position => this.#remove(position));
    log.write(batch, at);
    this.indexes.written(batch, at);
    if (this.#timeColumn >= 0) this.#keepTimes(batch, this.#timeColumn, at, log.times);
    if (this.#endColumn >= 0) this.#keepTimes(batch, this.#endColumn, at, log.ends);
    if (this.#completeColumn >= 0) {
      // A window that is not complete is open, wherever its last row lies.
      const { data } = batch.columns[this.#completeColumn];
      for (let i = 0; i < count; i++) if (at[i] >= 0 && data[i] === 0) log.ends[at[i]] = Infinity;
    }
    for (let i = 0; i < count; i++) {
      const position = at[i];
      if (position < 0) continue;
      log.versions[position] = this.version;
      if (log.times[position] > this.maxTime) this.maxTime = log.times[position];
      // The operator gives a row that a late one changed a mark at its window's end.
      if (states !== null && batch.marks !== null && batch.marks[i] + lateness >= log.ends[position]) {
        log.revised[position] = 1;
      }
    }
    if (states !== null) for (let p = known; p < log.tail; p++) if (log.removed[p] === 0) states.add(p);
  }

  /** Notes the event times of a timestamp column beside its rows. */
  #keepTimes(batch: Batch, column: number, at: Int32Array, into: Float64Array): void {
    const { data, type, valid } = batch.columns[column];
    if (type.kind !== 'timestamp') return;
    if (this.#times.length < batch.length) this.#times = new Float64Array(Math.max(1024, batch.length));
    toEventTimes(data, type.unit, batch.length, this.#times);
    for (let i = 0; i < batch.length; i++) {
      if (at[i] >= 0) into[at[i]] = valid !== null && valid[i] === 0 ? NaN : this.#times[i];
    }
  }

  #remove(position: number): void {
    this.indexes.removed(position);
    this.#log.remove(position);
  }

  /** Drops the oldest rows past the limits. They are counted, and never retracted downstream. */
  #evict(): void {
    const log = this.#log;
    const rows = Math.min(this.limits.rows, Math.floor(this.limits.bytes / log.bytesPerRow));
    const oldest = this.maxTime - this.limits.lastUs;
    while (log.head < log.tail) {
      const gone = log.removed[log.head] === 1;
      if (!gone && log.size <= rows && !(log.times[log.head] < oldest)) break;
      if (!gone) {
        this.#matcher.forget(log.head, log);
        this.indexes.removed(log.head);
        this.evicted++;
      }
      log.dropOldest();
    }
  }

  /** Takes everything away: the input starts anew. */
  clear(): void {
    this.#log.clear();
    this.#matcher.clear();
    this.indexes.clear();
    this.#states?.clear();
    this.maxTime = START_OF_TIME;
    this.evicted = 0;
    this.version++;
    this.generation++;
  }

  /** Writes the rows, in their order, and what is known of them beside their values. */
  snapshot(writer: StateWriter): void {
    const log = this.#log;
    log.closeGaps();
    const rows = log.size;
    const positions = Int32Array.from({ length: rows }, (_, row) => log.head + row);
    const { schema } = this;
    const columns = log.columns.map(column => column.gather(positions));
    writeBatch(writer.section('rows'), {
      schema,
      length: rows,
      columns,
      kinds: null,
      marks: null,
      watermark: START_OF_TIME,
    });
    writer.lane('revised', log.revised.subarray(log.head, log.tail));
    writer.value('evicted', this.evicted);
    writer.value('maxTime', this.maxTime);
    writer.value('watermark', this.#states?.watermark ?? START_OF_TIME);
    writer.value('closings', this.closings);
  }

  /** Takes in what a table of the same plan wrote, in place of what is there. */
  restore(reader: StateReader): void {
    this.clear();
    const log = this.#log;
    const states = this.#states;
    // Rows whose windows are final are not waited for.
    if (states !== null) states.watermark = reader.value('watermark') as number;
    const rows = readBatch(reader.section('rows'), this.schema);
    if (rows.length > 0) this.#write(rows, 0);
    log.revised.set(reader.lane('revised') as Uint8Array, log.head);
    this.evicted = reader.value('evicted') as number;
    this.maxTime = reader.value('maxTime') as number;
    if (states !== null) states.closings = reader.value('closings') as number;
  }

  /** How many windows have closed in it so far, by row. */
  get closings(): number {
    return this.#states?.closings ?? 0;
  }

  /** Drops every row, and gives the memory back; they are counted as those past the limits are. */
  evictAll(): void {
    const evicted = this.evicted + this.#log.size;
    this.clear();
    this.#log.release();
    this.evicted = evicted;
  }

  get total(): number {
    return this.#log.size;
  }

  get bytes(): number {
    return this.#log.bytes + this.#matcher.bytes() + this.indexes.bytes();
  }

  get isOrdered(): boolean {
    return this.#order !== null;
  }

  positions(from: number, limit: number): Int32Array {
    const log = this.#log;
    if (this.#order !== null)
      return this.#order
        .positions(log, this.version)
        .slice(Math.max(0, from), Math.max(0, from) + Math.max(0, limit));
    log.closeGaps();
    const begin = log.head + Math.max(0, from);
    const count = Math.max(0, Math.min(limit, log.tail - begin));
    const positions = new Int32Array(count);
    for (let i = 0; i < count; i++) positions[i] = begin + i;
    return positions;
  }

  arrange(arrangement: unknown): ArrangedSource {
    return arrangedTable(this, this.#log, arrangement);
  }

  reduce(view: ChartView, pixels: ChartPixels | null, most?: number): ReducedSource | null {
    return reducedTable(this, this.#log, this.#states, { view, pixels, most });
  }

  /** The position of the row of a key, one exact value a column of the key; -1 where there is none, or the table has no key. */
  positionOfKey(key: readonly Value[]): number {
    return this.#matcher instanceof KeyMatcher ? this.#matcher.find(key, this.#log) : -1;
  }

  firstAt(time: EventTime, limit: number): number {
    const log = this.#log;
    log.closeGaps();
    let position = Math.max(log.head, log.tail - limit);
    while (position < log.tail && log.times[position] < time) position++;
    return position - log.head;
  }

  rowId(position: number): number {
    return this.#log.rowIds[position];
  }

  rowVersion(position: number): number {
    return this.#log.versions[position];
  }

  rowState(position: number): number {
    return this.#states?.of(position) ?? 0;
  }

  gather(positions: Int32Array): Column[] {
    return this.#log.columns.map(column => column.gather(positions));
  }
}
