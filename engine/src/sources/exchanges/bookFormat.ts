import type { BatchBuilder, ColumnBuilder } from '../../columns/builder.js';
import type { Schema } from '../../columns/schema.js';
import type { Field } from '../../columns/types.js';
import type { RejectRow } from '../../codecs/decoder.js';
import { REJECT_TEXT_LENGTH, rejectText } from '../../codecs/decoder.js';
import type { Arrival, ArrivalDecoder, ArrivalFormat, ArrivalRequest } from '../arrival.js';
import type { Options } from '../options.js';
import { checkedSchema } from './exchangeWire.js';
import { copyNumbers, LevelStage } from './levels.js';
import { bookFields, placesOf } from './marketRows.js';

/** More symbols than any exchange has: what comes of others is rejected. */
export const MOST_SYMBOLS = 10_000;

/** What happened to the book of a symbol. The levels of the message are in the stage, where it has any. */
export interface BookEvent {
  readonly kind: 'snapshot' | 'change' | 'gap' | 'disconnect';
  readonly symbol: string;
  /** By the exchange's clock, in microseconds. */
  readonly tsUs: number;
  readonly receivedUs: number;
  /** NaN: it has none. */
  readonly firstId: number;
  readonly lastId: number;
  readonly expectedId: number;
  readonly hasLevels: boolean;
}

/** Follows the books of an exchange by its rules: what has to be thrown away, what is missing, and whom to ask for it. */
export interface BookSync {
  /** Takes an arrival, when there is nothing more of the one before. */
  take(arrival: Arrival): void;
  /** The next thing that has happened, or null. The stage is its own until the next call. */
  next(): BookEvent | null;
}

/** What a sync is made of. */
export interface BookParts {
  readonly stage: LevelStage;
  readonly options: Options;
  readonly ask: (request: ArrivalRequest) => void;
  /** Counts a message that says nothing: what is wrong with it, and its bytes. */
  readonly refuse: (reason: string, bytes: Uint8Array) => void;
}

/** The format of rows that change order books. */
export function bookFormat(name: string, makeSync: (parts: BookParts) => BookSync): ArrivalFormat {
  return {
    name,
    fields: bookFields,
    // Changes mean something only behind the snapshot that came before them.
    fromStart: true,
    decoder: (schema, options, reject, ask) =>
      new BookDecoder(checkedSchema(name, bookFields(options), schema), options, reject, ask, makeSync),
  };
}

class BookDecoder implements ArrivalDecoder {
  isOpen = false;
  readonly #stage: LevelStage;
  readonly #sync: BookSync;
  readonly #fields: readonly Field[];
  readonly #places: Readonly<Record<string, number>>;
  #messages = 0;
  #event: BookEvent | null = null;
  /** How many rows of the event have been given. */
  #given = 0;

  constructor(
    schema: Schema,
    options: Options,
    reject: RejectRow,
    ask: (request: ArrivalRequest) => void,
    makeSync: (parts: BookParts) => BookSync,
  ) {
    const fields = bookFields(options);
    this.#fields = schema.fields;
    this.#places = placesOf(fields, schema.fields);
    this.#stage = new LevelStage(fields.find(({ name }) => name === 'price')!.type);
    const refuse = (reason: string, bytes: Uint8Array): void =>
      reject(this.#messages, reason, rejectText(bytes, 0, Math.min(bytes.length, REJECT_TEXT_LENGTH)));
    this.#sync = makeSync({ stage: this.#stage, options, ask, refuse });
  }

  begin(arrival: Arrival): void {
    if (arrival.kind === 'message') this.#messages++;
    this.#sync.take(arrival);
    this.isOpen = true;
  }

  read(out: BatchBuilder): void {
    while (out.length < out.limit) {
      if (this.#event === null) {
        this.#given = 0;
        this.#event = this.#sync.next();
        if (this.#event === null) {
          this.isOpen = false;
          return;
        }
      }
      const event = this.#event;
      const levels = event.hasLevels ? this.#stage.count : 0;
      // That a book is empty is said by a row without a level; that nothing changes is not said.
      const rows = levels > 0 || event.kind === 'change' ? levels : 1;
      const count = Math.min(rows - this.#given, out.limit - out.length);
      if (count > 0) this.#write(event, levels > 0, count, rows, out);
      if (this.#given >= rows) this.#event = null;
    }
  }

  #write(event: BookEvent, hasLevels: boolean, count: number, rows: number, out: BatchBuilder): void {
    const row = out.length;
    const end = row + count;
    const start = this.#given;
    const column = (name: string): ColumnBuilder | null => out.columns[this.#places[name]] ?? null;
    for (const [place, { name, nullable }] of this.#fields.entries()) {
      if (!nullable) continue;
      if (hasLevels && (name === 'side' || name === 'price' || name === 'size')) continue;
      const value = name === 'firstId' || name === 'lastId' || name === 'expectedId' ? event[name] : NaN;
      fill(out.columns[place], row, end, value);
    }
    fill(column('ts'), row, end, event.tsUs);
    fill(column('received'), row, end, event.receivedUs);
    fillText(column('symbol'), row, end, event.symbol);
    fillText(column('kind'), row, end, event.kind);
    fill(column('last'), row, end, 0);
    if (start + count === rows) column('last')?.setNumber(end - 1, 1);
    if (hasLevels) this.#writeLevels(start, count, row, column);
    this.#given += count;
    out.length = end;
  }

  #writeLevels(
    start: number,
    count: number,
    row: number,
    column: (name: string) => ColumnBuilder | null,
  ): void {
    const stage = this.#stage;
    const [price, size, side] = [column('price'), column('size'), column('side')];
    if (price !== null) copyNumbers(stage.price, start, count, price, row);
    if (size !== null) copyNumbers(stage.size, start, count, size, row);
    const dictionary = side?.interner?.dictionary;
    if (side === null || dictionary === undefined) return;
    const codes = [dictionary.intern('ask'), dictionary.intern('bid')];
    for (let i = 0; i < count; i++) side.ints[row + i] = codes[stage.isBid[start + i]];
    if (side.hasNull) side.valid.fill(1, row, row + count);
  }
}

/** Sets rows of a column to a number; NaN is NULL. */
function fill(column: ColumnBuilder | null, from: number, to: number, value: number): void {
  if (column === null) return;
  for (let row = from; row < to; row++) {
    if (value !== value) column.setNull(row);
    else column.setInteger(row, value);
  }
}

function fillText(column: ColumnBuilder | null, from: number, to: number, text: string): void {
  if (column === null) return;
  const code = column.interner!.dictionary.intern(text);
  column.ints.fill(code, from, to);
  if (column.hasNull) column.valid.fill(1, from, to);
}
