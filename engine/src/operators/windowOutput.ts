import { RowKind } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { TimeUnit } from '../columns/types.js';
import type { WindowSpan } from '../windows/define.js';
import { ChangeWriter, type ChangeForm } from './changes.js';
import type { Grouping } from './grouping.js';
import type { Emitter } from './operator.js';
import { OutputBuffer } from './output.js';
import type { StateStore } from './state.js';
import { writeWindowColumns } from './windowColumns.js';

/** How a windowed aggregate tells its windows. */
export interface WindowOutputPlan {
  readonly output: Schema;
  readonly unit: TimeUnit;
  readonly allowedLatenessUs: number;
  readonly form: ChangeForm | 'final';
}

/**
 * Writes windows as rows: keys, the window's columns, values, row kinds and marks. Marks lag by the allowed lateness, since
 * rows that revise a window do.
 */
export class WindowOutput {
  readonly buffer: OutputBuffer;
  readonly #plan: WindowOutputPlan;
  readonly #grouping: Grouping;
  readonly #keys: number;
  readonly #writer: ChangeWriter;
  #emit: Emitter = () => undefined;
  #before: EventTime = START_OF_TIME;
  /** The highest mark given to a row of this batch. */
  #mark: EventTime = START_OF_TIME;

  constructor(plan: WindowOutputPlan, grouping: Grouping) {
    this.#plan = plan;
    this.#grouping = grouping;
    this.#keys = grouping.plan.keys.length;
    this.buffer = new OutputBuffer(plan.output);
    this.#writer = new ChangeWriter(
      grouping,
      this.buffer,
      { keys: this.#keys, windows: 3 },
      plan.form === 'final' ? 'upsert' : plan.form,
    );
  }

  begin(before: EventTime, emit: Emitter): void {
    this.#before = this.#mark = before;
    this.#emit = emit;
    this.buffer.reset();
  }

  /** Writes a window that will not change any more, and was not told before. Its rows carry the mark in force before it was final. */
  once(span: WindowSpan, store: StateStore, slots: Int32Array, count: number, mark: EventTime): void {
    if (count === 0) return;
    this.#grouping.endOf = () => span.end;
    const from = this.buffer.length;
    if (this.#grouping.plan.shape.retracting) {
      this.#writer.change(store, slots, count, null);
      this.buffer.kinds.fill(RowKind.Insert, from, this.buffer.length);
      for (let i = 0; i < count; i++) store.emitted[slots[i]] = 0;
    } else {
      this.#writer.insert(store, slots, count);
    }
    this.finish(span, from, mark);
  }

  /** Writes what changed of a window. Rows that revise a closed window carry its end, so that their table knows. */
  change(span: WindowSpan, store: StateStore, slots: Int32Array, count: number, revises: boolean): void {
    if (count === 0) return;
    this.#grouping.endOf = () => span.end;
    const from = this.#writer.change(store, slots, count, null);
    this.finish(span, from, revises ? Math.max(this.#before, span.end) : this.#before);
  }

  /** The watermark before this batch, which changes of open windows carry. */
  get before(): EventTime {
    return this.#before;
  }

  /** What is told from now on of open windows was so after this watermark. */
  reached(mark: EventTime): void {
    this.#before = Math.max(this.#before, mark);
  }

  /** Gives rows from `from` on their window's columns and their mark. */
  finish(span: WindowSpan, from: number, mark: EventTime): void {
    const { buffer } = this;
    writeWindowColumns(buffer, this.#keys, span.start, span.end, this.#plan.unit, from);
    this.#mark = Math.max(this.#mark, mark);
    buffer.marks.fill(this.#mark, from, buffer.length);
  }

  /** Sends what has been written as a batch of its own: rows of the same keys may follow. */
  flush(): void {
    if (this.buffer.length > 0) this.#send(this.#mark);
    this.buffer.reset();
  }

  /** Sends the rest, and the watermark. */
  end(watermark: EventTime): void {
    this.#send(watermark);
  }

  #send(watermark: EventTime): void {
    const { allowedLatenessUs, form } = this.#plan;
    const { buffer } = this;
    if (allowedLatenessUs > 0) for (let k = 0; k < buffer.length; k++) buffer.marks[k] -= allowedLatenessUs;
    this.#emit(buffer.batch(watermark - allowedLatenessUs, form !== 'final'));
  }
}
