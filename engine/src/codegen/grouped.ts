import type { Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { hasDictionary } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { groupedRowText } from './groupedRows.js';
import type { GroupedShape, StateArray } from './groupedShape.js';
import { baseText, emptyText, stateConstants } from './stateText.js';

/** What a loop calls when it meets something that is not in every row. */
export interface GroupedHost {
  /** The current slice: rows with `start <= time < end` go to it. */
  readonly start: number;
  readonly end: number;
  readonly dense: Int32Array;
  /** Whether the current window has closed, so that changes revise it. */
  readonly closed: boolean;
  /** The watermark at which the loop must stop, because a window closes or becomes final. */
  readonly nextEvent: number;
  /** What stamps of touched slots are compared with. */
  readonly epoch: number;
  /** Makes the slice of an event time the current one; false where the row is late. */
  enter(time: number, mark: number): boolean;
  /** The slot of a group in the current slice that `dense` does not have; `~slot` of one made anew, whose numbers the loop empties. */
  slotOf(group: number): number;
  touch(slot: number): void;
  /** Counts a row whose event time is NULL. */
  dropUntimed(): void;
}

/** The arrays of a batch that a loop reads. */
export interface GroupedInput {
  readonly groups: Int32Array;
  /** Event times in µs; empty where rows are not windowed or ordered by them. */
  readonly times: Float64Array;
  readonly timeValid: Uint8Array | null;
  /** The time column's ticks, where rows are ordered by them. */
  readonly ticks: Lane | null;
  readonly marks: Float64Array;
  /** The watermark before the first row. */
  readonly before: number;
  readonly kinds: Uint8Array | null;
  readonly args: readonly Lane[];
  readonly valid: readonly (Uint8Array | null)[];
  readonly dictionaries: readonly (Dictionary | null)[];
}

/** The state of groups, by slot. */
export interface GroupedCells {
  /** The lanes of numbers: those of one group side by side. */
  readonly cells: Float64Array;
  /** By number, the lanes that are arrays of their own: objects, and int64 once they are BigInts. */
  readonly lanes: readonly StateArray[];
}

/** The state that a loop writes. */
export interface GroupedState extends GroupedCells {
  readonly stamps: Int32Array;
  readonly revised: Uint8Array;
}

/** Adds the rows [from, to) to the state, which has room for a new slot each; returns the row at which it had to stop, or `to`. */
export type GroupedLoop = (
  host: GroupedHost,
  state: GroupedState,
  input: GroupedInput,
  from: number,
  to: number,
) => number;

/** The fused loop of a grouped query: finds the window and the group of each row, and adds the row to every aggregate. */
export function compileGroupedLoop(shape: GroupedShape, wide: boolean): GroupedLoop {
  const text = groupedLoopText(shape, wide);
  const names = Object.keys(AGGREGATE_HELPERS);
  return compileFunction<GroupedLoop>(
    ['host', 'state', 'input', 'from', 'to'],
    text,
    names,
    names.map(name => AGGREGATE_HELPERS[name as keyof typeof AGGREGATE_HELPERS]),
  );
}

/** The loop's body as text; what tests and `explain` show. */
export function groupedLoopText(shape: GroupedShape, wide: boolean): string {
  const timed = shape.windowed || shape.order !== 'none';
  return `
const stamps = state.stamps, revised = state.revised;
${stateConstants(shape, wide, 'state')}
let start = host.start, end = host.end, dense = host.dense, nextEvent = host.nextEvent, closed = host.closed;
const epoch = host.epoch, groups = input.groups, kinds = input.kinds;
${timed ? 'const times = input.times, timeValid = input.timeValid, ticks = input.ticks;' : ''}
${shape.windowed ? 'const marks = input.marks; let mark = from === 0 ? input.before : marks[from - 1];' : ''}
${groupedArgumentsText(shape)}
for (let i = from; i < to; i++) {
${shape.windowed ? windowText() : ''}
  const group = groups[i];
  let slot = group < dense.length ? dense[group] - 1 : -1;
  if (slot < 0) {
    slot = host.slotOf(group);
    dense = host.dense;
    if (slot < 0) { slot = ~slot; ${baseText(shape)} ${emptyText(shape, wide)} }
  }
  ${baseText(shape)}
${shape.touches ? '  if (stamps[slot] !== epoch) { stamps[slot] = epoch; host.touch(slot); }' : ''}
${shape.revises && shape.touches ? '  if (closed) revised[slot] = 1;' : ''}
${groupedRowText(shape, wide)}
}
return to;
`;
}

/** Names the argument columns of a batch, for `groupedRowText`. */
export function groupedArgumentsText(shape: GroupedShape): string {
  const columns = shape.args.map((_, k) => `const c${k} = input.args[${k}], v${k} = input.valid[${k}];`);
  const dictionaries = shape.args.map((arg, k) =>
    hasDictionary(arg.type) ? `const d${k} = input.dictionaries[${k}];` : '',
  );
  return [...columns, ...dictionaries].join('\n');
}

function windowText(): string {
  return `  if (mark >= nextEvent) return i;
  const before = mark;
  mark = marks[i];
  if (timeValid !== null && timeValid[i] === 0) { host.dropUntimed(); continue; }
  const time = times[i];
  if (!(time >= start && time < end)) {
    if (!host.enter(time, before)) continue;
    start = host.start; end = host.end; dense = host.dense; nextEvent = host.nextEvent; closed = host.closed;
  }`;
}
