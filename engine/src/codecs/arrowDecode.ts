import { tableFromIPC, type Column as ArrowColumn, type Field as ArrowField } from '@uwdata/flechette';
import type { Column, Lane } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { MillraceError } from '../columns/error.js';
import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT32,
  INT64,
  STRING,
  timestampType,
  type DataType,
  type Field,
  type TimeUnit,
} from '../columns/types.js';
import { laneFor } from '../columns/values.js';

/** Columns out of an Arrow IPC stream or file. */
export interface DecodedArrow {
  readonly fields: readonly Field[];
  readonly columns: readonly Column[];
  readonly length: number;
}

const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** An Arrow type that the engine has no column for. */
export class ArrowTypeError extends MillraceError {
  override readonly name = 'ArrowTypeError';
}

/** Decodes an Arrow IPC stream or file. Throws `ArrowTypeError` for types that the engine has no column for. */
export function decodeArrow(bytes: Uint8Array): DecodedArrow {
  // Columns are views of the bytes and need them aligned.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  const table = tableFromIPC(aligned, { useBigInt: true });
  const fields = table.schema.fields.map((field): Field => ({
    name: field.name,
    type: typeOf(field),
    nullable: field.nullable,
  }));
  const length = table.numRows;
  const columns = fields.map((field, k) =>
    decodeColumn(field.type, table.getChildAt(k) as ArrowColumn<unknown>, length),
  );
  return { fields, columns, length };
}

interface AnyArrowType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly unit?: number;
  readonly signed?: boolean;
  readonly dictionary?: AnyArrowType;
}

/** The column type of an Arrow type: small integers and floats widen. */
function typeOf(field: ArrowField): DataType {
  const type = field.type as unknown as AnyArrowType;
  switch (type.typeId) {
    case 6:
      return BOOLEAN;
    case 2:
      return (type.bitWidth ?? 64) < 32 || ((type.bitWidth ?? 64) === 32 && type.signed !== false)
        ? INT32
        : INT64;
    case 3:
      return FLOAT64;
    case 5:
    case 20:
    case 24:
      return STRING;
    case 8:
      if (type.unit === 0) return DATE;
      break;
    case 10:
      return timestampType(UNITS[type.unit ?? 2]);
    case -1:
      return typeOf({ ...field, type: type.dictionary as never });
  }
  throw new ArrowTypeError(
    'MR4601',
    `column '${field.name}' has an Arrow type (number ${type.typeId}) that there is no column type for.`,
    'Cast it to a boolean, number, string, date or timestamp before.',
  );
}

interface AnyArrowBatch {
  readonly length: number;
  readonly nullCount: number;
  readonly values?: ArrayLike<number | bigint>;
  readonly validity?: Uint8Array;
  at(index: number): unknown;
}

function decodeColumn(type: DataType, column: ArrowColumn<unknown>, length: number): Column {
  const batches = column.data as unknown as readonly AnyArrowBatch[];
  const hasNull = batches.some(batch => batch.nullCount > 0);
  const valid = hasNull ? new Uint8Array(length).fill(1) : null;
  const dictionary = type.kind === 'string' ? new Dictionary() : null;
  const data: Lane = laneFor(
    type,
    length,
    batches.some(batch => isUnsafe(type, batch)),
  );
  let row = 0;
  for (const batch of batches) {
    const raw = isRaw(type) ? batch.values : undefined;
    for (let i = 0; i < batch.length; i++, row++) {
      const isNull = batch.nullCount > 0 && ((batch.validity as Uint8Array)[i >> 3] & (1 << (i & 7))) === 0;
      if (isNull) (valid as Uint8Array)[row] = 0;
      else if (raw !== undefined)
        data[row] = (data instanceof BigInt64Array ? BigInt(raw[i]) : Number(raw[i])) as never;
      else if (dictionary !== null) data[row] = dictionary.intern(batch.at(i) as string);
      else data[row] = Number(batch.at(i)) as never;
    }
  }
  return { type, data, valid, dictionary };
}

/** Whether values can be read from Arrow's own array: all but bits and strings. */
function isRaw(type: DataType): boolean {
  return type.kind !== 'boolean' && type.kind !== 'string';
}

/** Whether a batch holds an int64 that the fast lane cannot. */
function isUnsafe(type: DataType, batch: AnyArrowBatch): boolean {
  if (type.kind !== 'int64' && type.kind !== 'timestamp') return false;
  const values = batch.values as ArrayLike<number | bigint>;
  if (typeof values[0] !== 'bigint') return false;
  for (let i = 0; i < batch.length; i++) if (values[i] > MAX_SAFE || values[i] < -MAX_SAFE) return true;
  return false;
}
