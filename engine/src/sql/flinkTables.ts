import { formatDuration } from '../columns/duration.js';
import { fieldIndex } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import { flinkType, sqlString } from '../functions/scalar/sql.js';
import type { SourceNode } from '../plan/nodes/source.js';
import { sqlInterval } from '../windows/define.js';
import { flinkName } from './flinkText.js';

/** A table of Flink's catalogue by its name, or a connector's options as in the WITH of a CREATE TABLE. */
export type FlinkTable = string | Readonly<Record<string, string>>;

/** What is known of a source once it has been looked at. */
export interface FlinkSource {
  readonly fields: readonly Field[];
  /** The bound of its watermark, in microseconds. */
  readonly boundUs: number;
}

/** The column that carries event time where the source's own cannot: Flink's watermarks take at most milliseconds. */
export const ROWTIME = 'rowtime$';

/** Whether a timestamp column can be Flink's event time itself. */
export function isRowtime(field: Field): boolean {
  return field.type.kind === 'timestamp' && field.type.unit === 'ms';
}

/** Whether a source's own time column, where it has one, can be Flink's event time. */
export function hasRowtime(source: SourceNode, { fields }: FlinkSource): boolean {
  return source.time === null || isRowtime(fields[fieldIndex({ fields }, source.time.column)]);
}

/** The statement that makes a source known to Flink. */
export function createTable(
  source: SourceNode,
  { fields, boundUs }: FlinkSource,
  options: Readonly<Record<string, string>>,
  /** The columns that name one version of a row. */
  key: readonly string[] = [],
): string {
  const columns = fields.map(
    ({ name, type, nullable }) => `${flinkName(name)} ${flinkType(type)}${nullable ? '' : ' NOT NULL'}`,
  );
  if (source.time !== null) {
    const time = fields[fieldIndex({ fields }, source.time.column)];
    const rowtime = isRowtime(time) ? flinkName(time.name) : flinkName(ROWTIME);
    if (!isRowtime(time)) columns.push(`${rowtime} AS CAST(${flinkName(time.name)} AS TIMESTAMP(3))`);
    const behind = Math.ceil(boundUs / 1000) * 1000;
    columns.push(`WATERMARK FOR ${rowtime} AS ${rowtime}${behind === 0 ? '' : ` - ${sqlInterval(behind)}`}`);
  }
  if (key.length > 0) columns.push(`PRIMARY KEY (${key.map(flinkName).join(', ')}) NOT ENFORCED`);
  const settings = Object.entries(options).map(([key, value]) => `${sqlString(key)} = ${sqlString(value)}`);
  return (
    `CREATE TEMPORARY TABLE ${flinkName(source.name)} (\n  ${columns.join(',\n  ')}\n) ` +
    `WITH (\n  ${settings.join(',\n  ')}\n)`
  );
}

/** What a duration in microseconds is where Flink counts milliseconds; null where it is no whole number of them. */
export function wholeMilliseconds(us: number): string | null {
  return us % 1000 === 0 ? null : `${formatDuration(us)} is no whole number of milliseconds`;
}
