import { floorTo, microsecondsOf, timestampOfMicroseconds } from '../functions/scalar/duckdbTime.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import type { CumulativeWindow, SessionWindow, SlicedWindow } from '../windows/define.js';
import { bindWindow } from '../windows/registry.js';
import { barRows } from './duckdbBars.js';
import { duckdbName } from './duckdbText.js';
import type { Windowed } from './windowed.js';

/**
 * A query of a table's rows, each as often as there are windows that hold it, with `#windowStart`, `#windowEnd` and `#windowTime`, and where windows
 * are bars their other columns. Rows without an event time are in none.
 */
export function windowRows(spec: WindowSpec, rows: Windowed): string | { readonly cannot: string } {
  const window = bindWindow(spec);
  switch (window.kind) {
    case 'sliced':
      return withWindows(slicedRows(window, rows), rows);
    case 'cumulative':
      return withWindows(cumulativeRows(window, rows), rows);
    case 'session':
      return withWindows(sessionRows(window, rows), rows);
    case 'bars':
      return barRows(window, rows);
    default:
      return { cannot: `windows of ${spec.type} have no counterpart in DuckDB` };
  }
}

/** The rows with the columns `#start` and `#end` as timestamps. Rows of windows have columns of these names without `#` already. */
function withWindows(inner: string, { time }: Windowed): string {
  const columns = [
    `${timestampOfMicroseconds('"#start"', time.type)} AS "#windowStart"`,
    `${timestampOfMicroseconds('"#end"', time.type)} AS "#windowEnd"`,
    `${timestampOfMicroseconds('"#end"', time.type, 1)} AS "#windowTime"`,
  ];
  return `SELECT * EXCLUDE ("#us", "#start", "#end"), ${columns.join(', ')} FROM (${inner})`;
}

/** The rows with their event time in microseconds as `#us`. */
function timedRows({ table, time }: Windowed): string {
  const name = duckdbName(time.name);
  return `SELECT *, ${microsecondsOf(name, time.type)} AS "#us" FROM ${table} WHERE ${name} IS NOT NULL`;
}

function slicedRows({ sizeUs, slideUs, offsetUs }: SlicedWindow, rows: Windowed): string {
  const last = floorTo('"#us"', BigInt(slideUs), BigInt(offsetUs));
  const start = `${last} - r.k * ${slideUs}`;
  return (
    `SELECT * FROM (SELECT x.*, ${start} AS "#start", ${start} + ${sizeUs} AS "#end" ` +
    `FROM (${timedRows(rows)}) x, range(${Math.ceil(sizeUs / slideUs)}) r(k)) WHERE "#us" < "#end"`
  );
}

function cumulativeRows({ sizeUs, stepUs, offsetUs }: CumulativeWindow, rows: Windowed): string {
  const start = floorTo('"#us"', BigInt(sizeUs), BigInt(offsetUs));
  return (
    `SELECT * FROM (SELECT x.*, ${start} AS "#start", ${start} + (r.k + 1) * ${stepUs} AS "#end" ` +
    `FROM (${timedRows(rows)}) x, range(${sizeUs / stepUs}) r(k)) WHERE "#us" < "#end"`
  );
}

/** Gaps and islands: a row that comes more than the gap after the one before it begins a session. Rows alike in the order are counted together. */
function sessionRows({ gapUs }: SessionWindow, rows: Windowed): string {
  const by = rows.keys.length === 0 ? '' : `PARTITION BY ${rows.keys.join(', ')} `;
  const over = `${by}ORDER BY ${rows.order.join(', ')}`;
  const begins = `CASE WHEN "#us" - lag("#us") OVER (${over}) <= ${gapUs} THEN 0 ELSE 1 END AS "#begins"`;
  const numbered = `SELECT *, sum("#begins") OVER (${over}) AS "#session" FROM (SELECT *, ${begins} FROM (${timedRows(rows)}))`;
  const whole = `OVER (PARTITION BY ${[...rows.keys, '"#session"'].join(', ')})`;
  return (
    `SELECT * EXCLUDE ("#begins", "#session"), min("#us") ${whole} AS "#start", max("#us") ${whole} + ${gapUs} AS "#end" ` +
    `FROM (${numbered})`
  );
}
