import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT64,
  JSON_TYPE,
  STRING,
  timestampType,
  typeName,
} from '../columns/types.js';
import type { DataType, Field, TimeUnit } from '../columns/types.js';

/** How a value of the sample was written: `text` is a field of a CSV, which may mean anything. */
export type ValueForm = 'text' | 'string' | 'number' | 'boolean' | 'null' | 'nested';

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const DECIMAL = /^[-+]?(?:(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|nan|inf|infinity)$/i;
const ISO_DATE = /^\d{4}-\d\d-\d\d$/;
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const TIME_NAME = /(?:^|_)(?:ts|time|timestamp|datetime)$|[a-z](?:Ts|Time|Timestamp)$/i;
/** The years 1990 to 2100 in seconds. */
const EARLIEST = 631_152_000;
const LATEST = 4_102_444_800;
const PER_SECOND: Record<TimeUnit, number> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

/** Looks at the values of one column in a sample, and finds the narrowest type that holds them all. */
export class ColumnObserver {
  #nulls = 0;
  #nullText: string | null = null;
  #values = 0;
  #booleans = 0;
  #integers = 0;
  #decimals = 0;
  #dates = 0;
  #times = 0;
  #nested = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  #beyondInt64 = false;
  #fractionDigits = 0;
  #withoutZone = false;

  constructor(
    readonly name: string,
    private readonly nullTexts: ReadonlySet<string>,
    /** Whether those texts mean NULL in columns of text too. */
    private readonly nullStrings = false,
  ) {}

  /** Takes note of one value. */
  see(text: string, form: ValueForm): void {
    if (form === 'null' || (form === 'text' && text === '')) {
      this.#nulls++;
      return;
    }
    if (form === 'text' && this.nullTexts.has(text)) {
      this.#nullText = text;
      return;
    }
    this.#values++;
    if (form === 'boolean' || (form === 'text' && /^(?:true|false)$/i.test(text))) this.#booleans++;
    else if (form === 'nested') this.#nested++;
    else if (form !== 'string' && INTEGER.test(text)) {
      this.#integers++;
      const value = Number(text);
      if (value < this.#lowest) this.#lowest = value;
      if (value > this.#highest) this.#highest = value;
      if (text.length > 20 || (text.length > 18 && BigInt.asIntN(64, BigInt(text)) !== BigInt(text)))
        this.#beyondInt64 = true;
    } else if (form !== 'string' && DECIMAL.test(text)) this.#decimals++;
    else if (form !== 'number') this.#seeTime(text);
  }

  /** Takes note of rows that had no such key. */
  missing(rows: number): void {
    this.#nulls += rows;
  }

  #seeTime(text: string): void {
    if (ISO_DATE.test(text)) {
      this.#dates++;
      return;
    }
    const match = ISO_TIME.exec(text);
    if (match === null) return;
    this.#times++;
    this.#fractionDigits = Math.max(this.#fractionDigits, match[1]?.length ?? 0);
    if (match[2] === undefined) this.#withoutZone = true;
  }

  /** The column's field. What a user should know of it goes to `notes`. */
  field(isEventTime: boolean, notes: string[]): Field {
    const type = this.#type(isEventTime, notes);
    if (type.kind === 'string' && !this.nullStrings) {
      return { name: this.name, type, nullable: this.#nulls > 0 };
    }
    if (this.#nullText !== null) notes.push(`${this.name}: '${this.#nullText}' read as NULL`);
    return { name: this.name, type, nullable: this.#nulls > 0 || this.#nullText !== null };
  }

  #type(isEventTime: boolean, notes: string[]): DataType {
    const values = this.#values;
    if (values === 0) {
      notes.push(`${this.name}: no value in the sample, so a string`);
      return STRING;
    }
    if (this.#booleans === values) return BOOLEAN;
    if (this.#integers === values) return this.#integerType(isEventTime, notes);
    if (this.#integers + this.#decimals === values) return FLOAT64;
    if (this.#dates === values) {
      if (!isEventTime) return DATE;
      notes.push(`${this.name}: dates read as timestamp('s') at midnight UTC`);
      return timestampType('s');
    }
    if (this.#dates + this.#times === values) {
      if (this.#withoutZone) notes.push(`${this.name}: times without a zone read as UTC`);
      return timestampType(this.#fractionDigits > 6 ? 'ns' : 'us');
    }
    if (this.#nested > 0) return JSON_TYPE;
    return STRING;
  }

  #integerType(isEventTime: boolean, notes: string[]): DataType {
    if (isEventTime || TIME_NAME.test(this.name)) {
      const unit = epochUnit(this.#lowest, this.#highest);
      if (unit !== null) {
        notes.push(`${this.name}: integers read as ${typeName(timestampType(unit))}, by their size`);
        return timestampType(unit);
      }
    }
    return this.#beyondInt64 ? FLOAT64 : INT64;
  }
}

/** The unit in which all of the integers from `lowest` to `highest` lie between 1990 and 2100, or null. */
export function epochUnit(lowest: number, highest: number): TimeUnit | null {
  for (const unit of ['s', 'ms', 'us', 'ns'] as const) {
    if (lowest >= EARLIEST * PER_SECOND[unit] && highest <= LATEST * PER_SECOND[unit]) return unit;
  }
  return null;
}
