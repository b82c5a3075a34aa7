import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encodeArrow } from '../../../engine/src/codecs/arrow.js';
import { parseDecimal } from '../../../engine/src/columns/decimal.js';
import { parseTimestamp } from '../../../engine/src/columns/iso.js';
import {
  BOOLEAN,
  decimalType,
  FLOAT64,
  INT32,
  INT64,
  STRING,
  timestampType,
} from '../../../engine/src/columns/types.js';
import type { DataType, Field } from '../../../engine/src/columns/types.js';
import { columnOf } from '../../../engine/src/columns/values.js';
import type { Value } from '../../../engine/src/columns/values.js';
import { Stream, Table } from '../../../engine/src/index.js';
import type { AnyRow, StreamTable } from '../../../engine/src/index.js';
import { sourceNode } from '../../../engine/src/plan/build.js';
import type { PlanNode } from '../../../engine/src/plan/plan.js';

const SHARED = resolve(import.meta.dirname, '../../..', process.env.MILLRACE_SHARED ?? '../shared');
const FOLDER = join(SHARED, 'conformance');

/** A row, or a watermark between rows, in epoch milliseconds. */
type CaseEvent = { readonly row: readonly unknown[] } | { readonly watermark: number };

interface CaseColumn {
  readonly name: string;
  readonly type?: string;
  readonly computed?: string;
}

interface CaseTable {
  readonly name: string;
  readonly columns: readonly CaseColumn[];
  readonly watermark: string | null;
  readonly rowtime: string | null;
  readonly rows?: readonly (readonly unknown[])[];
  readonly primaryKey: readonly string[] | null;
  readonly changelog?: readonly { readonly kind: string; readonly row: readonly unknown[] }[];
  readonly events?: readonly CaseEvent[];
}

/** A query of Flink's own tests with its input and what it gives: see the README beside them. */
export interface FlinkCase {
  readonly id: string;
  readonly features: readonly string[];
  readonly tables: readonly CaseTable[];
  readonly sql: string;
  readonly expected: {
    readonly mode: 'append' | 'retract' | 'upsert';
    readonly rows?: readonly (readonly unknown[])[];
    readonly final?: readonly (readonly unknown[])[];
  };
}

/** Every case by its id; empty where the shared data is absent. */
export function flinkCases(): ReadonlyMap<string, FlinkCase> {
  const found = new Map<string, FlinkCase>();
  for (const folder of ['flink-docs', 'flink-testprograms', 'flink-itcases']) {
    const path = join(FOLDER, folder);
    for (const file of existsSync(path) ? readdirSync(path) : []) {
      const cases = JSON.parse(readFileSync(join(path, file), 'utf8')) as FlinkCase[];
      for (const each of cases) found.set(each.id, each);
    }
  }
  return found;
}

const UNITS = ['s', 'ms', 'ms', 'ms', 'us', 'us', 'us', 'ns', 'ns', 'ns'] as const;

/** The type of a column of Flink's. */
function typeOf(text: string): DataType {
  const [, name, first, second] = /^(\w+)(?:\((\d+)(?:, *(\d+))?\))?/.exec(text.toUpperCase())!;
  switch (name) {
    case 'BOOLEAN':
      return BOOLEAN;
    case 'INT':
    case 'INTEGER':
      return INT32;
    case 'BIGINT':
      return INT64;
    case 'DOUBLE':
    case 'FLOAT':
      return FLOAT64;
    case 'DECIMAL':
      return decimalType(Number(first), Number(second));
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampType(UNITS[Number(first ?? 6)]);
    case 'STRING':
    case 'VARCHAR':
    case 'CHAR':
      return STRING;
    default:
      throw new Error(`no column of ours is a ${text}`);
  }
}

/** A value of a case as ours, of a type. */
export function valueOf(value: unknown, type: DataType): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'int64':
      return BigInt(value as number | string);
    case 'int32':
    case 'float64':
      return Number(value);
    case 'decimal': {
      const exact = parseDecimal(String(value), type);
      if (exact === null) throw new Error(`${String(value)} is no ${JSON.stringify(type)}`);
      return exact;
    }
    case 'timestamp':
      return timeOf(value, type);
    case 'boolean':
      return value as boolean;
    default:
      return String(value);
  }
}

/** Times are ISO text, with or without seconds, or epoch milliseconds. */
function timeOf(value: unknown, type: Extract<DataType, { kind: 'timestamp' }>): bigint {
  if (typeof value === 'number')
    return BigInt(value) * { s: 1n, ms: 1n, us: 1000n, ns: 1_000_000n }[type.unit];
  const [day, time] = String(value).replace('Z', '').split(/[T ]/);
  const whole = time.split(':').length === 2 ? `${time}:00` : time;
  const ticks = parseTimestamp(`${day}T${whole}Z`, type.unit);
  if (ticks === null) throw new Error(`${String(value)} is no time`);
  return ticks;
}

/** A computed column that reads another one as a time: TO_TIMESTAMP(`ts`), TO_TIMESTAMP_LTZ(`ts`, 3). */
function readTime(computed: string, row: readonly Value[], names: readonly string[]): Value {
  const of = /^TO_TIMESTAMP(?:_LTZ)?\(`?(\w+)`?/.exec(computed)?.[1];
  const value = row[names.indexOf(of ?? '')];
  return typeof value === 'bigint' ? value : timeOf(value, { kind: 'timestamp', unit: 'ms' });
}

/** How far a watermark lags behind the rows, in microseconds: `rowtime - INTERVAL '1' SECOND`. */
function boundOf(watermark: string | null): number {
  const interval = /INTERVAL '([\d.]+)' SECOND/.exec(watermark ?? '');
  return interval === null ? 0 : Math.round(Number(interval[1]) * 1e6);
}

/** The column of what the rows of a changelog do. */
export const ROW_KIND = '#kind';

/** A table of a case whose rows are taken back, as a table of ours that changes: of its primary key, where it has one. */
export function changingTableOf(table: CaseTable): StreamTable<AnyRow> {
  const key = table.primaryKey === null ? {} : { key: table.primaryKey };
  return streamOf(table).toTable({ ...key, kind: ROW_KIND }) as unknown as StreamTable<AnyRow>;
}

/** A table of a case as a stream of ours; `sequence` orders rows of one time. */
export function streamOf(table: CaseTable, sequence: string | null = null): Stream<AnyRow> {
  return new Stream<AnyRow>(sourceOf(table, true, sequence));
}

/** A table of a case as a table of ours. */
export function tableOf(table: CaseTable): Table<AnyRow> {
  return new Table<AnyRow>(sourceOf(table, false));
}

/** Watermarks that the case has between rows come with them. */
function sourceOf(table: CaseTable, clocked: boolean, sequence: string | null = null): PlanNode {
  // A changelog's rows come with what they do.
  const kind: readonly CaseColumn[] =
    table.changelog === undefined ? [] : [{ name: ROW_KIND, type: 'STRING' }];
  const physical = [...table.columns.filter(column => column.type !== undefined), ...kind];
  const times = table.columns.filter(column => column.computed?.startsWith('TO_TIMESTAMP') === true);
  const names = physical.map(column => column.name);
  const types = physical.map(column => typeOf(column.type!));
  const fields: Field[] = [
    ...physical.map(({ name }, k) => ({ name, type: types[k], nullable: true })),
    ...times.map(({ name }) => ({ name, type: timestampType('ms'), nullable: true })),
  ];
  const rows: Value[][] = [];
  const marks: number[] = [];
  const said = table.changelog?.map(each => [...each.row, each.kind]);
  const events = table.events ?? (said ?? table.rows!).map(row => ({ row }));
  for (const event of events) {
    if ('watermark' in event) {
      // Flink's watermark says that no time up to its own comes any more, ours that none before it does.
      if (marks.length > 0) marks[marks.length - 1] = (event.watermark + 1) * 1000;
      continue;
    }
    const row = types.map((type, k) => valueOf(event.row[k] ?? null, type));
    rows.push([...row, ...times.map(({ computed }) => readTime(computed!, row, names))]);
    marks.push(marks.at(-1) ?? -Infinity);
  }
  const columns = fields.map((field, k) =>
    columnOf(
      field.type,
      rows.map(row => row[k]),
    ),
  );
  return sourceNode({
    name: table.name,
    connector: 'case',
    options: {
      arrow: encodeArrow(fields, columns, rows.length),
      ...(table.events === undefined ? {} : { marks: Float64Array.from(marks) }),
    },
    fields,
    time:
      table.rowtime === null
        ? null
        : { column: table.rowtime, boundUs: boundOf(table.watermark), idleTimeoutUs: null, sequence },
    clocked,
  });
}
