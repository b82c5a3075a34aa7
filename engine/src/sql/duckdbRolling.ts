import { TICKS_PER_SECOND } from '../columns/iso.js';
import { fieldIndex } from '../columns/schema.js';
import type { DataType } from '../columns/types.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { bind } from '../functions/bind.js';
import { rowFunctionOf } from '../functions/rolling/registry.js';
import { ticksOfTimestamp } from '../functions/scalar/duckdbTime.js';
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
  const { schema } = input.relation;
  const bound = bindRollingArguments(call, schema);
  const args = bound.map(arg => scalarText(arg, DUCKDB, input.cannot));
  const by = node.keys.length === 0 ? '' : `PARTITION BY ${node.keys.map(duckdbName).join(', ')} `;
  if (column.over === 'row') {
    const order = BY_TIME_ALONE.has(call.fn) ? input.order.slice(0, 1) : input.order;
    const text = rowFunctionOf(call.fn).duckdb(
      args,
      `${by}ORDER BY ${order.join(', ')}`,
      call.options,
      bound,
    );
    return text ?? missing(column, input);
  }
  const conditions = call.where === null ? [] : [scalarText(bind(call.where, schema), DUCKDB, input.cannot)];
  const guarded = guardedArguments(args, conditions);
  const order = input.order.join(', ');
  const reversed = input.order.map(name => `${name} DESC`).join(', ');
  const seen = distinctArguments(call, guarded);
  const text = aggregateOf(call.fn).duckdb?.(seen, { args: bound, order, reversed, options: call.options });
  const frame = column.over === 'start' ? null : node.frame;
  const said = text === undefined || text === null ? null : overRows(text, `${by}${frameText(frame, input)}`);
  return said ?? missing(column, input);
}

/** An aggregate's text over a window; null where that is not one call, but for a cast around it. */
function overRows(text: string, window: string): string | null {
  const [, inner = text, type] = /^CAST\((\w+\(.*\)) AS (\w+(?:\([\d, ]+\))?)\)$/s.exec(text) ?? [];
  if (!isOneCall(inner)) return null;
  const over = `${inner} OVER (${window})`;
  return type === undefined ? over : `CAST(${over} AS ${type})`;
}

function frameText(frame: FrameSpec | null, input: RolledInput): string {
  if (frame?.kind === 'range') {
    const { schema, time } = input.relation;
    const { type } = schema.fields[fieldIndex(schema, time!)];
    return `ORDER BY ${ticksOf(time!, type)} RANGE BETWEEN ${ticksOfUs(frame.us, type)} PRECEDING AND CURRENT ROW`;
  }
  const order = `ORDER BY ${input.order.join(', ')}`;
  if (frame === null) return `${order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`;
  const first = frame.rows - 1 + frame.behind;
  return `${order} ROWS BETWEEN ${first} PRECEDING AND ${frame.behind === 0 ? 'CURRENT ROW' : `${frame.behind} PRECEDING`}`;
}

function ticksOf(time: string, type: DataType): string {
  return type.kind === 'timestamp' ? ticksOfTimestamp(duckdbName(time), type) : duckdbName(time);
}

/** A duration in whole ticks, rounded down: times further apart are further apart than the duration. */
function ticksOfUs(us: number, type: DataType): bigint {
  if (type.kind !== 'timestamp') return BigInt(us);
  return (BigInt(us) * TICKS_PER_SECOND[type.unit]) / 1_000_000n;
}

function missing({ call }: RollingColumn, { cannot }: RolledInput): string {
  cannot(`${call.fn}() over rows has no counterpart in DuckDB`);
  return 'NULL';
}
