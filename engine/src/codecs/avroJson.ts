import { formatDate, formatTimestamp } from '../columns/iso.js';
import { formatDecimal } from '../columns/decimal.js';
import { AvroFault } from './avroBytes.js';
import type { AvroBytes } from './avroBytes.js';
import type { AvroType } from './avroSchema.js';

const MOST_DEPTH = 64;
/** So many values may be nested in one record: those of no bytes would have no other limit. */
const MOST_VALUES = 1_000_000;

/** Reads values that nest as JSON text, whose numbers have all their digits, and passes over values. */
export class AvroJson {
  #values = 0;

  constructor(private readonly bytes: AvroBytes) {}

  /** A record begins. */
  begin(): void {
    this.#values = 0;
  }

  /** Passes over a value. */
  skip(type: AvroType, depth: number): void {
    const { bytes } = this;
    this.#enter(depth);
    switch (type.kind) {
      case 'null':
        return;
      case 'boolean':
        bytes.boolean();
        return;
      case 'int':
      case 'long':
      case 'enum':
        bytes.long();
        return;
      case 'float':
        bytes.pass(4);
        return;
      case 'double':
        bytes.pass(8);
        return;
      case 'bytes':
      case 'string':
        bytes.pass(bytes.count());
        return;
      case 'fixed':
        bytes.pass(type.size as number);
        return;
      case 'union':
        this.skip(this.#branch(type), depth + 1);
        return;
      case 'record':
        for (const field of type.fields ?? []) this.skip(field.type, depth + 1);
        return;
      default:
        this.#items(type, (items, isMap) => {
          if (isMap) bytes.pass(bytes.count());
          this.skip(items, depth + 1);
        });
    }
  }

  /** The text of a value. It is canonical. */
  text(type: AvroType, depth: number): string {
    const { bytes } = this;
    this.#enter(depth);
    switch (type.kind) {
      case 'null':
        return 'null';
      case 'boolean':
        return String(bytes.boolean());
      case 'int':
      case 'long':
        return this.#integer(type);
      case 'float':
        return number(bytes.float());
      case 'double':
        return number(bytes.double());
      case 'string':
        return JSON.stringify(this.#string());
      case 'enum': {
        const symbol = type.symbols?.[bytes.count()];
        if (symbol === undefined) throw new AvroFault('an enum has no such symbol');
        return JSON.stringify(symbol);
      }
      case 'bytes':
      case 'fixed': {
        const length = type.kind === 'fixed' ? (type.size as number) : bytes.count();
        const from = bytes.pass(length);
        if (type.meaning?.kind !== 'decimal') return `"${bytes.hex(from, from + length)}"`;
        if (length > 256) throw new AvroFault('a decimal has more than 256 bytes');
        return formatDecimal(bytes.integer(from, from + length), type.meaning.scale);
      }
      case 'union':
        return this.text(this.#branch(type), depth + 1);
      case 'record':
        return object((type.fields ?? []).map(field => [field.name, this.text(field.type, depth + 1)]));
      default: {
        const texts: string[] = [];
        const entries: [string, string][] = [];
        this.#items(type, (items, isMap) => {
          if (isMap) entries.push([this.#string(), this.text(items, depth + 1)]);
          else texts.push(this.text(items, depth + 1));
        });
        return type.kind === 'map' ? object(entries) : `[${texts.join(',')}]`;
      }
    }
  }

  #enter(depth: number): void {
    if (depth > MOST_DEPTH) throw new AvroFault(`a value is nested deeper than ${MOST_DEPTH}`);
    if (++this.#values > MOST_VALUES) throw new AvroFault(`more than ${MOST_VALUES} values are nested`);
  }

  #integer({ meaning }: AvroType): string {
    const value = this.bytes.long();
    const exact = Number.isNaN(value) ? this.bytes.big : BigInt(value);
    if (meaning?.kind === 'timestamp') return JSON.stringify(formatTimestamp(exact, meaning.unit));
    return meaning?.kind === 'date' ? JSON.stringify(formatDate(Number(exact))) : String(exact);
  }

  #string(): string {
    const length = this.bytes.count();
    const from = this.bytes.pass(length);
    return this.bytes.text(from, from + length);
  }

  #branch(type: AvroType): AvroType {
    const branch = this.bytes.count();
    const found = type.types?.[branch];
    if (found === undefined) throw new AvroFault(`a union has no branch ${branch}`);
    return found;
  }

  /** Goes through the blocks of an array or a map. A block whose count is below zero says its bytes, too. */
  #items(type: AvroType, each: (items: AvroType, isMap: boolean) => void): void {
    for (;;) {
      let count = this.bytes.long();
      if (count === 0) return;
      if (count < 0) {
        count = -count;
        this.bytes.long();
      }
      if (!(count <= MOST_VALUES)) throw new AvroFault('a list is too long');
      for (let i = 0; i < count; i++) each(type.items as AvroType, type.kind === 'map');
    }
  }
}

/** JSON has no number that is none. */
function number(value: number): string {
  return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value));
}

function object(entries: readonly (readonly [string, string])[]): string {
  const last = new Map(entries);
  return `{${[...last].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}
