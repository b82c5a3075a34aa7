import type { Schema } from '../columns/schema.js';
import { fieldIndex } from '../columns/schema.js';
import { floorTo, microsecondsOf, timestampOfMicroseconds } from '../functions/scalar/duckdbTime.js';
import { duckdbType } from '../functions/scalar/sql.js';
import type { AggregateNode } from '../plan/nodes/aggregate.js';
import type { FillSpec, FillValue } from '../windows/emission.js';
import type { CumulativeWindow, SlicedWindow } from '../windows/define.js';
import { duckdbName } from './duckdbText.js';

/** Windows with rows, and what stands for those without. */
interface Filled {
  /** The query of the windows with rows. */
  readonly windows: string;
  readonly node: AggregateNode;
  readonly schema: Schema;
  readonly window: SlicedWindow | CumulativeWindow;
  /** How far the input's watermark comes before its end, in microseconds. */
  readonly mark: string;
  readonly values: readonly FillValue[];
}

/**
 * The windows and, behind each of a group, those without rows up to the group's next one. Behind a group's last one there are as many as end by the
 * watermark or by the last window of any group.
 */
export function filledWindows(
  { windows, node, schema, window, mark, values }: Filled,
  fill: FillSpec,
): string {
  const { type } = schema.fields[fieldIndex(schema, 'windowEnd')];
  const keys = node.keys.map(duckdbName);
  const by = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `;
  const end = microsecondsOf('"windowEnd"', type);
  const stepUs = window.kind === 'sliced' ? window.slideUs : window.stepUs;
  const start =
    window.kind === 'sliced'
      ? `"#end" - ${window.sizeUs}`
      : floorTo('("#end" - 1)', BigInt(window.sizeUs), BigInt(window.offsetUs));
  const made = node.columns.map(({ name }, at) => {
    const value = values[at];
    const of = duckdbType(schema.fields[fieldIndex(schema, name)].type);
    if (typeof value === 'number') return `${duckdbName(node.columns[value].name)} AS ${duckdbName(name)}`;
    return `CAST(${value === 'zero' ? '0' : 'NULL'} AS ${of}) AS ${duckdbName(name)}`;
  });
  const span = [
    `${timestampOfMicroseconds(`(${start})`, type)} AS "windowStart"`,
    `${timestampOfMicroseconds('"#end"', type)} AS "windowEnd"`,
    `${timestampOfMicroseconds('"#end"', type, 1)} AS "windowTime"`,
  ];
  const arrival = duckdbName('#arrival');
  return (
    `WITH told AS (${windows}), ends AS (SELECT *, lead(${end}) OVER (${by}ORDER BY "windowEnd") AS "#next", ` +
    `greatest(max(${end}) OVER (), ${mark}) AS "#last" FROM told), ` +
    `empty AS (SELECT * EXCLUDE ("windowStart", "windowTime"), ${end} + r.k * ${stepUs} AS "#end" FROM ends, range(1, ${fill.limit + 1}) r(k)) ` +
    `SELECT * FROM told UNION ALL BY NAME SELECT ${[...keys, ...span, ...made, arrival].join(', ')} FROM empty ` +
    `WHERE "#end" < coalesce("#next", "#last" + 1)`
  );
}
