import {
  BOOLEAN,
  DATE,
  decimalType,
  durationType,
  FLOAT64,
  INT32,
  INT64,
  JSON_TYPE,
  MAX_PRECISION,
  STRING,
  timestampType,
} from '../columns/types.js';
import type { DataType, TimeUnit } from '../columns/types.js';
import type { ArrowLayout, ArrowType } from './arrowVector.js';

const WIDTHS: Partial<Record<ArrowLayout, DataType>> = {
  int8: INT32,
  int16: INT32,
  int32: INT32,
  int64: INT64,
  uint8: INT32,
  uint16: INT32,
  uint32: INT64,
  uint64: INT64,
  float32: FLOAT64,
  float64: FLOAT64,
};

const TIME_UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** A part of a nested Arrow type. */
export interface ArrowFieldDescription {
  readonly name: string;
  readonly type: ArrowTypeDescription;
}

/** The part of an Arrow type that is looked at, as the reader of Arrow schemas gives it. */
export interface ArrowTypeDescription {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly signed?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly dictionary?: ArrowTypeDescription;
  readonly children?: readonly ArrowFieldDescription[];
  readonly indices?: ArrowTypeDescription;
  readonly stride?: number;
  /** A dictionary's number. */
  readonly id?: number;
  /** How a union lays its values out. */
  readonly mode?: number;
}

const SIMPLE = { scale: 0, indexes: null, children: [], names: [] };

/** What an Arrow type becomes (lists, structs and maps JSON), or null where it becomes nothing (bytes, times of day, …). */
export function arrowType(description: ArrowTypeDescription): ArrowType | null {
  const plain = (layout: ArrowLayout, type: DataType, note: string | null = null): ArrowType => ({
    layout,
    type,
    ...SIMPLE,
    note,
  });
  switch (description.typeId) {
    case -1: {
      const values = description.dictionary === undefined ? null : arrowType(description.dictionary);
      const indexes = description.indices === undefined ? null : arrowType(description.indices);
      const isText =
        values?.layout === 'utf8' || values?.layout === 'largeUtf8' || values?.layout === 'utf8View';
      return values !== null && indexes !== null && isText ? { ...values, indexes: indexes.layout } : null;
    }
    case 2: {
      const layout = `${description.signed === true ? 'int' : 'uint'}${description.bitWidth}` as ArrowLayout;
      return plain(layout, WIDTHS[layout] as DataType);
    }
    case 3:
      if (description.precision === 0) return null;
      return plain(description.precision === 1 ? 'float32' : 'float64', FLOAT64);
    case 5:
      return plain('utf8', STRING);
    case 20:
      return plain('largeUtf8', STRING);
    case 24:
      return plain('utf8View', STRING);
    case 6:
      return plain('bool', BOOLEAN);
    case 7:
      return decimalArrowType(description);
    case 8:
      return plain(description.unit === 0 ? 'int32' : 'dateMillisecond', DATE);
    case 10:
      return plain('int64', timestampType(TIME_UNITS[description.unit as number]));
    case 12:
      return nestedArrowType('list', description);
    case 13:
      return nestedArrowType('struct', description);
    case 16:
      return nestedArrowType('fixedList', description);
    case 17:
      return nestedArrowType('map', description);
    case 21:
      return nestedArrowType('largeList', description);
    case 18:
      return plain('int64', durationType(TIME_UNITS[description.unit as number]));
    default:
      return null;
  }
}

/** A list, a struct or a map becomes JSON if all of its parts become something. */
function nestedArrowType(layout: ArrowLayout, description: ArrowTypeDescription): ArrowType | null {
  const fields = description.children ?? [];
  const children = fields.map(field => arrowType(field.type)).filter(type => type !== null);
  if (children.length < fields.length) return null;
  const names = fields.map(field => field.name);
  return { layout, type: JSON_TYPE, ...SIMPLE, scale: description.stride ?? 0, children, names, note: null };
}

/** Decimals are exact up to 18 digits; longer ones are float64, as a note says. */
function decimalArrowType({ bitWidth, precision = 99, scale = 0 }: ArrowTypeDescription): ArrowType {
  const isExact = precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
  return {
    layout: `decimal${bitWidth ?? 128}` as ArrowLayout,
    type: isExact ? decimalType(precision, scale) : FLOAT64,
    ...SIMPLE,
    scale,
    note: isExact
      ? null
      : `decimal(${precision}, ${scale}) read as float64, since decimals have at most ${MAX_PRECISION} digits here`,
  };
}
