import { MillraceError } from '../columns/error.js';
import {
  BOOLEAN,
  DATE,
  decimalType,
  FLOAT64,
  INT32,
  INT64,
  JSON_TYPE,
  MAX_PRECISION,
  STRING,
  timestampType,
} from '../columns/types.js';
import type { DataType, Field, TimeUnit } from '../columns/types.js';

/** What of a value Avro's logical types say that is kept. */
export type AvroMeaning =
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit };

/** A type of Avro, with names resolved: a record may hold itself. */
export interface AvroType {
  kind:
    | 'null'
    | 'boolean'
    | 'int'
    | 'long'
    | 'float'
    | 'double'
    | 'bytes'
    | 'string'
    | 'fixed'
    | 'enum'
    | 'array'
    | 'map'
    | 'union'
    | 'record';
  meaning?: AvroMeaning;
  /** Of a fixed: its bytes. */
  size?: number;
  symbols?: readonly string[];
  /** Of an array and a map: the type of its values. */
  items?: AvroType;
  /** Of a union. */
  types?: readonly AvroType[];
  /** Of a record. */
  fields?: readonly { readonly name: string; readonly type: AvroType }[];
}

const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);
const MOST_DEPTH = 64;
const UNITS: ReadonlyMap<string, TimeUnit> = new Map([
  ['millis', 'ms'],
  ['micros', 'us'],
  ['nanos', 'ns'],
]);

/** Reads a schema, as text or as plain data. Error `MR3970` for one that is none, or whose rows are no records. */
export function parseAvroSchema(schema: unknown): AvroType {
  let data = schema;
  try {
    if (typeof schema === 'string') data = JSON.parse(schema) as unknown;
  } catch {
    throw wrongSchema('it is no JSON');
  }
  const type = new SchemaReader().read(data, '', 0);
  if (type.kind !== 'record') throw wrongSchema(`it is of ${type.kind}, and rows are records`);
  return type;
}

function wrongSchema(why: string): MillraceError {
  return new MillraceError(
    'MR3970',
    `this is no Avro schema of rows: ${why}.`,
    `Write { type: 'record', name: 'Trade', fields: [{ name: 'price', type: 'double' }] }, or its text.`,
  );
}

class SchemaReader {
  readonly #named = new Map<string, AvroType>();

  read(schema: unknown, namespace: string, depth: number): AvroType {
    if (depth > MOST_DEPTH) throw wrongSchema(`it is nested deeper than ${MOST_DEPTH}`);
    if (typeof schema === 'string') return this.#reference(schema, namespace);
    if (Array.isArray(schema)) {
      return { kind: 'union', types: schema.map(each => this.read(each, namespace, depth + 1)) };
    }
    if (typeof schema !== 'object' || schema === null) throw wrongSchema('a type is missing');
    const data = schema as Readonly<Record<string, unknown>>;
    switch (data.type) {
      case 'record':
      case 'error':
        return this.#record(data, namespace, depth);
      case 'enum': {
        if (!Array.isArray(data.symbols)) throw wrongSchema('an enum has no symbols');
        return this.#name(data, namespace, { kind: 'enum', symbols: data.symbols.map(String) });
      }
      case 'fixed': {
        const size = Number(data.size);
        if (!Number.isInteger(size) || size < 0 || size > 1 << 24) throw wrongSchema('a fixed has no size');
        return this.#name(data, namespace, { kind: 'fixed', size, ...meaningOf(data, 'fixed') });
      }
      case 'array':
        return { kind: 'array', items: this.read(data.items, namespace, depth + 1) };
      case 'map':
        return { kind: 'map', items: this.read(data.values, namespace, depth + 1) };
      default: {
        const type = this.read(data.type, namespace, depth + 1);
        const { meaning } = meaningOf(data, type.kind);
        // A record that is named here may not have its fields yet: it is that record, no copy.
        return meaning === undefined ? type : { ...type, meaning };
      }
    }
  }

  #reference(name: string, namespace: string): AvroType {
    if (PRIMITIVES.has(name)) return { kind: name as AvroType['kind'] };
    const type = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (type === undefined) throw wrongSchema(`there is no type '${name.slice(0, 80)}'`);
    return type;
  }

  #name(data: Readonly<Record<string, unknown>>, namespace: string, type: AvroType): AvroType {
    if (typeof data.name !== 'string') throw wrongSchema(`a ${type.kind} has no name`);
    this.#named.set(fullName(data.name, spaceOf(data, namespace)), type);
    return type;
  }

  #record(data: Readonly<Record<string, unknown>>, namespace: string, depth: number): AvroType {
    if (!Array.isArray(data.fields)) throw wrongSchema('a record has no fields');
    const record = this.#name(data, namespace, { kind: 'record' });
    const inner = spaceOf(data, namespace);
    record.fields = (data.fields as readonly Readonly<Record<string, unknown>>[]).map(field => {
      if (typeof field?.name !== 'string') throw wrongSchema('a field has no name');
      return { name: field.name, type: this.read(field.type, inner, depth + 1) };
    });
    return record;
  }
}

function spaceOf(data: Readonly<Record<string, unknown>>, namespace: string): string {
  const name = String(data.name);
  if (name.includes('.')) return name.slice(0, name.lastIndexOf('.'));
  return typeof data.namespace === 'string' ? data.namespace : namespace;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

/** A logical type that does not fit its type is passed over, as the specification says. */
function meaningOf(
  data: Readonly<Record<string, unknown>>,
  kind: AvroType['kind'],
): { readonly meaning?: AvroMeaning } {
  const { logicalType } = data;
  if (typeof logicalType !== 'string') return {};
  if (logicalType === 'decimal' && (kind === 'bytes' || kind === 'fixed')) {
    const { precision, scale = 0 } = data as { readonly precision?: unknown; readonly scale?: unknown };
    const fits = Number.isInteger(precision) && Number.isInteger(scale);
    if (
      !fits ||
      (precision as number) < 1 ||
      (scale as number) < 0 ||
      (scale as number) > (precision as number)
    )
      return {};
    return { meaning: { kind: 'decimal', precision: precision as number, scale: scale as number } };
  }
  if (logicalType === 'date' && kind === 'int') return { meaning: { kind: 'date' } };
  const unit = UNITS.get(/^(?:local-)?timestamp-(\w+)$/.exec(logicalType)?.[1] ?? '');
  return unit !== undefined && kind === 'long' ? { meaning: { kind: 'timestamp', unit } } : {};
}

/** The columns of a schema's records: what nests is JSON; decimals of more than 18 digits, and bytes as hexadecimal digits, are text. */
export function avroFields(record: AvroType): readonly Field[] {
  return (record.fields ?? []).map(({ name, type }) => {
    const { one, nullable } = withoutNull(type);
    return { name, type: one === null ? JSON_TYPE : columnType(one), nullable };
  });
}

/** The one type of a union beside null; null where there are several. */
export function withoutNull(type: AvroType): { readonly one: AvroType | null; readonly nullable: boolean } {
  if (type.kind === 'null') return { one: null, nullable: true };
  if (type.kind !== 'union') return { one: type, nullable: false };
  const types = (type.types ?? []).filter(each => each.kind !== 'null');
  return { one: types.length === 1 ? types[0] : null, nullable: types.length < (type.types ?? []).length };
}

function columnType({ kind, meaning }: AvroType): DataType {
  if (meaning?.kind === 'decimal')
    return meaning.precision <= MAX_PRECISION ? decimalType(meaning.precision, meaning.scale) : STRING;
  if (meaning?.kind === 'date') return DATE;
  if (meaning?.kind === 'timestamp') return timestampType(meaning.unit);
  switch (kind) {
    case 'boolean':
      return BOOLEAN;
    case 'int':
      return INT32;
    case 'long':
      return INT64;
    case 'float':
    case 'double':
      return FLOAT64;
    case 'string':
    case 'enum':
    case 'bytes':
    case 'fixed':
      return STRING;
    default:
      return JSON_TYPE;
  }
}
