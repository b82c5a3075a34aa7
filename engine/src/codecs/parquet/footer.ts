import { readThriftStruct } from '../thriftCompact.js';
import type { ThriftFields, ThriftStruct, ThriftValue } from '../thriftCompact.js';

/** What a Parquet file says of itself behind its rows. */
export interface ParquetFooter {
  readonly rows: number;
  /** The columns; null: some are nested. */
  readonly columns: readonly ParquetElement[] | null;
  readonly groups: readonly ParquetGroup[];
  /** The schema as Arrow has it, where the writer kept that too. */
  readonly arrowSchema: Uint8Array | null;
}

/** How a column is stored, by the numbers that the format has for it. */
export interface ParquetElement {
  readonly name: string;
  readonly physical: number;
  /** The bytes of a value where all have as many. */
  readonly width: number;
  readonly nullable: boolean;
  readonly converted: number | null;
  readonly scale: number;
  readonly precision: number;
  /** Which of the logical types it is, and what that says further. */
  readonly logical: { readonly kind: number; readonly of: ThriftStruct } | null;
}

/** Rows that lie together. */
export interface ParquetGroup {
  readonly rows: number;
  /** Of each column. */
  readonly chunks: readonly ParquetChunk[];
}

/** One column of one group: its pages, one behind the other. */
export interface ParquetChunk {
  readonly start: number;
  readonly end: number;
  readonly values: number;
  readonly codec: number;
  readonly encodings: readonly number[];
  /** Bytes without compression. */
  readonly unpacked: number;
  /** The least and the greatest value, as the format has them; null: the writer does not say. */
  readonly least: Uint8Array | null;
  readonly greatest: Uint8Array | null;
}

/** What is read of a footer: its columns, rows, groups and texts; of a chunk where it is, its encodings, codec and sizes, and its least and greatest value. */
const FIELDS: ThriftFields = {
  2: { 1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true, 10: true },
  3: true,
  4: {
    1: { 3: { 2: true, 4: true, 5: true, 6: true, 7: true, 9: true, 11: true, 12: { 5: true, 6: true } } },
    3: true,
  },
  5: true,
};

/** Reads a footer. Throws RangeError where it does not say what it has to. */
export function readParquetFooter(bytes: Uint8Array): ParquetFooter {
  const { struct } = readThriftStruct(bytes, FIELDS);
  return {
    rows: numberIn(struct, 3),
    columns: columnsOf(listIn(struct, 2).map(structOf)),
    groups: listIn(struct, 4).map(group => groupOf(structOf(group))),
    arrowSchema: arrowSchemaOf(struct),
  };
}

function columnsOf([, ...elements]: readonly ThriftStruct[]): ParquetElement[] | null {
  const isFlat = elements.every(
    element => element.has(1) && !((element.get(5) ?? 0) as number) && element.get(3) !== 2,
  );
  if (!isFlat) return null;
  return elements.map(element => {
    const logical = element.has(10) ? [...structOf(element.get(10))][0] : undefined;
    return {
      name: textOf(element.get(4)),
      physical: numberIn(element, 1),
      width: optional(element, 2) ?? 0,
      nullable: optional(element, 3) === 1,
      converted: optional(element, 6),
      scale: optional(element, 7) ?? 0,
      precision: optional(element, 8) ?? 0,
      logical: logical === undefined ? null : { kind: logical[0], of: structOf(logical[1]) },
    };
  });
}

function groupOf(group: ThriftStruct): ParquetGroup {
  const chunks = listIn(group, 1).map(column => {
    const meta = structOf(structOf(column).get(3));
    const dictionary = optional(meta, 11) ?? 0;
    // Some writers say that the dictionary is at 0 where there is none.
    const first = numberIn(meta, 9);
    const start = dictionary > 0 ? Math.min(first, dictionary) : first;
    return {
      start,
      end: start + numberIn(meta, 7),
      values: numberIn(meta, 5),
      codec: optional(meta, 4) ?? -1,
      encodings: listIn(meta, 2).map(Number),
      unpacked: numberIn(meta, 6),
      least: bytesIn(meta, 6),
      greatest: bytesIn(meta, 5),
    };
  });
  return { rows: optional(group, 3) ?? chunks[0]?.values ?? 0, chunks };
}

function arrowSchemaOf(struct: ThriftStruct): Uint8Array | null {
  for (const entry of listIn(struct, 5)) {
    const pair = structOf(entry);
    if (textOf(pair.get(1)) !== 'ARROW:schema') continue;
    return Uint8Array.from(atob(textOf(pair.get(2))), character => character.charCodeAt(0));
  }
  return null;
}

/** A number that has to be there. */
export function numberIn(struct: ThriftStruct, field: number): number {
  const value = struct.get(field);
  if (typeof value !== 'number') throw new RangeError(`it lacks what it has to say of its data (${field})`);
  return value;
}

function optional(struct: ThriftStruct, field: number): number | null {
  const value = struct.get(field);
  return typeof value === 'number' ? value : null;
}

/** A value of a column's statistics. */
function bytesIn(meta: ThriftStruct, field: number): Uint8Array | null {
  const statistics = meta.get(12);
  const value = statistics instanceof Map ? (statistics.get(field) as ThriftValue | undefined) : undefined;
  return value instanceof Uint8Array ? value : null;
}

/** A list; none is an empty one. */
function listIn(struct: ThriftStruct, field: number): readonly ThriftValue[] {
  const value = struct.get(field) ?? [];
  if (!Array.isArray(value)) throw new RangeError(`it lacks what it has to say of its data (${field})`);
  return value as readonly ThriftValue[];
}

/** A struct that has to be there. */
export function structOf(value: ThriftValue | undefined): ThriftStruct {
  if (!(value instanceof Map)) throw new RangeError('it lacks what it has to say of its data');
  return value as ThriftStruct;
}

function textOf(value: ThriftValue | undefined): string {
  if (!(value instanceof Uint8Array)) throw new RangeError('it lacks what it has to say of its data');
  return new TextDecoder().decode(value);
}
