import { toVegaValue, unitOfType, type Lines, type ViewColumn } from '@millrace/protocol';
import type { Row, Value } from '../model/rows.js';

/** A row as a line goes through it. */
export interface Point {
  readonly row: Row;
  readonly x: number;
  /** Not finite: the line has a gap. */
  readonly y: number;
  /** The value of its series as Vega has it. */
  readonly series: unknown;
}

/** Makes points of rows. */
export type PointReader = (row: Row) => Point;

/**
 * What makes points of a view's rows, with the numbers that Vega would have.
 *
 * @param wall leads to the clock of a zone.
 */
export function pointReader(
  lines: Lines,
  columns: readonly ViewColumn[],
  wall?: (ms: number) => number,
): PointReader {
  const at = (name: string): number => columns.findIndex(column => column.name === name);
  const [x, y] = [at(lines.x), at(lines.y)];
  const xOf = numberReader(columns[x].type, wall);
  const yOf = numberReader(columns[y].type);
  const series = lines.series === null ? -1 : at(lines.series);
  const type = series < 0 ? '' : columns[series].type;
  const isText = type === 'string';
  return row => {
    const value = series < 0 ? null : row.values[series];
    // Few texts are others to Vega: see `toVegaValue`.
    const isPlain = series < 0 || (isText && typeof value === 'string' && !(value in Object.prototype));
    return {
      row,
      x: xOf(row.values[x]),
      y: yOf(row.values[y]),
      series: isPlain ? value : toVegaValue(type, value),
    };
  };
}

/** Reads a column's values as numbers that are drawn; NaN for NULL. What is read a thousand times a frame is told apart once. */
function numberReader(type: string, wall?: (ms: number) => number): (value: Value) => number {
  const any = (value: Value): number =>
    value === null ? NaN : Number(toVegaValue(type, value, type.startsWith('timestamp') ? wall : undefined));
  if (type === 'float64' || type === 'int32') return value => (value === null ? NaN : (value as number));
  const unit = unitOfType(type);
  const isMicro = type.startsWith('timestamp') && unit === 'us' && wall === undefined;
  return isMicro ? value => (typeof value === 'number' ? value / 1000 : any(value)) : any;
}
