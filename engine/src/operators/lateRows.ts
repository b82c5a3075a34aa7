import type { Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { TimeWindow } from '../windows/define.js';
import { slicingOf, type Slicing } from '../windows/slicing.js';
import { LateCollector } from './lateCollector.js';
import type { Emitter, Operator } from './operator.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** What finds late rows. */
export interface LateRowsPlan {
  readonly input: Schema;
  readonly time: { readonly column: string; readonly unit: TimeUnit };
  readonly window: TimeWindow;
  readonly allowedLatenessUs: number;
}

/** Keeps the rows that a windowed aggregate drops: those whose last window was final before they came. It holds no state but the watermark. */
export class LateRowsOperator implements Operator {
  readonly counters = { late: 0, untimed: 0 };
  readonly #plan: LateRowsPlan;
  readonly #slicing: Slicing;
  readonly #column: number;
  readonly #late: LateCollector;
  #watermark: EventTime = START_OF_TIME;
  #times = new Float64Array(0);

  constructor(plan: LateRowsPlan) {
    this.#plan = plan;
    this.#slicing = slicingOf(plan.window);
    this.#column = fieldIndex(plan.input, plan.time.column);
    this.#late = new LateCollector(plan.input);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (batch.length > 0) this.#noteLate(batch);
    this.#watermark = Math.max(this.#watermark, batch.watermark);
    this.#late.give(batch, this.#watermark, out);
  }

  /** Notes the late rows of a batch. */
  #noteLate(batch: Batch): void {
    const { length } = batch;
    if (this.#times.length < length) this.#times = new Float64Array(length * 2);
    const { data, valid } = batch.columns[this.#column];
    const times = this.#times;
    toEventTimes(data, this.#plan.time.unit, length, times);
    const marks = batch.marks as Float64Array;
    let mark = this.#watermark;
    for (let row = 0; row < length; row++) {
      const before = mark;
      mark = marks[row];
      if (valid !== null && valid[row] === 0) continue;
      if (this.#isLate(times[row], before)) this.#late.note(row);
    }
  }

  #isLate(time: EventTime, mark: EventTime): boolean {
    // A window ends after every time that it holds.
    if (time >= mark) return false;
    return this.#slicing.find(time) && this.#slicing.lastEnd + this.#plan.allowedLatenessUs <= mark;
  }

  bytes(): number {
    return 0;
  }

  stateRows(): number {
    return 0;
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
  }
}
