import type { Batch } from '../columns/batch.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { OpenSource, SourceReader } from '../sources/source.js';
import type { FeedContext, FeedMember, PortFeed } from './feedMember.js';
import type { Holding, MemoryHolder } from './memory.js';
import { History } from './history.js';
import { Signal } from './signal.js';
import { dueRows, sliceBatch } from './slice.js';

/** Rows that are read, and handed to queries, in one turn. */
export const TURN_ROWS = 8192;
/** Replayed rows that fall due within so many milliseconds are released together. */
const RELEASE_MS = 10;

interface CatchUp {
  readonly member: FeedMember;
  reader: SourceReader | null;
  position: number;
}

/**
 * One source that is read once for all queries on it. A replay's rows are released up to the session clock, by the running maximum of
 * event time; a query that comes late reads the source again up to the exact row that the others have reached, and then goes in step with them.
 * A live source's last hour is kept for it.
 */
export class Feed implements PortFeed, MemoryHolder {
  readonly #members = new Set<FeedMember>();
  #late: CatchUp[] = [];
  readonly #signal = new Signal();
  #reader: SourceReader | null = null;
  #pending: Batch | null = null;
  #offset = 0;
  /** Rows handed out. */
  position = 0;
  watermark: EventTime = START_OF_TIME;
  ended = false;
  error: unknown = null;
  #closed = false;
  /** The number of the start that is to be made, or null. */
  #restarting: number | null = null;
  isStalled = false;
  /** Up to which place among recorded rows everything has been given. */
  #given = -Infinity;
  readonly #history = new History();
  readonly #stopListening: () => void;
  readonly #running: Promise<void>;

  constructor(
    readonly source: OpenSource,
    /** Whether the clock lets the rows out; if not, they come at once. */
    readonly clocked: boolean,
    readonly context: FeedContext,
  ) {
    this.#stopListening = context.clock.onChange(() => this.#signal.wake());
    this.#running = this.#run();
  }

  get live(): boolean {
    return this.source.live;
  }

  /** Whether it is a replay: rows that can be read again, held by the clock. */
  get replays(): boolean {
    return this.clocked && !this.source.live;
  }

  get reader(): SourceReader | null {
    return this.#reader;
  }

  /** The highest event time that was handed out; null before the first. */
  get reached(): EventTime | null {
    const { boundUs } = this.source.summary;
    return Number.isFinite(this.watermark) ? this.watermark + boundUs : null;
  }

  /** Whether every row up to an event time has been handed out, and every query knows it. */
  hasReached(time: EventTime): boolean {
    return this.#restarting === null && (this.ended || this.#given > time);
  }

  /** Adds a query: it gets every row from the start, as if it had always been there. */
  add(member: FeedMember): void {
    member.feed = this;
    if (this.error !== null) this.#recover();
    if (this.position === 0 && !this.ended) {
      this.#members.add(member);
      this.#joined(member);
    } else {
      const late = { member, reader: null, position: this.live ? this.#history.start : 0 };
      this.#late.push(late);
      if (this.live) void this.#replayHistory(late);
    }
    this.#signal.wake();
  }

  /** Lets it go on, if it waits for a query. */
  wake(): void {
    this.#signal.wake();
  }

  /** A member is in step with the others: it learns how far they are. */
  #joined(member: FeedMember): void {
    if (this.ended) member.end();
    else if (this.live) member.progress(Infinity);
    else member.progress(this.#given);
    member.caughtUp();
  }

  /**
   * Goes on after a failure, which has ended all queries: a replay from its beginning, and what is live where it is, which a source whose own
   * failure it was will say again.
   */
  #recover(): void {
    this.error = null;
    this.ended = false;
    if (this.live) return;
    void this.#reader?.close();
    this.#reader = null;
    this.#pending = null;
    this.#offset = 0;
    this.position = 0;
    this.watermark = START_OF_TIME;
    this.#given = -Infinity;
  }

  remove(member: FeedMember): void {
    if (member.feed === this) member.feed = null;
    this.#members.delete(member);
    for (const late of this.#late) if (late.member === member) void late.reader?.close();
    this.#late = this.#late.filter(late => late.member !== member);
    this.#signal.wake();
  }

  /** Bytes of a live source's history. */
  bytes(): number {
    return this.#history.bytes;
  }

  holdings(): Holding[] {
    const what = `the history of source '${this.source.summary.name}'`;
    return [{ what, bytes: this.#history.bytes }];
  }

  /** Gives up the oldest of a live source's history: queries that come later see less of what was before them. */
  evict(bytes: number): number {
    return this.#history.evict(bytes);
  }

  /** Rows of the history that were given up for the session's memory. */
  get historyEvicted(): number {
    return this.#history.evicted;
  }

  /** Readings under way: one, and one for each query that is catching up. */
  get readers(): number {
    return (this.#reader === null ? 0 : 1) + this.#late.filter(late => late.reader !== null).length;
  }

  get isIdle(): boolean {
    return this.#members.size === 0 && this.#late.length === 0;
  }

  /** Starts a replay again from its beginning; every query is rebuilt. */
  restart(epoch: number): void {
    if (!this.replays) return;
    this.#restarting = epoch;
    this.ended = false;
    this.watermark = START_OF_TIME;
    this.#signal.wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopListening();
    this.#signal.wake();
    await this.#reader?.close();
    await this.#running;
    await this.source.close();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        if (this.#restarting !== null) await this.#beginAgain(this.#restarting);
        await this.#turn();
      } catch (error) {
        if (this.#closed) break;
        this.error = error;
        for (const member of [...this.#members, ...this.#late.map(late => late.member)]) member.fail(error);
        this.#members.clear();
        this.#late = [];
        this.ended = true;
        this.context.progressed();
      }
    }
    for (const late of this.#late) await late.reader?.close();
  }

  /** One bounded piece of work, or a wait for the next. */
  async #turn(): Promise<void> {
    const late = this.live ? undefined : this.#late.find(({ member }) => !member.isFull);
    if (late !== undefined) {
      await this.#catchUp(late);
      await this.context.yieldTurn();
    } else if (this.ended || (this.#members.size === 0 && !this.live)) {
      await this.#signal.wait();
    } else if (this.#isHeld()) {
      await this.#stall();
    } else if (this.#pending === null) {
      await this.#read();
    } else {
      await this.#release(this.#pending);
    }
  }

  /** Whether a query waits for rows of another source, and cannot take more of this one. */
  #isHeld(): boolean {
    for (const member of this.#members) if (member.isFull) return true;
    return false;
  }

  #hasLate(): boolean {
    return this.#late.some(({ member }) => !member.isFull);
  }

  async #stall(): Promise<void> {
    this.isStalled = true;
    // Who waits for this feed may be waited for by it: then it goes on.
    for (const member of this.#members) member.stalled();
    do await this.#signal.wait();
    while (!this.#closed && this.#restarting === null && this.#isHeld() && !this.#hasLate());
    this.isStalled = false;
  }

  async #read(): Promise<void> {
    const memory = this.#admit();
    if (memory !== null) {
      await memory;
      return;
    }
    this.#reader ??= this.source.read();
    const batch = await this.#reader.next(TURN_ROWS);
    if (this.#closed || this.#restarting !== null) return;
    if (batch === null) {
      this.ended = true;
      for (const member of this.#members) member.end();
      this.context.progressed();
    } else if (this.live) {
      const arrival = this.context.nextArrival();
      this.#history.add(batch, arrival, this.context.world.now());
      this.#give(batch, arrival);
      await this.context.yieldTurn();
    } else {
      this.#pending = batch;
      this.#offset = 0;
    }
  }

  /** Hands out the rows of a replayed batch that the clock has reached, and waits for the others. */
  async #release(batch: Batch): Promise<void> {
    const { clock } = this.context;
    const now = this.clocked ? clock.now() : Infinity;
    const due = dueRows(batch, this.#offset, now - this.source.summary.boundUs);
    if (due > this.#offset || batch.length === 0) {
      const slice = sliceBatch(batch, this.#offset, due);
      this.#offset = due;
      if (due === batch.length) this.#pending = null;
      this.#give(slice, null);
      await this.context.yieldTurn();
      return;
    }
    const time = (batch.marks as Float64Array)[this.#offset] + this.source.summary.boundUs;
    this.#given = time;
    for (const member of this.#members) member.progress(time);
    this.context.progressed();
    // A source that does not know its first time tells the clock now.
    clock.anchor(time);
    const delay = clock.delayMs(time);
    if (delay === null) await this.#signal.wait();
    else await this.#signal.waitAtMost(Math.max(RELEASE_MS, delay), this.context.world);
  }

  #give(batch: Batch, arrival: number | null): void {
    this.position += batch.length;
    if (batch.length > 0 && batch.marks !== null && !this.live)
      this.#given = Math.max(this.#given, batch.marks[batch.length - 1] + this.source.summary.boundUs);
    if (batch.watermark < Infinity) this.watermark = Math.max(this.watermark, batch.watermark);
    for (const member of this.#members) this.#push(member, batch, arrival);
    this.context.progressed();
  }

  /** A query's own mistake ends that query alone. */
  #push(member: FeedMember, batch: Batch, arrival: number | null): boolean {
    try {
      member.push(batch, arrival);
      return true;
    } catch (error) {
      this.remove(member);
      member.fail(error);
      return false;
    }
  }

  /** Reads a piece of a replay again for a late query, up to the row that the others have reached. */
  async #catchUp(late: CatchUp): Promise<void> {
    const missing = this.position - late.position;
    if (missing > 0) {
      if (await this.#waitsFor(late)) return;
      late.reader ??= this.source.read();
      const batch = await late.reader.next(Math.min(TURN_ROWS, missing));
      if (this.#closed || this.#restarting !== null || !this.#late.includes(late)) return;
      if (batch !== null) {
        late.position += batch.length;
        if (!this.#push(late.member, batch, null)) return;
        if (late.position < this.position) return;
      }
    }
    await late.reader?.close();
    this.#join(late);
  }

  /** Whether a late query has had to wait for memory, or is refused: then the others go on without it. */
  async #waitsFor({ member }: CatchUp): Promise<boolean> {
    try {
      const memory = this.#admit();
      await memory;
      return memory !== null;
    } catch (error) {
      this.remove(member);
      member.fail(error);
      return true;
    }
  }

  #admit(): Promise<void> | null {
    return this.context.memory(`source '${this.source.summary.name}'`);
  }

  #join(late: CatchUp): void {
    if (!this.#late.includes(late)) return;
    this.#late = this.#late.filter(other => other !== late);
    this.#members.add(late.member);
    this.#joined(late.member);
    this.context.progressed();
  }

  /** Gives a late query what is kept of a live source, in turns; new rows go on arriving meanwhile. */
  async #replayHistory(late: CatchUp): Promise<void> {
    while (!this.#closed && this.#late.includes(late)) {
      late.position = Math.max(late.position, this.#history.start);
      if (late.position === this.#history.end) {
        this.#join(late);
        return;
      }
      const { batch, arrival } = this.#history.at(late.position);
      if (!this.#push(late.member, batch, arrival)) return;
      late.position++;
      await this.context.yieldTurn();
    }
  }

  async #beginAgain(epoch: number): Promise<void> {
    this.#restarting = null;
    this.#given = -Infinity;
    await this.#reader?.close();
    this.#reader = null;
    this.#pending = null;
    this.#offset = 0;
    this.position = 0;
    this.watermark = START_OF_TIME;
    this.ended = false;
    this.error = null;
    for (const late of this.#late) {
      await late.reader?.close();
      this.#members.add(late.member);
    }
    this.#late = [];
    for (const member of this.#members) {
      member.restart(epoch);
      member.caughtUp();
    }
  }
}
