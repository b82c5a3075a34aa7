import { ColumnBuilder } from '../../columns/builder.js';
import type { DataType } from '../../columns/types.js';
import { skipSpace } from '../../codecs/jsonSkipper.js';
import { readText } from '../../codecs/textValue.js';
import { valueText, type ExchangeMessage } from './exchangeMessage.js';
import { readNumber } from './numbers.js';

/** The levels of one message: prices, sizes and sides. */
export class LevelStage {
  count = 0;
  price: ColumnBuilder;
  size: ColumnBuilder;
  isBid = new Uint8Array(64);

  constructor(private readonly type: DataType) {
    this.price = new ColumnBuilder(type, 64);
    this.size = new ColumnBuilder(type, 64);
  }

  reset(): void {
    this.count = 0;
    this.price.reset();
    this.size.reset();
  }

  /** Adds a level whose price and size are in a message; false where they are no numbers, or too long for the columns' type. */
  add(message: ExchangeMessage, isBid: boolean, price: [number, number], size: [number, number]): boolean {
    const row = this.#room();
    const { bytes, scanner } = message;
    if (!readNumber(bytes, price[0], price[1], scanner, this.price, row)) return false;
    if (!readNumber(bytes, size[0], size[1], scanner, this.size, row)) return false;
    this.isBid[row] = isBid ? 1 : 0;
    this.count++;
    return true;
  }

  /** Adds that a level is no more; its price is the text of a number. */
  addGone(isBid: boolean, price: string): void {
    const row = this.#room();
    if (!readText(price, this.price, row)) return;
    this.size.setNumber(row, 0);
    this.isBid[row] = isBid ? 1 : 0;
    this.count++;
  }

  #room(): number {
    const row = this.count;
    if (row < this.isBid.length) return row;
    this.price = grown(this.price, this.type, row);
    this.size = grown(this.size, this.type, row);
    const isBid = new Uint8Array(2 * row);
    isBid.set(this.isBid);
    this.isBid = isBid;
    return row;
  }
}

/** A column with room for twice as many rows. */
function grown(column: ColumnBuilder, type: DataType, rows: number): ColumnBuilder {
  const next = new ColumnBuilder(type, 2 * rows);
  next.floats.set(column.floats);
  if (column.isWide && column.wide !== null) {
    next.wide = new BigInt64Array(2 * rows);
    next.wide.set(column.wide);
    next.isWide = true;
  }
  return next;
}

/** Copies values to another column, from a row of it on. */
export function copyNumbers(
  from: ColumnBuilder,
  start: number,
  count: number,
  to: ColumnBuilder,
  row: number,
): void {
  if (to.hasNull) to.valid.fill(1, row, row + count);
  if (!from.isWide && !to.isWide) {
    to.floats.set(from.floats.subarray(start, start + count), row);
    return;
  }
  for (let i = 0; i < count; i++) {
    to.setBigint(row + i, from.isWide ? from.wide![start + i] : BigInt(from.floats[start + i]));
  }
}

/**
 * Reads a list of levels, `[["price","size"],…]`, into a stage; where they say themselves on which side they are (`isBid` null),
 * `[["buy","price","size"],…]`. Returns what is wrong with it, or null. The list has to be well-formed JSON.
 */
export function readLevels(
  message: ExchangeMessage,
  start: number,
  isBid: boolean | null,
  stage: LevelStage,
): string | null {
  const { bytes } = message;
  if (bytes[start] !== 91) return 'a list of levels is expected';
  const price: [number, number] = [0, 0];
  const size: [number, number] = [0, 0];
  let p = skipSpace(bytes, start + 1);
  while (bytes[p] !== 93) {
    if (bytes[p] !== 91) return 'a level is expected to be a list';
    p = skipSpace(bytes, p + 1);
    let bid = isBid;
    if (bid === null) {
      const end = valueEnd(message, p);
      const side = end < 0 ? '' : valueText(bytes, p, end);
      if (side !== 'buy' && side !== 'sell') return `'${side.slice(0, 20)}' is no side of a book`;
      bid = side === 'buy';
      p = behind(bytes, end);
    }
    price[0] = p;
    price[1] = valueEnd(message, p);
    size[0] = behind(bytes, price[1]);
    size[1] = valueEnd(message, size[0]);
    if (size[1] < 0 || !stage.add(message, bid, price, size)) {
      return 'a level is expected to have a price and a size';
    }
    p = skipSpace(bytes, size[1]);
    // What comes behind the size is not looked at: numbers of orders, zeros.
    while (bytes[p] === 44) {
      p = valueEnd(message, skipSpace(bytes, p + 1));
      if (p < 0) return 'a level ends in the middle';
      p = skipSpace(bytes, p);
    }
    p = behind(bytes, p + 1);
  }
  return null;
}

/** The position of what comes behind a value and its comma; a closing bracket stays. */
function behind(bytes: Uint8Array, end: number): number {
  const p = skipSpace(bytes, Math.max(end, 0));
  return bytes[p] === 44 ? skipSpace(bytes, p + 1) : p;
}

function valueEnd(message: ExchangeMessage, p: number): number {
  const { bytes } = message;
  if (bytes[p] === 34) {
    let q = p + 1;
    let byte = bytes[q];
    while (byte !== 34 && byte !== 92 && byte >= 32) byte = bytes[++q];
    if (byte === 34) return q + 1;
  }
  return message.skipper.skip(bytes, p, message.length);
}
