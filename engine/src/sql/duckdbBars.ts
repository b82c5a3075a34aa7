import type { Field } from '../columns/types.js';
import { TICKS_PER_SECOND } from '../columns/iso.js';
import { microsecondsOf, timestampOfMicroseconds } from '../functions/scalar/duckdbTime.js';
import type { BarWindow } from '../windows/define.js';
import { duckdbName } from './duckdbText.js';
import type { Windowed } from './windowed.js';

/**
 * The rows with the bar of each. A bar's sum begins anew at nothing, whatever the last row of the bar before added, so no running sum
 * gives it: a recursive query goes from each row of a group to its next one.
 */
export function barRows({ threshold, columns }: BarWindow, rows: Windowed): string {
  const by = rows.keys.length === 0 ? '' : `PARTITION BY ${rows.keys.join(', ')} `;
  const group = rows.keys.length === 0 ? '1' : `dense_rank() OVER (ORDER BY ${rows.keys.join(', ')})`;
  const time = duckdbName(rows.time.name);
  const added = addedBy(columns);
  const full = `("#sum" >= ${threshold} AND NOT isnan("#sum"))`;
  const bar = `PARTITION BY "#group", "#windowNumber"`;
  return (
    `WITH RECURSIVE rows AS MATERIALIZED (SELECT *, ${group} AS "#group", ` +
    `row_number() OVER (${by}ORDER BY ${rows.order.join(', ')}) AS "#place", ${added} AS "#added" ` +
    `FROM ${rows.table} WHERE ${time} IS NOT NULL), ` +
    `walk AS (SELECT "#group", "#place", CAST(1 AS BIGINT) AS "#windowNumber", "#added" AS "#sum" FROM rows WHERE "#place" = 1 ` +
    `UNION ALL SELECT r."#group", r."#place", "#windowNumber" + CAST(${full} AS BIGINT), ` +
    `CASE WHEN ${full} THEN r."#added" ELSE "#sum" + r."#added" END ` +
    `FROM walk w JOIN rows r ON r."#group" = w."#group" AND r."#place" = w."#place" + 1) ` +
    `SELECT * EXCLUDE ("#group", "#place", "#added", "#sum"), ${spans(rows.time, bar)}, ` +
    `bool_or(${full}) OVER (${bar}) AS "#windowComplete" ` +
    `FROM rows JOIN walk USING ("#group", "#place")`
  );
}

/** What a row adds to its bar. */
function addedBy(columns: readonly string[]): string {
  if (columns.length === 0) return 'CAST(1 AS DOUBLE)';
  const product = columns.map(name => `CAST(${duckdbName(name)} AS DOUBLE)`).join(' * ');
  return `CASE WHEN ${product} IS NULL OR isnan(${product}) THEN CAST(0 AS DOUBLE) ELSE ${product} END`;
}

/** A bar lasts from its first row to the tick after its last one; nanoseconds are cut to whole microseconds. */
function spans({ name, type }: Field, bar: string): string {
  if (type.kind !== 'timestamp') throw new Error('bars are of rows with an event time');
  const us = microsecondsOf(duckdbName(name), type);
  const perSecond = TICKS_PER_SECOND[type.unit];
  const tickUs = perSecond > 1_000_000n ? 1n : 1_000_000n / perSecond;
  const end = `(max(${us}) OVER (${bar}) + ${tickUs})`;
  return (
    `${timestampOfMicroseconds(`min(${us}) OVER (${bar})`, type)} AS "#windowStart", ` +
    `${timestampOfMicroseconds(end, type)} AS "#windowEnd", ` +
    `${timestampOfMicroseconds(end, type, 1)} AS "#windowTime"`
  );
}
