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
  JSON_TYPE,
  MAX_PRECISION,
  STRING,
  decimalType,
  durationType,
  hasDictionary,
  isInt64Like,
  timestampType,
  type DataType,
  type Field,
  type TimeUnit,
} from '../columns/types.js';
import { canonicalJson } from '../columns/json.js';
import { laneFor } from '../columns/values.js';
import { isJsonMetadata } from './arrowJson.js';

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
  readonly precision?: number;
  readonly scale?: number;
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
      return isJsonMetadata(field.metadata) ? JSON_TYPE : STRING;
    case 7:
      if (type.bitWidth !== 256 && (type.precision ?? 99) <= MAX_PRECISION && (type.scale ?? -1) >= 0)
        return decimalType(type.precision as number, type.scale as number);
      throw new ArrowTypeError(
        'MR4602',
        `column '${field.name}' is a decimal(${type.precision}, ${type.scale}) of ${type.bitWidth} bits, and decimals have at most ${MAX_PRECISION} digits here.`,
        `Cast it to decimal(${MAX_PRECISION}, s), float64 or text before.`,
      );
    case 8:
      if (type.unit === 0) return DATE;
      break;
    case 10:
      return timestampType(UNITS[type.unit ?? 2]);
    case 18:
      return durationType(UNITS[type.unit ?? 2]);
    case -1:
      return typeOf({ ...field, type: type.dictionary as never });
  }
  throw new ArrowTypeError(
    'MR4601',
    `column '${field.name}' has an Arrow type (number ${type.typeId}) that there is no column type for.`,
    'Cast it to a boolean, number, string, date, timestamp or duration before.',
  );
}

interface AnyArrowBatch {
  readonly type: unknown;
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
  const dictionary = hasDictionary(type) ? new Dictionary() : null;
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
      else if (type.kind === 'decimal') data[row] = toLane(data, unscaled(batch, i)) as never;
      else if (raw !== undefined) data[row] = toLane(data, raw[i]) as never;
      else if (dictionary !== null) data[row] = dictionary.intern(textOf(type, batch.at(i) as string));
      else data[row] = Number(batch.at(i)) as never;
    }
  }
  return { type, data, valid, dictionary };
}

function toLane(lane: Lane, value: number | bigint): number | bigint {
  return lane instanceof BigInt64Array ? BigInt(value) : Number(value);
}

/** A decimal's unscaled value: an int64, whatever the width, since longer ones were refused. */
function unscaled(batch: AnyArrowBatch, i: number): bigint {
  const values = batch.values as ArrayLike<number | bigint>;
  const words = Math.ceil(((batch.type as AnyArrowType).bitWidth ?? 128) / 64);
  return BigInt.asIntN(64, BigInt(values[i * words]));
}

function textOf(type: DataType, text: string): string {
  if (type.kind !== 'json') return text;
  const canonical = canonicalJson(text);
  if (canonical !== null) return canonical;
  throw new ArrowTypeError('MR4603', `a JSON column holds text that is no JSON: ${text.slice(0, 80)}.`);
}

/** Whether values can be read from Arrow's own array: all but bits and strings. */
function isRaw(type: DataType): boolean {
  return type.kind !== 'boolean' && !hasDictionary(type);
}

/** Whether a batch holds an int64 that the fast lane cannot. */
function isUnsafe(type: DataType, batch: AnyArrowBatch): boolean {
  if (!isInt64Like(type)) return false;
  if (type.kind === 'decimal') {
    for (let i = 0; i < batch.length; i++) {
      const value = unscaled(batch, i);
      if (value > MAX_SAFE || value < -MAX_SAFE) return true;
    }
    return false;
  }
  const values = batch.values as ArrayLike<number | bigint>;
  if (typeof values[0] !== 'bigint') return false;
  for (let i = 0; i < batch.length; i++) if (values[i] > MAX_SAFE || values[i] < -MAX_SAFE) return true;
  return false;
}
