import type { Field } from '../columns/types.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import { bindWindow } from '../windows/registry.js';
import { floorTo, microsecondsOf, timestampOfMicroseconds } from '../functions/scalar/duckdbTime.js';
import { duckdbName } from './duckdbText.js';

/** The rows that are put into windows. */
interface Windowed {
  readonly table: string;
  readonly time: Field;
  /** The grouping columns, quoted. */
  readonly keys: readonly string[];
}

/**
 * A query of a table's rows, each as often as there are windows that hold it, with the windows' columns. Rows without an event
 * time are in none.
 */
export function windowRows(spec: WindowSpec, rows: Windowed): string | { readonly cannot: string } {
  const window = bindWindow(spec);
  if (window.kind !== 'sliced') return { cannot: `${spec.type} windows have no counterpart in DuckDB` };
  const { sizeUs, slideUs, offsetUs } = window;
  const { table, time } = rows;
  const us = microsecondsOf(`x.${duckdbName(time.name)}`, time.type);
  const last = floorTo(us, BigInt(slideUs), BigInt(offsetUs));
  const copies = Math.ceil(sizeUs / slideUs);
  const columns = [
    `${timestampOfMicroseconds('"#start"', time.type)} AS "windowStart"`,
    `${timestampOfMicroseconds(`("#start" + ${sizeUs})`, time.type)} AS "windowEnd"`,
    `${timestampOfMicroseconds(`("#start" + ${sizeUs})`, time.type, 1)} AS "windowTime"`,
  ];
  return (
    `SELECT * EXCLUDE ("#us", "#start"), ${columns.join(', ')} FROM (` +
    `SELECT x.*, ${us} AS "#us", ${last} - r.k * ${slideUs} AS "#start" ` +
    `FROM ${table} x, range(${copies}) r(k) WHERE ${duckdbName(time.name)} IS NOT NULL` +
    `) WHERE "#us" < "#start" + ${sizeUs}`
  );
}
