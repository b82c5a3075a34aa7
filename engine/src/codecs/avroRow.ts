import type { BatchBuilder, ColumnBuilder } from '../columns/builder.js';
import type { ByteInterner } from '../columns/byteInterner.js';
import { formatDecimal } from '../columns/decimal.js';
import type { Schema } from '../columns/schema.js';
import { typeName } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import type { AvroBytes } from './avroBytes.js';
import { AvroFault } from './avroBytes.js';
import { AvroJson } from './avroJson.js';
import { avroFields, withoutNull } from './avroSchema.js';
import type { AvroType } from './avroSchema.js';

const INT32_LIMIT = 2 ** 31;

interface Step {
  readonly name: string;
  /** The type beside null; null: what nests, or nothing. */
  readonly type: AvroType;
  /** The branch of a union that is null; -1: there is no union, or no such branch. */
  readonly nullBranch: number;
  readonly branches: number;
  /** The column; -1: nobody wants it. */
  readonly column: number;
  /** Where the column is text or JSON of whatever the value is. */
  readonly asJson: boolean;
}

/** Reads records of one schema (their writer's) straight into columns of the same names. */
export class AvroRowReader {
  readonly #steps: readonly Step[];
  readonly #absent: readonly number[];
  readonly #bytes: AvroBytes;
  readonly #json: AvroJson;

  /** Throws `AvroFault` where a column is of another type than the schema's field. */
  constructor(
    record: AvroType,
    private readonly schema: Schema,
    bytes: AvroBytes,
  ) {
    this.#bytes = bytes;
    this.#json = new AvroJson(bytes);
    const own = avroFields(record);
    this.#steps = (record.fields ?? []).map(({ name, type }, i) => {
      const column = schema.fields.findIndex(field => field.name === name);
      const { one } = withoutNull(type);
      if (column >= 0 && !fits(own[i].type, schema.fields[column].type)) {
        throw new AvroFault(
          `field '${name}' is ${typeName(own[i].type)}, and the column ${typeName(schema.fields[column].type)}`,
        );
      }
      const types = type.kind === 'union' ? (type.types ?? []) : [];
      return {
        name,
        type: one ?? type,
        nullBranch: types.findIndex(each => each.kind === 'null'),
        branches: one === null ? 0 : types.length,
        column,
        asJson: own[i].type.kind === 'json',
      };
    });
    const named = new Set(this.#steps.map(step => step.column));
    this.#absent = schema.fields.flatMap((_, i) => (named.has(i) ? [] : [i]));
  }

  /** Reads the record at the bytes' position as row `out.length`. Throws `AvroFault` for one that is none. */
  read(out: BatchBuilder): void {
    const bytes = this.#bytes;
    const row = out.length;
    this.#json.begin();
    for (const step of this.#steps) {
      let isNull = step.type.kind === 'null';
      if (step.branches > 0) {
        const branch = bytes.count();
        if (branch >= step.branches) throw new AvroFault(`a union has no branch ${branch}`);
        isNull = branch === step.nullBranch;
      }
      if (step.column < 0) {
        if (!isNull) this.#json.skip(step.type, 0);
      } else if (isNull) this.#null(step.column, row, out);
      else if (step.asJson) {
        const text = this.#json.text(step.type, 0);
        if (text === 'null') this.#null(step.column, row, out);
        else out.columns[step.column].setString(row, text);
      } else this.#value(step.type, out.columns[step.column], row);
    }
    for (const column of this.#absent) this.#null(column, row, out);
    if (bytes.left > 0) throw new AvroFault(`${bytes.left} bytes are left behind the record`);
  }

  #null(column: number, row: number, out: BatchBuilder): void {
    const field = this.schema.fields[column];
    if (!field.nullable) throw new AvroFault(`column '${field.name}' has to have a value`);
    out.columns[column].setNull(row);
  }

  #value(type: AvroType, column: ColumnBuilder, row: number): void {
    const bytes = this.#bytes;
    switch (type.kind) {
      case 'boolean':
        column.setNumber(row, bytes.boolean() ? 1 : 0);
        return;
      case 'int': {
        const value = bytes.long();
        if (!(value >= -INT32_LIMIT && value < INT32_LIMIT))
          throw new AvroFault('an int has more than 32 bits');
        column.setNumber(row, value);
        return;
      }
      case 'long': {
        const value = bytes.long();
        if (Number.isNaN(value)) column.setBigint(row, bytes.big);
        else column.setInteger(row, value);
        return;
      }
      case 'float':
        column.setNumber(row, bytes.float());
        return;
      case 'double':
        column.setNumber(row, bytes.double());
        return;
      case 'string': {
        const length = bytes.count();
        const from = bytes.pass(length);
        if (column.hasNull) column.valid[row] = 1;
        column.ints[row] = (column.interner as ByteInterner).intern(bytes.bytes, from, from + length);
        return;
      }
      case 'enum': {
        const symbol = type.symbols?.[bytes.count()];
        if (symbol === undefined) throw new AvroFault('an enum has no such symbol');
        column.setString(row, symbol);
        return;
      }
      default: {
        const length = type.kind === 'fixed' ? (type.size as number) : bytes.count();
        const from = bytes.pass(length);
        if (type.meaning?.kind !== 'decimal') column.setString(row, bytes.hex(from, from + length));
        else this.#decimal(type.meaning, from, from + length, column, row);
      }
    }
  }

  #decimal(
    { precision, scale }: { readonly precision: number; readonly scale: number },
    from: number,
    to: number,
    column: ColumnBuilder,
    row: number,
  ): void {
    if (to - from > 256) throw new AvroFault('a decimal has more than 256 bytes');
    const value = this.#bytes.integer(from, to);
    const size = value < 0n ? -value : value;
    if (size >= 10n ** BigInt(precision)) throw new AvroFault(`a decimal has more than ${precision} digits`);
    if (column.type.kind === 'string') column.setString(row, formatDecimal(value, scale));
    else column.setBigint(row, value);
  }
}

/** Whether a column takes a field's values as they are. */
function fits(own: DataType, column: DataType): boolean {
  if (typeName(own) === typeName(column)) return true;
  return (
    (own.kind === 'int32' && (column.kind === 'int64' || column.kind === 'float64')) ||
    (own.kind === 'json' && column.kind === 'string')
  );
}
