import type { ColumnSort } from '@millrace/protocol';
import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex } from '../columns/schema.js';
import { compareRows, compareRowsDescending } from '../operators/rowCompare.js';
import type { RowLane, RowLog } from './rowLog.js';
import type { RowTest } from './rowTest.js';
import type { RowFollower } from './tableIndexes.js';

/** The sizes of what rows lie in: tests make them small. */
export const ARRANGED_LIMITS = {
  /** Rows of a piece at most: a row that comes or goes moves no more than so many numbers. */
  piece: 512,
  /** Changed rows that wait to be put in their places at most, if they are also a quarter of the table: past that it is put in order anew. */
  waiting: 4096,
};

const WAITING_PART = 4;

/** Neighbours in the order: their numbers, ascending in it. */
interface Piece {
  readonly number: number;
  readonly rows: Int32Array;
  count: number;
}

const WAITING = -1;

/**
 * The rows of a table that pass a filter, in an order, kept current. They lie in pieces; beside each row is the number of its piece. A row that
 * changes leaves its piece at once and waits; when somebody looks, those that wait are put in their places, by the logarithm of the table's size each.
 */
export class ArrangedRows implements RowFollower {
  readonly #pieceRows = ARRANGED_LIMITS.piece;
  #pieces: Piece[] = [];
  readonly #byNumber = new Map<number, Piece>();
  #lastNumber = 0;
  /** The number of a row's piece; 0: it is in none, -1: it waits. */
  readonly #piece: RowLane;
  #waiting: number[] = [];
  #size = 0;
  /** Nothing is in order: all of it is, when somebody looks. */
  #isStale = true;
  readonly #sorts: readonly { readonly index: number; readonly descending: boolean }[];
  #compared: readonly { readonly column: Column; readonly compare: typeof compareRows }[] = [];

  constructor(
    readonly log: RowLog,
    order: readonly ColumnSort[],
    readonly test: RowTest,
  ) {
    this.#sorts = order.map(({ column, descending }) => ({
      index: fieldIndex(log.schema, column),
      descending,
    }));
    this.#piece = log.addLane();
  }

  get size(): number {
    this.#sync();
    return this.#size;
  }

  /** The positions of at most `limit` rows from the `from`-th on. */
  positions(from: number, limit: number): Int32Array {
    this.#sync();
    const positions: number[] = [];
    let skip = Math.max(0, from);
    for (const { rows, count } of this.#pieces) {
      for (let k = skip; k < count && positions.length < limit; k++)
        positions.push(this.log.positionOf(rows[k]));
      skip = Math.max(0, skip - count);
      if (positions.length >= limit) break;
    }
    return Int32Array.from(positions);
  }

  written(_batch: Batch, at: Int32Array): void {
    if (this.#isStale) return;
    const { removed, rowIds } = this.log;
    for (let i = 0; i < _batch.length; i++) {
      const position = at[i];
      if (position < 0 || removed[position] === 1 || this.#piece.data[position] === WAITING) continue;
      this.removed(position);
      this.#piece.data[position] = WAITING;
      this.#waiting.push(rowIds[position]);
    }
    const { length } = this.#waiting;
    if (length > ARRANGED_LIMITS.waiting && length > this.log.size / WAITING_PART) this.clear();
  }

  removed(position: number): void {
    const piece = this.#isStale ? undefined : this.#byNumber.get(this.#piece.data[position]);
    this.#piece.data[position] = 0;
    if (piece === undefined) return;
    const place = piece.rows.subarray(0, piece.count).indexOf(this.log.rowIds[position]);
    piece.rows.copyWithin(place, place + 1, piece.count);
    piece.count--;
    this.#size--;
  }

  clear(): void {
    this.#isStale = true;
    this.#waiting = [];
    this.#pieces = [];
    this.#byNumber.clear();
    this.#size = 0;
  }

  close(): void {
    this.clear();
    this.log.removeLane(this.#piece);
  }

  bytes(): number {
    return this.#pieces.length * 4 * this.#pieceRows + 8 * this.#waiting.length;
  }

  #sync(): void {
    if (this.#isStale) this.#makeAll();
    else if (this.#waiting.length > 0) this.#placeWaiting();
    if (this.#pieces.length > 16 + (4 * this.#size) / this.#pieceRows) this.#close();
  }

  #look(): void {
    const { columns } = this.log;
    this.test.look(index => columns[index].lanes());
    this.#compared = this.#sorts.map(({ index, descending }) => ({
      column: columns[index].lanes(),
      compare: descending ? compareRowsDescending : compareRows,
    }));
  }

  /** Rows that are alike stand as they came, which is how they lie. */
  #compare(a: number, b: number): number {
    for (const { column, compare } of this.#compared) {
      const order = compare(column, a, b);
      if (order !== 0) return order;
    }
    return a - b;
  }

  #makeAll(): void {
    const { log } = this;
    this.clear();
    this.#isStale = false;
    log.closeGaps();
    this.#look();
    const passing = new Int32Array(log.tail - log.head);
    let count = 0;
    for (let position = log.head; position < log.tail; position++) {
      this.#piece.data[position] = 0;
      if (this.test.passes(position)) passing[count++] = position;
    }
    const positions = passing.subarray(0, count);
    if (this.#sorts.length > 0) {
      const exact = this.#compared;
      this.#compared = exact.map(each => ({ ...each, column: ranked(each.column, log.head, log.tail) }));
      positions.sort((a, b) => this.#compare(a, b));
      this.#compared = exact;
    }
    this.#fill(positions.map(position => log.rowIds[position]));
  }

  /** Makes pieces, with room in each, of rows that stand in order. */
  #fill(rows: Int32Array): void {
    const step = (this.#pieceRows * 3) / 4;
    this.#pieces = [];
    this.#byNumber.clear();
    for (let from = 0; from < rows.length; from += step) {
      const piece = this.#newPiece(rows.subarray(from, from + step));
      this.#pieces.push(piece);
    }
    this.#size = rows.length;
  }

  #newPiece(rows: Int32Array): Piece {
    const piece: Piece = {
      number: ++this.#lastNumber,
      rows: new Int32Array(this.#pieceRows),
      count: rows.length,
    };
    piece.rows.set(rows);
    this.#byNumber.set(piece.number, piece);
    for (const row of rows) this.#piece.data[this.log.positionOf(row)] = piece.number;
    return piece;
  }

  #placeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#look();
    this.#dropEmpty();
    for (const row of waiting) {
      const position = this.log.positionOf(row);
      if (position < 0) continue;
      this.#piece.data[position] = 0;
      if (this.test.passes(position)) this.#insert(row, position);
    }
  }

  #insert(row: number, position: number): void {
    const pieces = this.#pieces;
    if (pieces.length === 0) pieces.push(this.#newPiece(new Int32Array(0)));
    // The last piece whose first row is not behind it.
    let low = 1;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(position, pieces[middle].rows[0])) high = middle;
      else low = middle + 1;
    }
    let index = low - 1;
    if (pieces[index].count === this.#pieceRows) {
      this.#split(index);
      if (!this.#isBefore(position, pieces[index + 1].rows[0])) index++;
    }
    const piece = pieces[index];
    low = 0;
    high = piece.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(position, piece.rows[middle])) high = middle;
      else low = middle + 1;
    }
    piece.rows.copyWithin(low + 1, low, piece.count);
    piece.rows[low] = row;
    piece.count++;
    this.#piece.data[position] = piece.number;
    this.#size++;
  }

  #isBefore(position: number, row: number): boolean {
    return this.#compare(position, this.log.positionOf(row)) < 0;
  }

  /** Cuts a full piece in two; the last one near its end, since most rows come behind all others. */
  #split(index: number): void {
    const piece = this.#pieces[index];
    const at =
      index === this.#pieces.length - 1
        ? this.#pieceRows - Math.ceil(this.#pieceRows / 16)
        : this.#pieceRows / 2;
    const next = this.#newPiece(piece.rows.slice(at, piece.count));
    piece.count = at;
    this.#pieces.splice(index + 1, 0, next);
  }

  #dropEmpty(): void {
    if (this.#pieces.every(({ count }) => count > 0)) return;
    for (const { number, count } of this.#pieces) if (count === 0) this.#byNumber.delete(number);
    this.#pieces = this.#pieces.filter(({ count }) => count > 0);
  }

  /** Makes fewer pieces of many that have got small. */
  #close(): void {
    const rows = new Int32Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      rows.set(piece.rows.subarray(0, piece.count), at);
      at += piece.count;
    }
    this.#fill(rows);
  }
}

/** A column of text as one of its texts' ranks, which compare as numbers: each text is compared with others once, not once a row. */
function ranked(column: Column, head: number, tail: number): Column {
  const { data, valid, dictionary } = column;
  if (dictionary === null) return column;
  const texts: Column = {
    type: column.type,
    data: Int32Array.from({ length: dictionary.size }, (_, code) => code),
    valid: null,
    dictionary,
  };
  const codes = (texts.data as Int32Array).slice().sort((a, b) => compareRows(texts, a, b));
  const rankOf = new Int32Array(dictionary.size);
  codes.forEach((code, rank) => (rankOf[code] = rank));
  const ranks = new Int32Array(tail);
  for (let position = head; position < tail; position++) ranks[position] = rankOf[Number(data[position])];
  return { type: column.type, data: ranks, valid, dictionary: null };
}
