import type { ViewColumn } from '@millrace/protocol';
import { unitOfType } from '@millrace/protocol';
import {
  bool,
  Column,
  columnFromArray,
  dateDay,
  decimal,
  duration,
  float64,
  int32,
  int64,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
  type DataType,
} from '@uwdata/flechette';
import type { Row, Value } from './rows.js';

/** An Arrow IPC stream of rows, as a saved snapshot holds it: `decodeRows` gives the same rows back. */
export function encodeRows(rows: readonly Row[], columns: readonly ViewColumn[]): Uint8Array {
  const entries: [string, Column<unknown>][] = [
    [
      '__row',
      columnFromArray(
        rows.map(row => row.id),
        int32(),
      ),
    ],
  ];
  if (rows.some(row => row.state !== null))
    entries.push([
      '__state',
      columnFromArray(
        rows.map(row => row.state),
        int32(),
      ),
    ]);
  columns.forEach((column, index) => {
    const values = rows.map(row => row.values[index] ?? null);
    entries.push([column.name, encodeColumn(values, column.type)]);
  });
  return tableToIPC(tableFromColumns(entries), { format: 'stream' }) as Uint8Array;
}

function encodeColumn(values: readonly Value[], type: string): Column<unknown> {
  if (type.startsWith('timestamp')) return retyped(values, timestamp(unitNumber(type), 'UTC'));
  if (type === 'date') {
    return columnFromArray(
      values.map(days => (days === null ? null : Number(days) * 86_400_000)),
      dateDay(),
    );
  }
  if (type === 'int64') return columnFromArray(values.map(big), int64());
  if (type.startsWith('duration')) return retyped(values, duration(unitNumber(type)));
  if (type.startsWith('decimal'))
    return retyped(values, decimal(18, Number(/, ?(\d+)/.exec(type)?.[1] ?? 0), 64));
  return columnFromArray([...values], plainType(type));
}

function plainType(type: string): DataType {
  if (type === 'boolean') return bool();
  if (type === 'int32') return int32();
  return type === 'float64' ? float64() : utf8();
}

function big(value: Value): bigint | null {
  return value === null ? null : BigInt(value);
}

function unitNumber(type: string): 0 | 1 | 2 | 3 {
  return ['s', 'ms', 'us', 'ns'].indexOf(unitOfType(type)) as 0 | 1 | 2 | 3;
}

/** Ticks and unscaled values are built as integers and then named what they are: the builder would go through floats. */
function retyped(values: readonly Value[], type: DataType): Column<unknown> {
  const integers = columnFromArray(values.map(big), int64());
  for (const batch of integers.data) batch.type = type;
  return new Column([...integers.data], type);
}
