import {
  PROTOCOL_VERSION,
  type FrameHeader,
  type ViewColumn,
  type ViewMessage,
  type ViewOutput,
  type ViewStatus,
} from '@millrace/protocol';
import { base64ToBytes } from './base64.js';
import { decodeRowIds, decodeRows, type Row } from './rows.js';

/** What a frame did to the rows. */
export interface Change {
  /** All rows are new, and so may be the columns: what was drawn is dropped. */
  readonly reset: boolean;
  readonly inserted: readonly Row[];
  readonly updated: readonly Row[];
  readonly removed: readonly Row[];
  /** What it did to a chart's other tables. */
  readonly others?: readonly Change[];
}

export const NO_CHANGE: Change = { reset: false, inserted: [], updated: [], removed: [] };

/** A frame of a view: the messages that carry rows. */
export type Frame = Extract<ViewMessage, { type: 'snapshot' | 'delta' | 'group' }>;

/**
 * The rows of a view as last told by the kernel: a snapshot replaces them, a delta changes them. Rows stand in the order
 * of their numbers, or in that which the kernel lists.
 */
export class ViewModel {
  /** Of the last frame that was applied; 0 where the rows are the saved ones. */
  seq = 0;
  columns: readonly ViewColumn[];
  key: readonly string[];
  /** The number of the first row, among the table's rows. */
  from = 0;
  /** From where to where a chart's x axis is to be drawn; null: as the rows say. */
  span: readonly [from: number, to: number] | null = null;
  status: ViewStatus;
  /** A chart's other tables. */
  readonly others: readonly ViewModel[] = [];
  private readonly byId = new Map<number, Row>();
  /** No row has a greater number, and all stand by theirs; null: this is not known. */
  private highest: number | null = null;
  /** Rows are to be put in the order of their numbers once they are asked for. */
  private isShuffled = false;

  /** Begins with the saved rows of an output. */
  constructor(output: ViewOutput) {
    this.columns = output.columns;
    this.key = output.key;
    this.status = output.snapshot.status;
    if (output.snapshot.arrow !== '') {
      for (const row of decodeRows(base64ToBytes(output.snapshot.arrow), output.columns))
        this.byId.set(row.id, row);
    }
  }

  get size(): number {
    return this.byId.size;
  }

  /** The rows, in order. */
  rows(): Row[] {
    if (this.isShuffled) this.putInOrder();
    return [...this.byId.values()];
  }

  /** All rows, as if they had just come. */
  whole(): Change {
    return { reset: true, inserted: this.rows(), updated: [], removed: [] };
  }

  /**
   * Applies a frame.
   *
   * @returns What changed, or `gap` where the frame does not follow the last one: the rows are then as before, and a
   * snapshot must be asked for.
   * @throws Error where the frame cannot be read, e.g. of a newer protocol.
   */
  apply(frame: Frame, buffers: readonly Uint8Array[]): Change | 'gap' {
    if (frame.type === 'group') throw new Error('The kernel tells several tables of a view that has one.');
    if (frame.v !== PROTOCOL_VERSION) {
      throw new Error(
        `The kernel speaks version ${frame.v} of Millrace's view protocol, this extension version ${PROTOCOL_VERSION}. Install matching versions.`,
      );
    }
    const change = frame.type === 'snapshot' ? this.replace(frame, buffers) : this.patch(frame, buffers);
    if (change !== 'gap') this.accept(frame);
    return change;
  }

  private accept(frame: FrameHeader): void {
    this.seq = frame.seq;
    this.from = frame.from;
    this.span = frame.span ?? null;
    this.status = frame.status;
  }

  private replace(frame: Extract<Frame, { type: 'snapshot' }>, buffers: readonly Uint8Array[]): Change {
    const rows = decodeRows(buffers[0], frame.columns);
    this.columns = frame.columns;
    this.key = frame.key;
    this.byId.clear();
    for (const row of rows) this.byId.set(row.id, row);
    this.highest = null;
    this.isShuffled = false;
    return { reset: true, inserted: rows, updated: [], removed: [] };
  }

  private patch(frame: Extract<Frame, { type: 'delta' }>, buffers: readonly Uint8Array[]): Change | 'gap' {
    if (frame.baseSeq !== this.seq) return 'gap';
    const fresh = new Set<number>();
    const upserts = decodeRows(buffers[0], this.columns);
    for (const row of upserts) {
      if (!this.byId.has(row.id)) this.addLast(row, fresh);
      this.byId.set(row.id, row);
    }
    const removed: Row[] = [];
    for (const id of decodeRowIds(buffers[1])) {
      const row = this.byId.get(id);
      this.byId.delete(id);
      if (row !== undefined && !fresh.has(id)) removed.push(row);
    }
    // A row that came and went in one frame was never there.
    const kept = upserts.filter(row => this.byId.get(row.id) === row);
    const inserted = kept.filter(row => fresh.has(row.id));
    const updated = kept.filter(row => !fresh.has(row.id));
    if (buffers.length > 2) this.putInOrderOf(decodeRowIds(buffers[2]));
    // Rows stand by their numbers: a grid that is scrolled up gets rows that come before those that it has.
    else if (inserted.length > 0 && this.highest === null) this.isShuffled = true;
    return { reset: false, inserted, updated, removed };
  }

  /** Notes a row that was not there, and whether rows still stand by their numbers. */
  private addLast({ id }: Row, fresh: Set<number>): void {
    fresh.add(id);
    if (this.highest !== null) this.highest = id > this.highest ? id : null;
  }

  /** Rows of a table in an order of its own stand as the frame lists them. */
  private putInOrderOf(ids: readonly number[]): void {
    const rows = ids.flatMap(id => this.byId.get(id) ?? []);
    this.byId.clear();
    for (const row of rows) this.byId.set(row.id, row);
    this.highest = null;
    this.isShuffled = false;
  }

  private putInOrder(): void {
    const rows = [...this.byId.values()];
    if (rows.some(({ id }, at) => at > 0 && id < rows[at - 1].id)) {
      rows.sort((a, b) => a.id - b.id);
      this.byId.clear();
      for (const row of rows) this.byId.set(row.id, row);
    }
    this.highest = rows.at(-1)?.id ?? null;
    this.isShuffled = false;
  }
}
