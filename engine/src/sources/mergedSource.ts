import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME } from '../columns/time.js';
import type { EventTime } from '../columns/time.js';
import { addReject, countsFrom, countsOf, newCounters } from './counters.js';
import type { CountsSoFar } from './counters.js';
import type { EventTimeColumn } from './eventTime.js';
import { MarkMaker } from './marks.js';
import { MergedFile, RowCopies } from './mergedRows.js';
import type { FilePlace } from './mergedRows.js';
import type { OpenSource, SourceReader, SourceSummary } from './source.js';

/** One of the files that are read together. */
export interface FileOfMany {
  readonly label: string;
  /** No row of it is earlier; null: nothing is known of that. */
  readonly firstTime: EventTime | null;
  readonly source: OpenSource;
}

/** Rows are taken over as they lie where so many follow each other in one file. */
const LONG_RUN = 512;

/**
 * Several files of one schema as one source: merged by the running maximum of event time of each, of equal ones in the order of
 * the files; without event time one file after the other. A file is opened when its first row may be next.
 */
export function mergedSource(
  summary: SourceSummary,
  schema: Schema,
  time: EventTimeColumn | null,
  files: readonly FileOfMany[],
): OpenSource {
  const lateness = { rows: 0, byUs: 0 };
  return {
    summary,
    live: false,
    lateness,
    read: (columns, from) => {
      const marks = time === null ? null : new MarkMaker(time.unit, summary.boundUs, lateness);
      return new MergedReader(schema, time, files, marks, columns ?? null, (from as Place | null) ?? null);
    },
    close: async () => {
      for (const { source } of files) await source.close();
    },
  };
}

/** Where a reading stands between two batches. */
interface Place extends CountsSoFar {
  readonly open: readonly FilePlace[];
  /** How many files have not been opened. */
  readonly waiting: number;
  readonly marks: MarkMaker['state'] | null;
}

class MergedReader implements SourceReader {
  readonly counters = newCounters();
  /** Files that have rows to give, and those that are not open yet, the next one last. */
  readonly #open: MergedFile[] = [];
  readonly #waiting: { readonly place: number; readonly from: EventTime }[];
  readonly #copies: RowCopies;
  #closed = false;

  constructor(
    private readonly schema: Schema,
    private readonly time: EventTimeColumn | null,
    private readonly files: readonly FileOfMany[],
    private readonly marks: MarkMaker | null,
    private readonly columns: ReadonlySet<string> | null,
    from: Place | null,
  ) {
    this.#copies = new RowCopies(schema, 8192);
    this.#waiting = files
      .map(({ firstTime }, place) => ({ place, from: time === null ? place : (firstTime ?? START_OF_TIME) }))
      .sort((a, b) => b.from - a.from || b.place - a.place);
    if (from === null) return;
    this.#waiting.length = from.waiting;
    for (const place of from.open) this.#openFile(place.file, place);
    countsFrom(this.counters, from);
    if (from.marks !== null) marks?.resume(from.marks);
  }

  bookmark(): Place {
    return {
      open: this.#open.map(file => file.bookmark()),
      waiting: this.#waiting.length,
      marks: this.marks?.state ?? null,
      ...countsOf(this.counters),
    };
  }

  #openFile(place: number, from: FilePlace | null): void {
    this.#open.push(new MergedFile(place, this.files[place].source, this.columns, this.time, from));
  }

  async next(maxRows: number): Promise<Batch | null> {
    const copies = this.#copies;
    copies.clear();
    const most = Math.min(maxRows, copies.capacity);
    while (copies.length < most && !this.#closed) {
      const file = await this.#nextFile(most);
      if (file === null) break;
      const { limit, ties } = this.#limit(file);
      const batch = file.batch as Batch;
      const from = file.row;
      const end = file.runEnd(limit, ties, most - copies.length);
      if (copies.length === 0 && end - from >= Math.min(LONG_RUN, most)) {
        // It lies there until the file is read on, which is not before the next call.
        file.pass(end);
        return this.#batch(slice(batch, from, end));
      }
      copies.add(batch, from, end);
      file.pass(end);
    }
    if (copies.length > 0) return this.#batch({ length: copies.length, columns: copies.columns() });
    await this.close();
    return null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    for (const { reader } of this.#open.splice(0)) await reader.close();
  }

  /** The file with the next row; null at the end. Files whose first row may be earlier are opened before. */
  async #nextFile(maxRows: number): Promise<MergedFile | null> {
    for (;;) {
      const first = this.#first();
      if (first?.isRead === true) {
        await first.advance(maxRows);
        this.#note(first);
        if (first.batch === null) this.#open.splice(this.#open.indexOf(first), 1);
        continue;
      }
      const waiting = this.#waiting.at(-1);
      if (waiting === undefined || this.#closed) return first;
      if (first !== null && this.#isBefore(first, waiting)) return first;
      this.#waiting.pop();
      this.#openFile(waiting.place, null);
    }
  }

  /** The open file with the least time; one of which the next row is not read yet comes first. */
  #first(): MergedFile | null {
    let first: MergedFile | null = null;
    for (const file of this.#open) {
      if (file.isRead) return file;
      if (first === null || file.key < first.key || (file.key === first.key && file.place < first.place)) {
        first = file;
      }
    }
    return first;
  }

  /** Without event time a file is read to its end before the next one is opened. */
  #isBefore(file: MergedFile, waiting: { readonly place: number; readonly from: EventTime }): boolean {
    if (this.time === null) return true;
    return file.key < waiting.from || (file.key === waiting.from && file.place < waiting.place);
  }

  /** Up to which time a file's rows come before those of all others; `ties`: with that time too. */
  #limit(file: MergedFile): { readonly limit: EventTime; readonly ties: boolean } {
    let limit = Infinity;
    let place = Infinity;
    for (const other of this.#open) {
      if (other === file || other.key > limit || (other.key === limit && other.place > place)) continue;
      limit = other.key;
      place = other.place;
    }
    const waiting = this.#waiting.at(-1);
    if (waiting !== undefined && this.time !== null) {
      if (waiting.from < limit || (waiting.from === limit && waiting.place < place)) {
        limit = waiting.from;
        place = waiting.place;
      }
    }
    return { limit, ties: file.place < place };
  }

  #batch({ length, columns }: Pick<Batch, 'length' | 'columns'>): Batch {
    const { marks, schema, time } = this;
    const rows = { schema, length, columns, kinds: null };
    this.counters.rows += length;
    if (marks === null || time === null) return { ...rows, marks: null, watermark: START_OF_TIME };
    const of = marks.marks(columns[time.index], length);
    return { ...rows, marks: of, watermark: marks.watermark };
  }

  /** Adds what has been counted of a file since it was last noted. */
  #note(file: MergedFile): void {
    const { counters } = file.reader;
    const { counters: before, rejects } = file.noted;
    // A reading that goes on from a bookmark meets some rows again.
    if (counters.rows + counters.rejected < before.rows + before.rejected) return;
    this.counters.bytes += Math.max(0, counters.bytes - before.bytes);
    const { label } = this.files[file.place];
    for (const reject of counters.rejects.slice(rejects)) {
      addReject(this.counters, reject.position, `${label}: ${reject.reason}`, reject.text);
    }
    this.counters.rejected += counters.rejected - before.rejected - (counters.rejects.length - rejects);
    file.noted = countsOf(counters);
  }
}

function slice({ columns }: Batch, from: number, to: number): Pick<Batch, 'length' | 'columns'> {
  return {
    length: to - from,
    columns: columns.map(column => ({
      ...column,
      data: column.data.subarray(from, to),
      valid: column.valid?.subarray(from, to) ?? null,
    })),
  };
}
