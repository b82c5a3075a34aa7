import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { groupedArgumentsText, type GroupedInput, type GroupedState } from './grouped.js';
import { groupedRowText } from './groupedRows.js';
import type { GroupedShape } from './groupedShape.js';
import { baseText, loadStateText, stateVariables } from './stateText.js';

/** What the loop over bars reads and writes: one slot a bar, found by its group's open one. */
export interface BarHost {
  /** The open bar of each group: its slot + 1, or 0. */
  readonly open: Int32Array;
  /** The times of each bar's first and last row, and how much of its threshold is reached. */
  readonly starts: Float64Array;
  readonly lasts: Float64Array;
  readonly fills: Float64Array;
  readonly threshold: number;
  /** Begins a bar; arrays may have been replaced then. */
  begin(group: number, time: number): number;
  /** Takes note of a bar that has reached its threshold. */
  complete(slot: number, group: number): void;
}

/** Adds the rows `rows[from]` to `rows[to - 1]`, which are in event order. */
export type BarLoop = (
  host: BarHost,
  state: GroupedState,
  input: GroupedInput,
  rows: Int32Array,
  from: number,
  to: number,
) => void;

/** The fused loop of bars. `measure` is the position of the argument that fills them, null where each row counts 1. */
export function compileBarLoop(shape: GroupedShape, wide: boolean, measure: number | null): BarLoop {
  const load = [
    'starts = host.starts; lasts = host.lasts; fills = host.fills;',
    loadStateText(shape, wide, 'state'),
  ].join(' ');
  return compileFunction<BarLoop>(
    ['host', 'state', 'input', 'rows', 'from', 'to'],
    `
let starts, lasts, fills, ${stateVariables(shape, wide)};
${load}
const open = host.open, threshold = host.threshold, groups = input.groups, times = input.times;
const timeValid = null, ticks = input.ticks, kinds = null;
${groupedArgumentsText(shape)}
for (let j = from; j < to; j++) {
  const i = rows[j], group = groups[i];
  let slot = open[group] - 1;
  if (slot < 0) {
    slot = host.begin(group, times[i]);
    ${load}
  }
  ${baseText(shape)}
  lasts[slot] = times[i];
${groupedRowText(shape, wide)}
${measureText(measure)}
  if (fills[slot] >= threshold) host.complete(slot, group);
}
`,
    Object.keys(AGGREGATE_HELPERS),
    Object.values(AGGREGATE_HELPERS),
  );
}

function measureText(measure: number | null): string {
  if (measure === null) return '  fills[slot] += 1;';
  const present = `(v${measure} === null || v${measure}[i] !== 0)`;
  return `  if (${present} && c${measure}[i] === c${measure}[i]) fills[slot] += c${measure}[i];`;
}
