import type { Batch } from '../columns/batch.js';
import { fieldIndex } from '../columns/schema.js';
import { START_OF_TIME, toEventTimes, type EventTime } from '../columns/time.js';
import type { Rewind } from './checkpoint.js';
import type { FeedMember } from './feedMember.js';
import type { MaterializedTable } from './table.js';
import { REVISED } from './windowStates.js';

/** Queries that go on from the table of another one: each gets the table as it is, and then every change of it. */
export class Followers {
  readonly #members = new Set<FeedMember>();
  /** Members that have failed: they get no rows until the table begins anew. */
  readonly #failed = new Set<FeedMember>();
  /** The watermark of what has come out so far. */
  watermark: EventTime = START_OF_TIME;

  constructor(readonly table: MaterializedTable) {}

  /** Adds a query, which gets the rows that are there as new ones. */
  add(member: FeedMember): void {
    this.#members.add(member);
    this.#give(member, contentsOf(this.table, this.watermark));
  }

  remove(member: FeedMember): void {
    this.#members.delete(member);
    this.#failed.delete(member);
  }

  /** Where those are who count their rows; null: somebody cannot say it. */
  places(): [FeedMember, number][] | null {
    const places: [FeedMember, number][] = [];
    for (const member of this.#members) {
      if (member.place === undefined) continue;
      const place = member.place();
      if (place === null) return null;
      places.push([member, place]);
    }
    return places;
  }

  push(batch: Batch): void {
    this.watermark = Math.max(this.watermark, batch.watermark);
    for (const member of this.#members) this.#give(member, batch);
  }

  /** A query's own mistake ends that query alone. */
  #give(member: FeedMember, batch: Batch): void {
    try {
      member.push(batch, null);
    } catch (error) {
      this.#drop(member, error);
    }
  }

  #drop(member: FeedMember, error: unknown): void {
    this.#members.delete(member);
    this.#failed.add(member);
    member.fail(error);
  }

  /** The table is empty again and fills anew, or is as it was at a checkpoint: who was not there then gets what it holds. */
  restart(rewind: Rewind, restored: boolean): void {
    if (!restored) this.watermark = START_OF_TIME;
    for (const member of this.#failed) this.#members.add(member);
    this.#failed.clear();
    for (const member of [...this.#members]) {
      if (!member.restart(rewind) && restored) this.#give(member, contentsOf(this.table, this.watermark));
    }
  }

  caughtUp(): void {
    for (const member of this.#members) member.caughtUp();
  }

  end(): void {
    for (const member of this.#members) member.end();
  }

  fail(error: unknown): void {
    for (const member of [...this.#members]) this.#drop(member, error);
  }
}

/** The rows of a table as new ones. A window that late rows have changed has the mark that says so, as when it was told. */
function contentsOf(table: MaterializedTable, watermark: EventTime): Batch {
  const { schema, plan } = table;
  const positions = table.positions(0, table.total);
  const { length } = positions;
  const columns = table.gather(positions);
  const marks = new Float64Array(length).fill(START_OF_TIME);
  if (plan.window !== null) {
    const { type, data } = columns[fieldIndex(schema, plan.window.end)];
    const { allowedLatenessUs } = plan.window;
    const ends = new Float64Array(length);
    if (type.kind === 'timestamp') toEventTimes(data, type.unit, length, ends);
    positions.forEach((position, row) => {
      if (table.rowState(position) === REVISED) marks[row] = ends[row] - allowedLatenessUs;
    });
  }
  return { schema, length, columns, kinds: null, marks, watermark };
}
