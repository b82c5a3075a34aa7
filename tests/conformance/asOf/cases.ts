import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encodeArrow } from '../../../engine/src/codecs/arrow.js';
import { parseTimestamp } from '../../../engine/src/columns/iso.js';
import { FLOAT64, INT64, STRING, timestampType } from '../../../engine/src/columns/types.js';
import type { DataType, Field, TimeUnit } from '../../../engine/src/columns/types.js';
import { columnOf, type Value } from '../../../engine/src/columns/values.js';
import { Table } from '../../../engine/src/index.js';
import type { AnyRow } from '../../../engine/src/index.js';
import { sourceNode } from '../../../engine/src/plan/build.js';

const SHARED = resolve(import.meta.dirname, '../../..', process.env.MILLRACE_SHARED ?? '../shared');

interface CaseColumn {
  readonly name: string;
  readonly type: string;
}
export interface CaseTable {
  readonly name: string;
  readonly columns: readonly CaseColumn[];
  readonly rows: readonly (readonly unknown[])[];
}
/** A call of Polars' `join_asof`, or a query of kdb+, with its input and what it gives. */
export interface AsOfCase {
  readonly id: string;
  readonly tables: readonly [CaseTable, CaseTable];
  readonly call?: { readonly kwargs: Readonly<Record<string, unknown>> };
  readonly expected: {
    readonly columns: readonly (string | CaseColumn)[];
    readonly rows: readonly (readonly unknown[])[];
  };
}

/** The cases of a file; none where the shared data is absent. Integers beyond 2^53 are bigints. */
export function casesOf(file: string): readonly AsOfCase[] {
  const path = join(SHARED, 'conformance', file);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8').replaceAll(/(?<=[\s,[])(\d{17,})(?=[\s,\]])/g, '"int:$1"');
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('int:') ? BigInt(value.slice(4)) : value,
  ) as AsOfCase[];
}

/** How the values that a case joins on become times. */
export interface Clock {
  readonly unit: (type: string) => TimeUnit;
  readonly ticks: (value: unknown, type: string) => bigint | null;
  /** A distance as text. */
  readonly span: (distance: unknown) => string;
}

const UNIT_OF: readonly (readonly [RegExp, TimeUnit])[] = [
  [/time_unit='ns'/, 'ns'],
  [/time_unit='us'/, 'us'],
  [/^Date$/, 's'],
  [/^TIME$/, 's'],
];

function isTime(type: string): boolean {
  return UNIT_OF.some(([pattern]) => pattern.test(type));
}

function unitOf(type: string): TimeUnit {
  return UNIT_OF.find(([pattern]) => pattern.test(type))![1];
}

function timeTicks(value: unknown, type: string): bigint | null {
  if (value === null) return null;
  const text = String(value);
  const day = /^\d\d:/.test(text) ? `2024-01-02T${text}` : text.length === 10 ? `${text}T00:00:00` : text;
  return parseTimestamp(`${day}Z`, unitOf(type));
}

/** A clock for the values of both sides: times as they are, numbers exactly, and where only their order counts by it. */
export function clockOf(values: readonly unknown[], types: readonly string[], byOrder: boolean): Clock {
  if (types.every(isTime)) {
    return { unit: unitOf, ticks: timeTicks, span: text => String(text).replace(/(\d)([a-z])/, '$1 $2') };
  }
  const given = values.filter(value => value !== null);
  const numbers = given.filter(value => typeof value === 'number');
  if (given.some(value => typeof value === 'bigint')) {
    const ticks = (value: unknown): bigint | null => (value === null ? null : BigInt(value as bigint));
    return { unit: () => 'ns', ticks, span: String };
  }
  // Powers of ten for decimal numbers; a power of two for those of 32 bits.
  const scale = [1, 10, 1e3, 1e5, 1e6, 2 ** 24].find(each =>
    numbers.every(value => Math.abs(value * each - Math.round(value * each)) < 1e-9 && value < 1e12),
  );
  if (numbers.length === given.length && scale !== undefined) {
    return {
      unit: () => 'us',
      ticks: value => (value === null ? null : BigInt(Math.round((value as number) * scale))),
      span: distance => `${Math.round(Number(distance) * scale)} us`,
    };
  }
  if (!byOrder) throw new Error('numbers that are no whole ticks of any unit');
  const places = [...new Set(given)].sort((a, b) =>
    (a as number | string) < (b as number | string) ? -1 : 1,
  );
  const ticks = (value: unknown): bigint | null => (value === null ? null : BigInt(places.indexOf(value)));
  return { unit: () => 'us', ticks, span: String };
}

/** The type of a column that is not joined on. */
function typeOf(type: string): DataType {
  if (isTime(type)) return timestampType(unitOf(type));
  if (/^U?Int|^INT$/.test(type)) return INT64;
  if (/^Float/.test(type)) return FLOAT64;
  return STRING;
}

/** A value of a case as ours. */
export function valueOf(value: unknown, type: string): Value {
  if (value === null) return null;
  const { kind } = typeOf(type);
  if (kind === 'timestamp') return timeTicks(value, type);
  return kind === 'int64' ? BigInt(value as number) : kind === 'float64' ? Number(value) : String(value);
}

/** A table of a case as ours, with a column as its event time. */
export function tableOf(table: CaseTable, on: string, clock: Clock): Table<AnyRow> {
  const fields = table.columns.map(({ name, type }): Field => ({
    name,
    type: name === on ? timestampType(clock.unit(type)) : typeOf(type),
    nullable: true,
  }));
  const columns = fields.map((field, k) => {
    const { name, type } = table.columns[k];
    const values = table.rows.map(row => (name === on ? clock.ticks(row[k], type) : valueOf(row[k], type)));
    return columnOf(field.type, values);
  });
  return new Table<AnyRow>(
    sourceNode({
      name: table.name,
      connector: 'case',
      options: { arrow: encodeArrow(fields, columns, table.rows.length) },
      fields,
      time: { column: on, boundUs: null, idleTimeoutUs: null, sequence: null },
      clocked: false,
    }),
  );
}
