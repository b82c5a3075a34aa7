import type { Schema } from '../columns/schema.js';
import type { Field } from '../columns/types.js';
import { flinkType } from '../functions/scalar/sql.js';
import type { AggregateNode, WindowSpec } from '../plan/nodes/aggregate.js';
import { bindWindow, windowOf } from '../windows/registry.js';
import { isRowtime, ROWTIME, wholeMilliseconds } from './flinkTables.js';
import { flinkName } from './flinkText.js';

/** Our window columns as Flink calls its own. */
export const WINDOW_NAMES: Readonly<Record<string, string>> = {
  windowStart: 'window_start',
  windowEnd: 'window_end',
  windowTime: 'window_time',
};

/** The kinds of windows that Flink has table functions for. */
const KINDS = ['sliced', 'cumulative', 'session'];

/** Tells what of a windowed aggregate its window table functions have no place for. */
export function checkWindow(
  { allowedLatenessUs, emit, fill }: AggregateNode,
  window: WindowSpec,
  input: Schema,
  cannot: (why: string) => void,
): void {
  if (allowedLatenessUs > 0) cannot('window table functions allow no lateness');
  if (emit !== undefined && (emit.everyUs !== null || emit.rows !== null))
    cannot('window table functions tell a window once, when it closes');
  if (fill !== undefined) cannot('window table functions have no rows for windows without rows');
  for (const [name, value] of Object.entries(window.parameters)) {
    const why = name.endsWith('Us') ? wholeMilliseconds(Number(value)) : null;
    if (why !== null) cannot(why);
  }
  const taken = input.fields.find(field => Object.values(WINDOW_NAMES).includes(field.name));
  if (taken !== undefined) cannot(`a column is called '${taken.name}', as Flink calls one of its own`);
}

/** The window table function of a table's rows. Sessions are of each key's rows. */
export function windowFunction(
  spec: WindowSpec,
  table: string,
  keys: readonly string[],
  time: string,
  cannot: (why: string) => void,
): string {
  const definition = windowOf(spec.type);
  const rows =
    definition.by === 'rows' && keys.length > 0 ? `${table} PARTITION BY ${keys.join(', ')}` : table;
  const text = KINDS.includes(bindWindow(spec).kind) ? definition.sql(rows, time, spec.parameters) : null;
  if (text !== null) return text;
  cannot(`Flink has no counterpart of ${definition.describe(spec.parameters)}`);
  return `TUMBLE(TABLE ${table}, DESCRIPTOR(${time}), INTERVAL '1' SECOND)`;
}

/** Our window columns out of Flink's, which are of milliseconds. */
export function windowColumns(time: Field): string[] {
  if (isRowtime(time)) {
    return Object.entries(WINDOW_NAMES).map(([ours, flinks]) => `${flinks} AS ${flinkName(ours)}`);
  }
  const type = flinkType(time.type);
  const unit = time.type.kind === 'timestamp' ? time.type.unit : 'ms';
  // One tick before the end, of which Flink's intervals and event times have no counterpart below a millisecond.
  const last =
    unit === 's'
      ? `CAST(window_end - INTERVAL '1' SECOND AS ${type})`
      : `CAST(CONCAT(CAST(window_time AS STRING), '${unit === 'us' ? '999' : '999999'}') AS ${type})`;
  return [
    `CAST(window_start AS ${type}) AS ${flinkName('windowStart')}`,
    `CAST(window_end AS ${type}) AS ${flinkName('windowEnd')}`,
    `${last} AS ${flinkName('windowTime')}`,
    `window_time AS ${flinkName(ROWTIME)}`,
  ];
}
