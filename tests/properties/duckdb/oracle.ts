import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import type { DuckDBAppender, DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { DataType, Field } from '../../../engine/src/columns/types.js';
import type { Value } from '../../../engine/src/columns/values.js';
import { duckdbType } from '../../../engine/src/functions/scalar/sql.js';
import { ARRIVAL } from '../../../engine/src/sql/duckdb.js';
import { duckdbName } from '../../../engine/src/sql/duckdbText.js';

/** A DuckDB in memory that rows are appended to by their types, and that answers with exact values. */
export class Oracle {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  static async start(): Promise<Oracle> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new Oracle(instance, connection);
  }

  /** Makes a table of rows, with the number of each in order of arrival. */
  async load(table: string, fields: readonly Field[], rows: readonly (readonly Value[])[]): Promise<void> {
    const columns = fields.map(field => `${duckdbName(field.name)} ${duckdbType(field.type)}`);
    await this.connection.run(
      `CREATE OR REPLACE TABLE ${duckdbName(table)} (${[...columns, `${duckdbName(ARRIVAL)} BIGINT`].join(', ')})`,
    );
    const appender = await this.connection.createAppender(table);
    rows.forEach((row, at) => {
      row.forEach((value, k) => append(appender, value, fields[k].type));
      appender.appendBigInt(BigInt(at));
      appender.endRow();
    });
    appender.closeSync();
  }

  /** The rows of a query, as values of the fields' types. */
  async rows(sql: string, fields: readonly Field[]): Promise<Value[][]> {
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getRows().map(row => row.map((value, k) => valueOf(value, fields[k].type)));
  }

  stop(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

function append(appender: DuckDBAppender, value: Value, type: DataType): void {
  if (value === null) return appender.appendNull();
  switch (type.kind) {
    case 'boolean':
      return appender.appendBoolean(value as boolean);
    case 'int32':
      return appender.appendInteger(value as number);
    case 'int64':
    case 'duration':
      return appender.appendBigInt(value as bigint);
    case 'float64':
      return appender.appendDouble(value as number);
    case 'string':
    case 'json':
      return appender.appendVarchar(value as string);
    case 'date':
      return appender.appendDate(new DuckDBDateValue(value as number));
    case 'decimal':
      return appender.appendDecimal(new DuckDBDecimalValue(value as bigint, type.precision, type.scale));
    case 'timestamp': {
      const ticks = value as bigint;
      switch (type.unit) {
        case 's':
          return appender.appendTimestampSeconds(new DuckDBTimestampSecondsValue(ticks));
        case 'ms':
          return appender.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(ticks));
        case 'us':
          return appender.appendTimestamp(new DuckDBTimestampValue(ticks));
        case 'ns':
          return appender.appendTimestampNanoseconds(new DuckDBTimestampNanosecondsValue(ticks));
      }
    }
  }
}

/** A value of DuckDB's as ours. Throws where it is of another type, so that types are compared too. */
function valueOf(value: DuckDBValue, type: DataType): Value {
  if (value === null) return null;
  const plain = typeof value;
  if (value instanceof DuckDBTimestampSecondsValue && unitOf(type) === 's') return value.seconds;
  if (value instanceof DuckDBTimestampMillisecondsValue && unitOf(type) === 'ms') return value.millis;
  if (value instanceof DuckDBTimestampValue && unitOf(type) === 'us') return value.micros;
  if (value instanceof DuckDBTimestampNanosecondsValue && unitOf(type) === 'ns') return value.nanos;
  if (value instanceof DuckDBDateValue && type.kind === 'date') return value.days;
  if (value instanceof DuckDBDecimalValue && type.kind === 'decimal' && value.scale === type.scale)
    return value.value;
  if (type.kind === 'boolean' && plain === 'boolean') return value as boolean;
  if ((type.kind === 'int32' || type.kind === 'float64') && plain === 'number') return value as number;
  if ((type.kind === 'int64' || type.kind === 'duration') && plain === 'bigint') return value as bigint;
  if ((type.kind === 'string' || type.kind === 'json') && plain === 'string') return value as string;
  throw new Error(`DuckDB gives ${plain} ${String(value)} where a ${JSON.stringify(type)} is expected`);
}

function unitOf(type: DataType): string | null {
  return type.kind === 'timestamp' ? type.unit : null;
}
