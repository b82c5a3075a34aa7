import { fieldIndex } from '../columns/schema.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { rowFunctionOf } from '../functions/rolling/registry.js';
import { microsecondsOf } from '../functions/scalar/duckdbTime.js';
import type { FrameSpec, RollingColumn, RollingNode } from '../plan/nodes/rolling.js';
import type { Relation } from '../plan/relation.js';
import { bindRollingArguments } from '../plan/rolling.js';
import { distinctArguments, guardedArguments, isOneCall } from './aggregateCall.js';
import { DUCKDB, duckdbName } from './duckdbText.js';
import { scalarText } from './scalar.js';

/** What rolling columns are printed over. */
export interface RolledInput {
  readonly relation: Relation;
  /** The columns that put rows in event order, quoted. */
  readonly order: readonly string[];
  readonly cannot: (why: string) => void;
}

/** Functions that see all rows of one time as one place. */
const BY_TIME_ALONE = new Set(['rank', 'denseRank']);

/** One rolling column's expression. */
export function rolledColumn(node: RollingNode, column: RollingColumn, input: RolledInput): string {
  const { call } = column;
  const { schema, time } = input.relation;
  const bound = bindRollingArguments(call, schema);
  const args = bound.map(arg => scalarText(arg, DUCKDB, input.cannot));
  const by = node.keys.length === 0 ? '' : `PARTITION BY ${node.keys.map(duckdbName).join(', ')} `;
  if (column.over === 'row') {
    const order = BY_TIME_ALONE.has(call.fn) ? input.order.slice(0, 1) : input.order;
    const text = rowFunctionOf(call.fn).duckdb(args, `${by}ORDER BY ${order.join(', ')}`, call.options);
    return text ?? missing(column, input);
  }
  const conditions = call.where === null ? [] : [scalarText(bind(call.where, schema), DUCKDB, input.cannot)];
  const guarded = guardedArguments(args, conditions);
  const text = aggregateOf(call.fn).duckdb?.(call.distinct ? distinctArguments(guarded) : guarded, {
    args: bound,
    order: '',
    reversed: '',
    options: call.options,
  });
  const over = column.over === 'start' ? null : node.frame;
  // An order inside of a call, as that of first(), is not for frames.
  if (text === undefined || text === null || !isOneCall(text) || text.includes('ORDER BY'))
    return missing(column, input);
  const order = over?.kind === 'range' ? [timeOf(time!, input)] : input.order;
  return `${text} OVER (${by}ORDER BY ${order.join(', ')} ${frameText(over)})`;
}

function timeOf(time: string, { relation: { schema } }: RolledInput): string {
  return microsecondsOf(duckdbName(time), schema.fields[fieldIndex(schema, time)].type);
}

function frameText(frame: FrameSpec | null): string {
  if (frame === null) return 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
  if (frame.kind === 'range') return `RANGE BETWEEN ${frame.us} PRECEDING AND CURRENT ROW`;
  const first = frame.rows - 1 + frame.behind;
  return `ROWS BETWEEN ${first} PRECEDING AND ${frame.behind === 0 ? 'CURRENT ROW' : `${frame.behind} PRECEDING`}`;
}

function missing({ call }: RollingColumn, { cannot }: RolledInput): string {
  cannot(`${call.fn}() over rows has no counterpart in DuckDB`);
  return 'NULL';
}
