import type { Batch } from '../columns/batch.js';
import type { OpenSource, SourceReader } from '../sources/source.js';
import type { FeedMember } from './feedMember.js';
import type { History } from './history.js';

/** A feed as those see it that come late to it. */
export interface LateFeed {
  readonly source: OpenSource;
  readonly history: History;
  /** Rows handed out. */
  readonly position: number;
  /** A number that is another once the feed is closed or begins anew. */
  readonly run: number;
  /** Gives rows to a member; false where that has failed, and the member is gone. */
  push(member: FeedMember, batch: Batch, arrival: number | null): boolean;
  /** Ends a member with an error. */
  drop(member: FeedMember, error: unknown): void;
  /** The member has what the others have. */
  join(member: FeedMember): void;
  /** Null where there is memory for more rows; else resolves when to ask again, or throws. */
  admit(): Promise<void> | null;
  yieldTurn(): Promise<void>;
}

interface Latecomer {
  readonly member: FeedMember;
  reader: SourceReader | null;
  /** Rows that it has; of a live feed, the number of the next batch of the history. */
  position: number;
}

/**
 * Queries that come late to a feed. A replay is read again for each of them, up to the row that the others have reached; a live feed gives them
 * what it has kept.
 */
export class Latecomers {
  #late: Latecomer[] = [];

  constructor(
    readonly feed: LateFeed,
    /** Rows that are read in one turn. */
    readonly turnRows: number,
  ) {}

  get size(): number {
    return this.#late.length;
  }

  /** Readings under way. */
  get readers(): number {
    return this.#late.filter(late => late.reader !== null).length;
  }

  get members(): readonly FeedMember[] {
    return this.#late.map(({ member }) => member);
  }

  add(member: FeedMember): void {
    const { live } = this.feed.source;
    const late = { member, reader: null, position: live ? this.feed.history.start : 0 };
    this.#late.push(late);
    if (live) void this.#replayHistory(late);
  }

  remove(member: FeedMember): void {
    for (const late of this.#late) if (late.member === member) void late.reader?.close();
    this.#late = this.#late.filter(late => late.member !== member);
  }

  /** Takes everybody out; resolves once nobody reads. */
  async clear(): Promise<readonly FeedMember[]> {
    const gone = this.#late;
    this.#late = [];
    for (const { reader } of gone) await reader?.close();
    return gone.map(({ member }) => member);
  }

  /** Whether there is one that can take rows of a replay. */
  get canRead(): boolean {
    return !this.feed.source.live && this.#late.some(({ member }) => !member.isFull);
  }

  /** Reads a piece of a replay again for the first that can take it. */
  async read(): Promise<void> {
    const late = this.#late.find(({ member }) => !member.isFull);
    if (late === undefined) return;
    const { feed } = this;
    const { run } = feed;
    const missing = feed.position - late.position;
    if (missing > 0) {
      if (await this.#waitsFor(late)) return;
      const isGone = () => feed.run !== run || !this.#late.includes(late);
      // Who was taken out meanwhile had no reading that could have been closed.
      if (isGone()) return;
      late.reader ??= feed.source.read();
      const batch = await late.reader.next(Math.min(this.turnRows, missing));
      if (isGone()) return;
      if (batch !== null) {
        late.position += batch.length;
        if (!feed.push(late.member, batch, null)) return;
        if (late.position < feed.position) return;
      }
    }
    await late.reader?.close();
    this.#join(late);
  }

  /** Whether a latecomer has had to wait for memory, or is refused: then the others go on without it. */
  async #waitsFor({ member }: Latecomer): Promise<boolean> {
    try {
      const memory = this.feed.admit();
      await memory;
      return memory !== null;
    } catch (error) {
      this.feed.drop(member, error);
      return true;
    }
  }

  /** Gives what is kept of a live source, in turns; new rows go on arriving meanwhile. */
  async #replayHistory(late: Latecomer): Promise<void> {
    const { feed } = this;
    const { run, history } = feed;
    while (feed.run === run && this.#late.includes(late)) {
      late.position = Math.max(late.position, history.start);
      if (late.position === history.end) {
        this.#join(late);
        return;
      }
      const { batch, arrival } = history.at(late.position);
      if (!feed.push(late.member, batch, arrival)) return;
      late.position++;
      await feed.yieldTurn();
    }
  }

  #join(late: Latecomer): void {
    if (!this.#late.includes(late)) return;
    this.#late = this.#late.filter(other => other !== late);
    this.feed.join(late.member);
  }
}
