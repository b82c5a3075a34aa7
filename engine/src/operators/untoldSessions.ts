import type { EventTime } from '../columns/time.js';
import type { EmitSpec } from '../windows/emission.js';
import type { SessionSet } from './sessionSet.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** Sessions that have changed since they were told, where not every change is told at once; and which of them are told when. */
export class UntoldSessions {
  /** How many rows have come to each slot since it was told, where that says when it is. */
  rows = new Int32Array(0);
  readonly #untold = new Set<number>();
  /** Sessions that were told and merged since: what was told of them is no longer so. */
  readonly #merged = new Set<number>();
  /** No session that is not told closes before this. */
  #nextClose: EventTime = Infinity;

  constructor(
    readonly set: SessionSet,
    readonly emit: EmitSpec,
    readonly tickUs: number,
    /** The end that was told of a session. */
    readonly toldEnd: (slot: number) => EventTime,
  ) {}

  /** Makes room for the slots that the sessions have. */
  fit(): void {
    if (this.rows.length < this.set.starts.length) this.rows = grown(this.rows, this.set.starts.length);
  }

  /** A session was merged into an earlier one, which has the later end now. */
  merge(earlier: number, later: number): void {
    this.rows[earlier] += this.rows[later];
    this.rows[later] = 0;
    const { emitted } = this.set.store;
    if (emitted[earlier] === 0 && emitted[later] === 0) return;
    this.#merged.add(earlier).add(later);
  }

  /** The sessions to tell, of those touched in this batch and those that were before. */
  take(touched: Int32Array, count: number, before: EventTime, mark: EventTime): Int32Array {
    const { dead } = this.set;
    for (let k = 0; k < count; k++) {
      this.#untold.add(touched[k]);
      this.#nextClose = Math.min(this.#nextClose, this.#closeOf(touched[k]));
    }
    const { everyUs, rows } = this.emit;
    const ticks = everyUs !== null && Math.floor(mark / everyUs) > Math.floor(before / everyUs);
    const closes = mark >= this.#nextClose;
    const isTold = (slot: number): boolean =>
      ticks ||
      this.#merged.has(slot) ||
      this.#closeOf(slot) <= mark ||
      (rows !== null && this.rows[slot] >= rows);
    const asked = ticks || closes ? [...this.#untold] : [...touched.subarray(0, count)];
    const told = asked.filter(slot => isTold(slot) && (dead[slot] === 0 || this.#merged.has(slot)));
    for (const slot of told) {
      this.#untold.delete(slot);
      this.rows[slot] = 0;
    }
    for (const slot of asked) if (dead[slot] === 1) this.#untold.delete(slot);
    this.#merged.clear();
    if (ticks || closes) {
      this.#nextClose = Infinity;
      for (const slot of this.#untold) {
        this.#nextClose = Math.min(this.#nextClose, this.#closeOf(slot));
      }
    }
    return Int32Array.from(told);
  }

  /** When a session has to be told: when it closes, or what was told of it would pass for closed although it has grown. */
  #closeOf(slot: number): EventTime {
    const { store, lasts, times } = this.set;
    const end = store.emitted[slot] === 1 ? this.toldEnd(slot) : lasts[slot] + times.gapUs;
    return end + this.tickUs;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('rows', this.rows);
    writer.lane('untold', Int32Array.from(this.#untold));
    writer.value('nextClose', this.#nextClose);
  }

  restore(reader: StateReader): void {
    this.rows = reader.lane('rows') as Int32Array<ArrayBuffer>;
    for (const slot of reader.lane('untold') as Int32Array) this.#untold.add(slot);
    this.#nextClose = reader.value('nextClose') as number;
  }
}
