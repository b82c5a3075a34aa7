import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { PortWatermarks } from './portWatermarks.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Passes on the rows of all its ports as they come, under the lowest watermark of those that are not silent. */
export class UnionAllOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #watermarks: PortWatermarks;
  #marks = new Float64Array(0);

  constructor(
    ports: number,
    readonly schema: Schema,
  ) {
    this.#watermarks = new PortWatermarks(ports);
  }

  process(port: number, batch: Batch, out: Emitter): void {
    const watermarks = this.#watermarks;
    const marks = this.#alignedMarks(port, batch);
    watermarks.advance(port, batch.watermark);
    out({ ...batch, marks, watermark: watermarks.aligned });
  }

  /** The watermark after each row: the row's own port moves it, as far as the others let it. */
  #alignedMarks(port: number, { marks, length }: Batch): Float64Array | null {
    if (length === 0) return null;
    if (this.#marks.length < length) this.#marks = new Float64Array(length * 2);
    const own = this.#marks;
    const before = this.#watermarks.aligned;
    if (marks === null) return own.fill(before, 0, length);
    const others = this.#watermarks.lowestBut(port);
    for (let i = 0; i < length; i++) own[i] = Math.max(before, Math.min(others, marks[i]));
    return own;
  }

  idle(port: number, idle: boolean, out: Emitter): void {
    const before = this.#watermarks.aligned;
    this.#watermarks.setIdle(port, idle);
    const { aligned } = this.#watermarks;
    if (aligned > before)
      out({ schema: this.schema, length: 0, columns: [], kinds: null, marks: null, watermark: aligned });
  }

  bytes(): number {
    return this.#marks.byteLength;
  }

  stateRows(): number {
    return 0;
  }

  snapshot(writer: StateWriter): void {
    this.#watermarks.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#watermarks.restore(reader);
  }
}
