import type { EventTime } from '../columns/time.js';
import type { EmitSpec } from '../windows/emission.js';
import type { ToldSessions } from './sessionChanges.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/**
 * Sessions that have changed since they were told, where not every change is told at once; and which of them are told when. It says at which
 * rows the loop has to stop, so that what is told is told of just the rows up to there, however the input was cut.
 */
export class UntoldSessions {
  /** How many rows have come to each slot since it was told. */
  rows = new Int32Array(0);
  /** With so many rows more than when it was told a session is told. */
  readonly most: number;
  /** The watermark at which what was told of a session would pass for closed although it has grown. */
  nextDue: EventTime = Infinity;
  readonly #untold = new Set<number>();
  /** Sessions that are told now: those that were told and merged since, and those that late rows have changed. */
  readonly #due = new Set<number>();
  /** No session that is not told closes before this. */
  #nextClose: EventTime = Infinity;

  constructor(
    readonly set: ToldSessions,
    emit: EmitSpec,
    readonly tickUs: number,
    /** The end that was told of a session. */
    readonly toldEnd: (slot: number) => EventTime,
  ) {
    this.most = emit.rows ?? Infinity;
  }

  /** Makes room for the slots that the sessions have. */
  fit(): void {
    if (this.rows.length < this.set.starts.length) this.rows = grown(this.rows, this.set.starts.length);
  }

  /** A session has changed. */
  touch(slot: number): void {
    this.#untold.add(slot);
    this.#await(slot);
  }

  #await(slot: number): void {
    const close = this.#closeOf(slot);
    this.#nextClose = Math.min(this.#nextClose, close);
    if (this.set.store.emitted[slot] === 1) this.nextDue = Math.min(this.nextDue, close);
  }

  /** A session was merged into an earlier one, which has the later end now. */
  merge(earlier: number, later: number): void {
    this.rows[earlier] += this.rows[later];
    this.rows[later] = 0;
    const { emitted } = this.set.store;
    if (emitted[earlier] === 0 && emitted[later] === 0) return;
    this.#due.add(earlier).add(later);
  }

  /** A late row has changed a session that had closed. */
  revise(slot: number): void {
    this.#due.add(slot);
  }

  /** Whether something has to be told at once. */
  get isDue(): boolean {
    return this.#due.size > 0;
  }

  /** The sessions to tell, of those touched since the last call and those that were before; `all`: each. */
  take(touched: Int32Array, mark: EventTime, all: boolean): Int32Array {
    const { dead } = this.set;
    const every = all || mark >= this.#nextClose;
    const isTold = (slot: number): boolean =>
      all || this.#due.has(slot) || this.#closeOf(slot) <= mark || this.rows[slot] >= this.most;
    const asked = every ? [...this.#untold] : touched;
    const told: number[] = [];
    for (const slot of asked) {
      if (isTold(slot) && (dead[slot] === 0 || this.#due.has(slot))) told.push(slot);
    }
    // As if they had been told one by one: those that close first come first.
    told.sort((a, b) => this.#closeOf(a) - this.#closeOf(b));
    for (const slot of told) {
      this.#untold.delete(slot);
      this.rows[slot] = 0;
    }
    for (const slot of asked) if (dead[slot] === 1) this.#untold.delete(slot);
    this.#due.clear();
    if (every) {
      this.#nextClose = this.nextDue = Infinity;
      for (const slot of this.#untold) this.#await(slot);
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
    writer.value('nextDue', this.nextDue);
  }

  restore(reader: StateReader): void {
    this.rows = reader.lane('rows') as Int32Array<ArrayBuffer>;
    for (const slot of reader.lane('untold') as Int32Array) this.#untold.add(slot);
    this.#nextClose = reader.value('nextClose') as number;
    this.nextDue = reader.value('nextDue') as number;
  }
}
