import type { Batch } from '../columns/batch.js';
import { MillraceError } from '../columns/error.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { END_OF_TIME, START_OF_TIME, type EventTime } from '../columns/time.js';
import { RowKeeper } from '../codegen/rowKeeper.js';
import type { PhysicalFollowedBy } from '../physical/followedBy.js';
import { grownTimes } from './growing.js';
import { MeetingEvents } from './meetingEvents.js';
import type { MeetingStats, MissingNumbers } from './meetingStats.js';
import { NamedMeeting } from './namedMeeting.js';
import { NumberedMeeting } from './numberedMeeting.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import type { RowMeeting } from './rowMeeting.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { WaitingBatches } from './waitingBatches.js';

type FollowedByPlan = PhysicalFollowedBy & { readonly input: Schema; readonly output: Schema };

const HISTORY = 0;
/** So many gaps are told. */
const MOST_GAPS = 100;
/**
 * What waits may hold so much more than it should: the last turn of a feed, and what a feed has kept for queries that come late. Beyond that the query ends, since
 * rows would be lost.
 */
const BEYOND_BYTES = 192 * 1024 * 1024;

/** Rows that wait for the end of history are more than may wait. */
class MeetingError extends MillraceError {
  override readonly name = 'MeetingError';
}

/**
 * Passes on the rows of its first port, and then those of the second that have not come before. Until the first has ended what comes at the second
 * waits, without those that have come: then it follows in its order. The watermark is the first port's, and from then on the second's, and never falls.
 */
export class FollowedByOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: FollowedByPlan;
  readonly #meeting: RowMeeting;
  readonly #keeper: RowKeeper;
  readonly #events: MeetingEvents | null;
  /** Live rows that wait for the end of history; null: it has ended. */
  #waiting: WaitingBatches | null;
  #liveEnded = false;
  /** The highest watermark but for the end of time. */
  #watermark: EventTime = START_OF_TIME;
  readonly #history = { rows: 0, duplicates: 0 };
  readonly #live = { rows: 0, duplicates: 0, waited: 0 };
  #rows = new Int32Array(0);
  #marks = new Float64Array(0);

  constructor(plan: FollowedByPlan) {
    this.#plan = plan;
    const { input, output, identity, by, time } = plan;
    this.#meeting =
      'id' in identity
        ? new NamedMeeting(input, by, identity.id, identity.remember)
        : new NumberedMeeting(input, by, identity.sequence, identity);
    this.#keeper = new RowKeeper(input);
    this.#waiting = new WaitingBatches(input);
    const at = time === null ? null : { column: fieldIndex(input, time.column), unit: time.unit };
    this.#events = plan.tells === 'events' ? new MeetingEvents(output, at) : null;
  }

  process(port: number, batch: Batch, out: Emitter): void {
    this.#events?.begin();
    const before = this.#watermark;
    let told = false;
    const emit: Emitter = made => {
      if (this.#events !== null) return;
      told = true;
      out(made);
    };
    if (port === HISTORY) {
      this.#history.rows += batch.length;
      this.#history.duplicates += this.#pass(batch, false, emit);
      if (batch.watermark === END_OF_TIME) this.#meet(emit);
    } else {
      this.#live.rows += batch.length;
      if (batch.watermark === END_OF_TIME) this.#liveEnded = true;
      if (this.#waiting === null) this.#live.duplicates += this.#pass(batch, true, emit);
      else this.#wait(batch, this.#waiting);
    }
    const ended = this.#liveEnded && this.#waiting === null;
    const watermark = ended ? END_OF_TIME : this.#watermark;
    if (this.#events !== null) out(this.#events.batch(before, watermark));
    else if (ended || !told) out(this.#empty(watermark));
  }

  /** Passes on the rows that have not come before; how many had. */
  #pass(batch: Batch, live: boolean, out: Emitter): number {
    const { length } = batch;
    if (length === 0) {
      this.#raise(batch.watermark);
      return 0;
    }
    const { kept, dropped } = this.#keep(batch, { notes: true, live });
    this.#events?.addNoted(batch);
    const { leadingMark } = this.#keeper;
    if (leadingMark !== null && kept.length > 0) {
      this.#raise(leadingMark);
      out(this.#empty(this.#watermark));
    }
    const marks = this.#raised(kept);
    this.#raise(batch.watermark);
    out({ ...kept, columns: kept.length === 0 ? [] : kept.columns, marks, watermark: this.#watermark });
    return dropped;
  }

  #keep(
    batch: Batch,
    how: { readonly notes: boolean; readonly live: boolean },
  ): { readonly kept: Batch; readonly dropped: number } {
    const { length } = batch;
    if (this.#rows.length < length) this.#rows = new Int32Array(length * 2);
    const { old } = this.#meeting;
    const count = this.#meeting.keep(batch, this.#rows, how);
    const dropped = length - count - (this.#meeting.old - old);
    return { kept: this.#keeper.keep(batch, this.#rows, count), dropped };
  }

  /** Rows of live wait, but for those that history has had already. */
  #wait(batch: Batch, waiting: WaitingBatches): void {
    const watermark = batch.watermark === END_OF_TIME ? START_OF_TIME : batch.watermark;
    if (batch.length === 0) {
      waiting.add({ ...batch, watermark });
      return;
    }
    const { kept, dropped } = this.#keep(batch, { notes: false, live: true });
    this.#live.duplicates += dropped;
    const { leadingMark } = this.#keeper;
    if (leadingMark !== null && kept.length > 0)
      waiting.add({ ...kept, length: 0, columns: [], marks: null, watermark: leadingMark });
    waiting.add({ ...kept, watermark });
    if (waiting.bytes() > this.#plan.maxBufferBytes + BEYOND_BYTES) this.#refuse(waiting);
  }

  #refuse(waiting: WaitingBatches): never {
    throw new MeetingError(
      'MR3554',
      `${waiting.rows} live rows wait for the end of history, which is more than is kept, and their sender cannot be held back.`,
      'Give followedBy() a larger { maxBufferBytes }, or a history that ends nearer to where the live rows begin.',
    );
  }

  /** History is over: what has waited follows. */
  #meet(out: Emitter): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#live.waited = waiting.rows;
    waiting.take(held => (this.#live.duplicates += this.#pass(held, true, out)));
    const events = this.#events;
    if (events === null) return;
    const { rows, duplicates } = this.#live;
    const reason = `${this.#history.rows} rows of history; ${rows} live rows by then, ${duplicates} of them had come`;
    events.add({ event: 'met', key: null, expected: 0, got: null, missing: null }, this.#watermark, reason);
    this.#meeting.gaps((key, from, to, missing) => {
      const got = typeof to === 'bigint' ? to + 1n : to + 1;
      events.add({ event: 'gap', key, expected: from, got, missing }, this.#watermark, null);
      return true;
    });
    this.#meeting.tell = events.note;
  }

  #raise(watermark: EventTime): void {
    if (watermark < END_OF_TIME && watermark > this.#watermark) this.#watermark = watermark;
  }

  /** The marks of rows: those of their port, from the watermark on that holds already. */
  #raised({ marks, length }: Batch): Float64Array | null {
    if (marks === null || length === 0) return null;
    if (this.#marks.length < length) this.#marks = grownTimes(this.#marks, length);
    const own = this.#marks;
    for (let row = 0; row < length; row++) {
      this.#raise(marks[row]);
      own[row] = this.#watermark;
    }
    return own;
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.output, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  holdsBack(port: number): boolean {
    const waiting = this.#waiting;
    if (port === HISTORY || waiting === null || waiting.rows === 0) return false;
    return waiting.bytes() >= this.#plan.maxBufferBytes;
  }

  meeting(): MeetingStats {
    const gaps: MissingNumbers[] = [];
    this.#meeting.gaps((key, from, to) => {
      gaps.push({ key, from: shown(from), to: shown(to) });
      return gaps.length < MOST_GAPS;
    });
    const { old, unnumbered } = this.#meeting;
    return {
      state: this.#waiting === null ? 'met' : 'history',
      history: { ...this.#history },
      live: { ...this.#live, waiting: this.#waiting?.rows ?? 0 },
      old,
      unnumbered,
      ...this.#meeting.stats(),
      gaps,
    };
  }

  bytes(): number {
    return this.#meeting.bytes() + (this.#waiting?.bytes() ?? 0);
  }

  stateRows(): number {
    return this.#meeting.stateRows() + (this.#waiting?.rows ?? 0);
  }

  snapshot(writer: StateWriter): void {
    const { old, unnumbered } = this.#meeting;
    writer.value('state', { watermark: this.#watermark, liveEnded: this.#liveEnded, old, unnumbered });
    writer.value('history', { ...this.#history });
    writer.value('live', { ...this.#live });
    writer.value('waits', this.#waiting !== null);
    this.#meeting.snapshot(writer.section('meeting'));
    this.#waiting?.snapshot(writer.section('waiting'));
  }

  restore(reader: StateReader): void {
    const state = reader.value('state') as Record<'watermark' | 'old' | 'unnumbered', number> & {
      readonly liveEnded: boolean;
    };
    this.#watermark = state.watermark;
    this.#liveEnded = state.liveEnded;
    Object.assign(this.#history, reader.value('history'));
    Object.assign(this.#live, reader.value('live'));
    this.#meeting.restore(reader.section('meeting'));
    this.#meeting.old = state.old;
    this.#meeting.unnumbered = state.unnumbered;
    if (reader.value('waits') === true) this.#waiting?.restore(reader.section('waiting'));
    else {
      this.#waiting = null;
      this.#meeting.tell = this.#events?.note ?? null;
    }
  }
}

function shown(number: number | bigint): number | string {
  return typeof number === 'bigint' ? String(number) : number;
}
