import type { Batch } from '../columns/batch.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { OpenSource, SourceReader } from '../sources/source.js';
import { BEGINNING, type FeedMark, type Rewind } from './checkpoint.js';
import type { FeedContext, FeedMember, PortFeed } from './feedMember.js';
import type { Holding, MemoryHolder } from './memory.js';
import { HeldRows } from './heldRows.js';
import { History } from './history.js';
import { Latecomers, type LateFeed } from './latecomers.js';
import { placeOf } from './places.js';
import { Readings } from './readings.js';
import { Signal } from './signal.js';

/** Rows that are read, and handed to queries, in one turn. */
export const TURN_ROWS = 8192;
/** Replayed rows that fall due within so many milliseconds are released together. */
const RELEASE_MS = 10;

/**
 * One source that is read once for all queries on it. A replay's rows are released up to the session clock, by their places; a query that comes late reads the source again up to the exact row that the others have reached, and then goes in step with them.
 * A live source's last hour is kept for it.
 */
export class Feed implements PortFeed, MemoryHolder {
  readonly #members = new Set<FeedMember>();
  /** Members that have failed: they get no rows until the replay begins anew. */
  readonly #failed = new Set<FeedMember>();
  readonly #late: Latecomers;
  /** Another number once it is closed or begins anew. */
  #run = 0;
  readonly #signal = new Signal();
  readonly readings: Readings;
  readonly #held: HeldRows;
  /** Rows handed out. */
  position = 0;
  watermark: EventTime = START_OF_TIME;
  #reached: EventTime = START_OF_TIME;
  ended = false;
  error: unknown = null;
  #closed = false;
  /** The start that is to be made, or null. */
  #restarting: Rewind | null = null;
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
    this.readings = new Readings(source, TURN_ROWS, this.replays);
    this.#held = new HeldRows(source.summary.boundUs);
    this.#stopListening = context.clock.onChange(() => this.#signal.wake());
    this.#late = new Latecomers(this.#forLatecomers(), TURN_ROWS);
    this.#running = this.#goOn();
  }

  get live(): boolean {
    return this.source.live;
  }

  /** Whether it is a replay: rows that can be read again, held by the clock. */
  get replays(): boolean {
    return this.clocked && !this.source.live;
  }

  get reader(): SourceReader | null {
    return this.readings.reader;
  }

  /** The place of the last row that was handed out: the highest event time, or when it was received; null before the first. */
  get reached(): EventTime | null {
    return Number.isFinite(this.#reached) ? this.#reached : null;
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
      this.#late.add(member);
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
    void this.readings.reader?.close();
    this.#beginAt(BEGINNING);
  }

  #beginAt(mark: FeedMark): void {
    this.readings.beginAt(mark);
    this.#held.clear();
    this.position = mark.position;
    this.#given = mark.given;
    this.watermark = mark.watermark;
    this.#reached = mark.reached;
    this.ended = mark.ended;
  }

  remove(member: FeedMember): void {
    if (member.feed === this) member.feed = null;
    this.#members.delete(member);
    this.#failed.delete(member);
    this.#late.remove(member);
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

  /** What is kept of a live source's rows for queries that come later. */
  get history(): Pick<History, 'evicted' | 'keptSinceMs'> {
    return this.#history;
  }

  /** Readings under way: one, and one for each query that is catching up. */
  get readers(): number {
    return (this.readings.reader === null ? 0 : 1) + this.#late.readers;
  }

  get isIdle(): boolean {
    return this.#members.size === 0 && this.#late.size === 0;
  }

  /** Starts a replay again, from its beginning or a checkpoint; the queries' states are made anew, or taken from there. */
  restart(rewind: Rewind): void {
    if (!this.replays) return;
    this.#restarting = rewind;
    this.#run++;
    this.ended = false;
    this.#given = -Infinity;
    const { watermark, reached } = rewind.to?.feeds.get(this) ?? BEGINNING;
    this.watermark = watermark;
    this.#reached = reached;
    this.#signal.wake();
  }

  /** How far it is, for a checkpoint; null while it begins anew or a query catches up. */
  mark(): FeedMark | null {
    if (this.#restarting !== null || this.#late.size > 0 || this.error !== null) return null;
    const { position, watermark, ended } = this;
    return {
      position,
      given: this.#given,
      watermark,
      reached: this.#reached,
      ended,
      bookmark: this.readings.bookmark,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#run++;
    this.#stopListening();
    this.#signal.wake();
    await this.readings.reader?.close();
    await this.#running;
    await this.source.close();
  }

  async #goOn(): Promise<void> {
    while (!this.#closed) {
      try {
        // A start may have been overtaken by another one, whose call nobody has heard.
        if (this.#restarting !== null) await this.#beginAgain(this.#restarting);
        else await this.#turn();
      } catch (error) {
        if (this.#closed) break;
        this.error = error;
        for (const member of [...this.#members, ...(await this.#late.clear())]) this.#drop(member, error);
        this.ended = true;
        this.context.progressed();
      }
    }
    await this.#late.clear();
  }

  /** One bounded piece of work, or a wait for the next. */
  async #turn(): Promise<void> {
    if (this.#late.canRead) {
      await this.#late.read();
      await this.context.yieldTurn();
    } else if (this.ended || (this.#members.size === 0 && !this.live)) {
      await this.#signal.wait();
    } else if (this.#isFull()) {
      await this.#stall();
    } else if (this.#held.isEmpty) {
      await this.#read();
    } else {
      await this.#release();
    }
  }

  /** Whether a query waits for rows of another source, and cannot take more of this one. */
  #isFull(): boolean {
    for (const member of this.#members) if (member.isFull) return true;
    return false;
  }

  async #stall(): Promise<void> {
    this.isStalled = true;
    // Who waits for this feed may be waited for by it: then it goes on.
    for (const member of this.#members) member.stalled();
    do await this.#signal.wait();
    while (!this.#closed && this.#restarting === null && this.#isFull() && !this.#late.canRead);
    this.isStalled = false;
  }

  async #read(): Promise<void> {
    const memory = this.#admit();
    if (memory !== null) {
      await memory;
      return;
    }
    const batch = await this.readings.next(this.position);
    if (this.#closed || this.#restarting !== null) return;
    if (batch === undefined) {
      await this.context.yieldTurn();
    } else if (batch === null) {
      this.ended = true;
      for (const member of this.#members) member.end();
      this.context.progressed();
    } else if (this.live) {
      const arrival = this.context.nextArrival();
      this.#history.add(batch, arrival, monotonicMs(this.context.world));
      this.#give(batch, arrival);
      await this.context.yieldTurn();
    } else {
      this.#held.hold(batch);
    }
  }

  /** Hands out the rows that the clock has reached, and waits for the others. */
  async #release(): Promise<void> {
    const { clock } = this.context;
    const due = this.#held.take(this.clocked ? clock.now() : Infinity, Infinity);
    if (due !== null) {
      this.#give(due, null);
      await this.context.yieldTurn();
      return;
    }
    const time = this.#held.next!;
    this.#given = time;
    for (const member of this.#members) member.progress(time);
    this.context.progressed();
    // A source that does not know its first time tells the clock now.
    clock.anchor(time);
    const delay = clock.delayMs(time);
    if (delay === null) await this.#signal.wait();
    else await this.#signal.waitAtMost(Math.max(RELEASE_MS, delay), this.context.world);
  }

  /** The place of the row that is next, of a replay that the clock holds back; null: it is over, or not known yet. */
  get next(): EventTime | null {
    return this.#restarting === null && !this.readings.isSkipping && this.error === null
      ? this.#held.next
      : null;
  }

  /** Hands out rows that the clock holds back, up to a place and at most so many; returns how many it was. */
  step(time: EventTime, most: number): number {
    const due = this.next === null ? null : this.#held.take(time, most);
    if (due === null) return 0;
    this.#give(due, null);
    // What comes next has to be read, and where it is empty that it is over.
    if (this.#held.isEmpty) this.#signal.wake();
    return due.length;
  }

  #give(batch: Batch, arrival: number | null): void {
    this.position += batch.length;
    if (batch.length > 0) {
      const place = placeOf(batch, batch.length - 1, this.source.summary.boundUs);
      this.#reached = Math.max(this.#reached, place);
      if (!this.live) this.#given = Math.max(this.#given, place);
    }
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
      this.#drop(member, error);
      return false;
    }
  }

  #drop(member: FeedMember, error: unknown): void {
    this.remove(member);
    if (this.replays) this.#failed.add(member);
    member.fail(error);
    this.context.progressed();
  }

  #admit(): Promise<void> | null {
    return this.context.memory(`source '${this.source.summary.name}'`);
  }

  #forLatecomers(): LateFeed {
    const position = (): number => this.position;
    const run = (): number => this.#run;
    return {
      source: this.source,
      history: this.#history,
      get position() {
        return position();
      },
      get run() {
        return run();
      },
      push: (member, batch, arrival) => this.#push(member, batch, arrival),
      drop: (member, error) => this.#drop(member, error),
      join: member => {
        this.#members.add(member);
        this.#joined(member);
        this.context.progressed();
      },
      admit: () => this.#admit(),
      yieldTurn: () => this.context.yieldTurn(),
    };
  }

  async #beginAgain(rewind: Rewind): Promise<void> {
    const mark = rewind.to?.feeds.get(this) ?? BEGINNING;
    await this.readings.reader?.close();
    for (const member of await this.#late.clear()) this.#members.add(member);
    // Another start may have overtaken this one.
    if (this.#restarting !== rewind) return;
    this.#restarting = null;
    this.#beginAt(mark);
    this.error = null;
    for (const member of this.#failed) {
      member.feed = this;
      this.#members.add(member);
    }
    this.#failed.clear();
    for (const member of [...this.#members]) {
      const goesOn = member.restart(rewind);
      if (goesOn || (this.position === 0 && !this.ended)) {
        member.caughtUp();
        continue;
      }
      this.#members.delete(member);
      this.#late.add(member);
    }
  }
}
