import type { Batch } from '../columns/batch.js';
import type { OpenSource, SourceReader } from '../sources/source.js';
import type { FeedMark } from './checkpoint.js';
import { FeedProfile } from './feedProfile.js';

/** The readings of a source, one after the other: each begins at its start, or where a mark says. */
export class Readings {
  /** The one under way. */
  reader: SourceReader | null = null;
  /** The last place that another reading can go on from. */
  bookmark: FeedMark['bookmark'] = null;
  /** Rows that are to be left out, since they were given before the mark. */
  #skip = 0;
  /** What a replay is like over time; null: it is none. */
  readonly profile: FeedProfile | null;

  constructor(
    readonly source: OpenSource,
    /** Rows that are read at once. */
    readonly turnRows: number,
    /** Whether places are noted. */
    readonly keepsPlaces: boolean,
  ) {
    this.profile = keepsPlaces ? new FeedProfile(source) : null;
  }

  /** Whether rows are still left out. */
  get isSkipping(): boolean {
    return this.#skip > 0;
  }

  /** Reads on, `position` rows having been given; null at the end, undefined where the rows are left out. */
  async next(position: number): Promise<Batch | null | undefined> {
    const reader = (this.reader ??= this.source.read(null, this.bookmark?.place));
    if (this.#skip > 0) {
      const left = await reader.next(Math.min(this.turnRows, this.#skip));
      if (this.reader === reader) this.#skip = left === null ? 0 : this.#skip - left.length;
      return undefined;
    }
    const place = this.keepsPlaces ? (reader.bookmark?.() ?? null) : null;
    if (place !== null) this.bookmark = { rows: position, place };
    const batch = await reader.next(this.turnRows);
    // One that was closed meanwhile may have given up in between.
    if (batch !== null || this.reader === reader) this.profile?.read(batch, position, reader);
    return batch;
  }

  /** The next reading begins at a mark. */
  beginAt({ position, bookmark }: Pick<FeedMark, 'position' | 'bookmark'>): void {
    this.reader = null;
    this.bookmark = bookmark;
    this.#skip = position - (bookmark?.rows ?? 0);
  }
}
