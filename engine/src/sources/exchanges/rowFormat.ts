import type { BatchBuilder, ColumnBuilder } from '../../columns/builder.js';
import type { ByteInterner } from '../../columns/byteInterner.js';
import type { Schema } from '../../columns/schema.js';
import type { Field } from '../../columns/types.js';
import { rejectText } from '../../codecs/decoder.js';
import type { RejectRow } from '../../codecs/decoder.js';
import { skipSpace } from '../../codecs/jsonSkipper.js';
import { JsonSlots } from '../../codecs/jsonSlots.js';
import type { Arrival, ArrivalDecoder, ArrivalFormat } from '../arrival.js';
import type { Options } from '../options.js';
import type { ExchangeWire } from './exchangeWire.js';
import { checkedSchema } from './exchangeWire.js';
import { ExchangeMessage, microseconds, valueText } from './exchangeMessage.js';
import { readNumber } from './numbers.js';

/** Where a column's value is, and how it is written there. */
export interface ColumnSource {
  /** Its path in the row; one that begins with `^` is in the message around the rows. */
  readonly at: string;
  /** Of whole numbers that are times: what they count. Not given: milliseconds, or ISO text. */
  readonly unit?: 's';
  /** What stands for what: `{ true: 'sell', false: 'buy' }`. What is not there is as it is written. */
  readonly words?: Readonly<Record<string, string>>;
}

/** A kind of message that gives rows. */
export interface RowMessage {
  /** The keys from the message to its rows, through lists: none, and the message is the row. */
  readonly rows: readonly string[];
  /** Where each column is; `null`: nowhere. A column `ts` that is nowhere has the time of receipt. */
  readonly columns: Readonly<Record<string, ColumnSource | null>>;
  /** Columns that are the same in every row. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Whether a row is a repetition, unless its id is a later one than that of its symbol before. */
  readonly repeats?: boolean;
}

/** Rows of one kind out of an exchange's messages, as data. */
export interface RowMapping {
  readonly name: string;
  readonly fields: (options: Options) => readonly Field[];
  /** By the kind of message, as the exchange's wire tells it. */
  readonly messages: Readonly<Record<string, RowMessage>>;
}

/** The format of rows that a mapping describes. */
export function rowFormat(wire: ExchangeWire, mapping: RowMapping): ArrivalFormat {
  return {
    name: mapping.name,
    fields: mapping.fields,
    ...(mapping.fields({}).some(({ name }) => name === 'missed') ? { missing: 'missed' } : {}),
    decoder: (schema, options, reject) =>
      new RowDecoder(wire, mapping, checkedSchema(mapping.name, mapping.fields(options), schema), reject),
  };
}

/** A column of a kind of message, ready to be read. */
interface BoundColumn {
  readonly field: Field;
  readonly index: number;
  readonly path: string;
  /** Whether it is in the message around the rows. */
  readonly outside: boolean;
  readonly slot: number;
  readonly unit: 's' | null;
  readonly words: readonly { readonly bytes: Uint8Array; readonly text: string }[] | null;
}

/** A kind of message, ready to be read. */
interface BoundMessage {
  readonly repeats: boolean;
  readonly columns: readonly BoundColumn[];
  /** The columns that it does not have. */
  readonly absent: readonly number[];
  readonly constants: readonly { readonly index: number; readonly text: string }[];
  /** Of each list from the message to its rows, what finds it in the object around it; none, and the message is the row. */
  readonly lists: readonly { readonly slots: JsonSlots; readonly slot: number }[];
  /** Finds the values of a row; null where the message is the row. */
  readonly slots: JsonSlots | null;
}

class RowDecoder implements ArrivalDecoder {
  isOpen = false;
  readonly #message: ExchangeMessage;
  readonly #bound: ReadonlyMap<string, BoundMessage>;
  /** The columns that have the time of receipt, unless the exchange tells another. */
  readonly #clocks: readonly number[];
  readonly #symbol: number;
  readonly #id: number;
  readonly #missed: number;
  /** The id of each symbol's last row, by its code; NaN: none has come. */
  #lastIds = new Float64Array(64).fill(NaN);
  #out: BatchBuilder | null = null;
  #messages = 0;
  #kind: BoundMessage | null = null;
  #atUs = 0;
  /** Where the rows of the message begin, and which comes next. */
  #starts = new Int32Array(16);
  #rows = 0;
  #next = 0;

  constructor(
    private readonly wire: ExchangeWire,
    mapping: RowMapping,
    private readonly schema: Schema,
    private readonly reject: RejectRow,
  ) {
    const messages = Object.values(mapping.messages);
    const outside = messages.flatMap(({ rows, columns }) =>
      Object.values(columns).flatMap(source =>
        source !== null && (rows.length === 0 || isOutside(source)) ? [pathOf(source)] : [],
      ),
    );
    const lists = messages.flatMap(({ rows }) => rows.slice(0, 1));
    this.#message = new ExchangeMessage([...new Set([...wire.paths, ...lists, ...outside])], wire.unwrap);
    this.#bound = new Map(
      Object.entries(mapping.messages).map(([kind, message]) => [kind, this.#bind(message)] as const),
    );
    const place = (name: string): number => schema.fields.findIndex(field => field.name === name);
    this.#clocks = [place('ts'), place('received')].filter(index => index >= 0);
    this.#symbol = place('symbol');
    this.#id = place('id');
    this.#missed = place('missed');
  }

  #bind({ rows, columns, constants = {}, repeats = false }: RowMessage): BoundMessage {
    const { skipper, slots: outer } = this.#message;
    const inside = Object.values(columns).flatMap(source =>
      source === null || isOutside(source) ? [] : [pathOf(source)],
    );
    const slots = rows.length === 0 ? null : new JsonSlots(inside, skipper);
    const bound = this.schema.fields.flatMap((field, index): BoundColumn[] => {
      const source = columns[field.name];
      if (source == null) return [];
      const outside = slots === null || isOutside(source);
      const slot = (outside ? outer : slots).paths.indexOf(pathOf(source));
      const words = source.words === undefined ? null : wordsOf(source.words);
      const path = pathOf(source);
      return [{ field, index, path, outside, slot, unit: source.unit ?? null, words }];
    });
    const same = this.schema.fields.flatMap(({ name }, index) =>
      constants[name] === undefined ? [] : [{ index, text: constants[name] }],
    );
    const lists = rows.map((key, depth) =>
      depth === 0
        ? { slots: outer, slot: outer.paths.indexOf(key) }
        : { slots: new JsonSlots([key], skipper), slot: 0 },
    );
    const absent = this.schema.fields.flatMap(({ name, nullable }, index) =>
      nullable && columns[name] == null && constants[name] === undefined ? [index] : [],
    );
    return { repeats, columns: bound, absent, constants: same, lists, slots };
  }

  begin(arrival: Arrival): void {
    if (arrival.kind !== 'message') return;
    this.#messages++;
    this.#rows = this.#next = 0;
    const message = this.#message;
    if (!message.load(arrival.bytes)) {
      this.#refuse(message.fault, 0, message.length);
      return;
    }
    const kind = this.wire.kindOf(message);
    const bound = this.#bound.get(kind);
    const fault = bound === undefined ? this.wire.faultOf(message, kind) : this.#find(bound.lists, 0);
    if (fault !== null) {
      this.#rows = 0;
      this.#refuse(fault, 0, message.length);
    }
    this.#kind = bound ?? null;
    this.#atUs = arrival.atUs;
    this.isOpen = this.#rows > 0;
  }

  #refuse(reason: string, from: number, to: number): void {
    this.reject(this.#messages, reason, rejectText(this.#message.bytes, from, to));
  }

  /** Finds the rows in an object, through the lists that are around them; returns what is wrong with it, or null. */
  #find(lists: BoundMessage['lists'], object: number): string | null {
    if (lists.length === 0) {
      if (this.#rows === this.#starts.length) {
        const starts = new Int32Array(2 * this.#rows);
        starts.set(this.#starts);
        this.#starts = starts;
      }
      this.#starts[this.#rows++] = object;
      return null;
    }
    const { bytes, length, skipper, slots: outer } = this.#message;
    const [{ slots, slot }, ...inner] = lists;
    if (slots !== outer && slots.read(bytes, object, length) < 0) return slots.fault;
    let p = slots.starts[slot];
    if (p < 0) return `'${slots.paths[slot]}' is expected, and is not there`;
    if (bytes[p] !== 91) return this.#find(inner, p);
    p = skipSpace(bytes, p + 1);
    while (bytes[p] !== 93) {
      const fault = this.#find(inner, p);
      if (fault !== null) return fault;
      p = skipper.skip(bytes, p, length);
      if (p < 0) return skipper.fault;
      p = skipSpace(bytes, p);
      if (bytes[p] === 44) p = skipSpace(bytes, p + 1);
    }
    return null;
  }

  read(out: BatchBuilder): void {
    const kind = this.#kind;
    if (out !== this.#out) {
      // Symbols have other codes there.
      this.#lastIds.fill(NaN);
      this.#out = out;
    }
    while (kind !== null && this.#next < this.#rows && out.length < out.limit) {
      const from = this.#starts[this.#next++];
      const fault = this.#row(kind, from, out);
      if (fault === null) out.length++;
      else if (fault !== '') this.#refuse(fault, from, this.#message.length);
    }
    this.isOpen = this.#next < this.#rows;
  }

  /** Reads a row; returns what is wrong with it, or null. The empty text: it is a repetition. */
  #row(kind: BoundMessage, from: number, out: BatchBuilder): string | null {
    const { bytes, length, slots: outer } = this.#message;
    const { slots } = kind;
    if (slots !== null && slots.read(bytes, from, length) < 0) return slots.fault;
    const row = out.length;
    for (const index of kind.absent) out.columns[index].setNull(row);
    for (const index of this.#clocks) out.columns[index].setInteger(row, this.#atUs);
    for (const column of kind.columns) {
      const { starts, ends } = column.outside ? outer : slots!;
      const start = starts[column.slot];
      if (start < 0 || bytes[start] === 110) {
        if (column.field.nullable) out.columns[column.index].setNull(row);
        else if (column.field.name !== 'ts') return `'${column.path}' is expected, and is not there`;
        continue;
      }
      if (!this.#value(column, start, ends[column.slot], out.columns[column.index], row)) {
        return `'${column.path}' is ${valueText(bytes, start, ends[column.slot]).slice(0, 40)}, which is no ${column.field.name}`;
      }
    }
    for (const { index, text } of kind.constants) out.columns[index].setString(row, text);
    return this.#isRepetition(kind, out, row) ? '' : null;
  }

  #value(bound: BoundColumn, start: number, end: number, column: ColumnBuilder, row: number): boolean {
    const { bytes, scanner } = this.#message;
    const { type } = bound.field;
    if (bound.words !== null) {
      const quoted = bytes[start] === 34 ? 1 : 0;
      const word = bound.words.find(each => isText(bytes, start + quoted, end - quoted, each.bytes));
      column.setString(row, word?.text ?? valueText(bytes, start, end));
      return true;
    }
    switch (type.kind) {
      case 'float64':
      case 'decimal':
        return readNumber(bytes, start, end, scanner, column, row);
      case 'string': {
        const interner = column.interner as ByteInterner;
        if (column.hasNull) column.valid[row] = 1;
        const quoted = bytes[start] === 34 ? 1 : 0;
        if (hasEscape(bytes, start, end)) column.setString(row, valueText(bytes, start, end));
        else column.ints[row] = interner.intern(bytes, start + quoted, end - quoted);
        return end - start > 2 * quoted;
      }
      case 'boolean':
        if (bytes[start] !== 116 && bytes[start] !== 102) return false;
        column.setNumber(row, bytes[start] === 116 ? 1 : 0);
        return true;
      default:
        return this.#integer(bound, start, end, column, row);
    }
  }

  #integer(bound: BoundColumn, start: number, end: number, column: ColumnBuilder, row: number): boolean {
    const { bytes, scanner } = this.#message;
    const quoted = bytes[start] === 34 ? 1 : 0;
    const isTime = bound.field.type.kind === 'timestamp';
    const isText = isTime && bytes[start + quoted + 4] === 45;
    const value = isText ? scanner.timestamp(start + quoted, 'us') : scanner.integer(start + quoted);
    if (scanner.end !== end - quoted) return false;
    if (value !== value) {
      if (isTime) return false;
      column.setBigint(row, scanner.big);
      return true;
    }
    const ticks = !isTime || isText ? value : bound.unit === 's' ? value * 1e6 : microseconds(value);
    if (!Number.isSafeInteger(ticks)) return false;
    column.setInteger(row, ticks);
    return true;
  }

  /** Says how many ids of the symbol are missing before the row's, and whether it has come before. */
  #isRepetition({ repeats }: BoundMessage, out: BatchBuilder, row: number): boolean {
    if (this.#id < 0) return false;
    const ids = out.columns[this.#id];
    const symbol = out.columns[this.#symbol].ints[row];
    if (symbol >= this.#lastIds.length) {
      const lastIds = new Float64Array(2 * symbol).fill(NaN);
      lastIds.set(this.#lastIds);
      this.#lastIds = lastIds;
    }
    const last = this.#lastIds[symbol];
    const hasId = !ids.isWide && (!ids.hasNull || ids.valid[row] === 1);
    const id = hasId ? ids.floats[row] : NaN;
    if (repeats && id <= last) return true;
    if (!(id <= last)) this.#lastIds[symbol] = id;
    const missed = Math.max(0, id - last - 1);
    if (this.#missed >= 0 && missed === missed) out.columns[this.#missed].setInteger(row, missed);
    return false;
  }
}

const encoder = new TextEncoder();

function wordsOf(words: Readonly<Record<string, string>>): { bytes: Uint8Array; text: string }[] {
  return Object.entries(words).map(([word, text]) => ({ bytes: encoder.encode(word), text }));
}

function isText(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}

function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (bytes[p] === 92) return true;
  return false;
}

function isOutside({ at }: ColumnSource): boolean {
  return at[0] === '^';
}

function pathOf({ at }: ColumnSource): string {
  return at[0] === '^' ? at.slice(1) : at;
}
