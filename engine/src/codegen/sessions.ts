import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { groupedArgumentsText, type GroupedInput, type GroupedState } from './grouped.js';
import { groupedRowText } from './groupedRows.js';
import type { GroupedShape } from './groupedShape.js';
import { baseText, emptyText, stateConstants } from './stateText.js';

/** What the loop over session windows reads and writes: one slot a session, found by its group's latest one. */
export interface SessionHost {
  /** The latest session of each group: its slot + 1, or 0. */
  readonly latest: Int32Array;
  /** The times of each session's first and last row. */
  readonly starts: Float64Array;
  readonly lasts: Float64Array;
  /** The sessions of one group before and after each: slots + 1, or 0. */
  readonly previous: Int32Array;
  readonly next: Int32Array;
  readonly gapUs: number;
  /** How long after its last row a session closes, and how long it is kept. */
  readonly closeUs: number;
  readonly keepUs: number;
  readonly epoch: number;
  /** Slots whose cells are still to be emptied: a stack with room for every row of the run. */
  readonly fresh: Int32Array;
  freshTop: number;
  /** Where sessions wait for their end, by the time they were made at; rising. */
  readonly queueTimes: Float64Array;
  readonly queueSlots: Int32Array;
  queueTail: number;
  newest: number;
  /** How many rows have come to each slot since it was told, and how many are too many; read where the loop stops. */
  readonly rowCounts: Int32Array;
  readonly mostRows: number;
  /** The watermark at which something is to be told, and whether something is to be told at once. */
  readonly nextDue: number;
  readonly isDue: boolean;
  /** The slot for a row that does not belong to the latest session and does not come after it; -1 where it is late. */
  place(group: number, time: number, mark: number): number;
  touch(slot: number): void;
  /** A late row changes a session that has closed. */
  revise(slot: number): void;
  noteLate(row: number): void;
  dropUntimed(): void;
}

/** What the loop writes beside the aggregates' state. */
interface SessionState extends GroupedState {
  readonly groups: Int32Array;
}

/** Adds rows [from, to) to their sessions. Returns the end of the rows added: an earlier one where something is to be told first. */
export type SessionLoop = (
  host: SessionHost,
  state: SessionState,
  input: GroupedInput,
  from: number,
  to: number,
) => number;

/** The fused loop of session windows; `stops` says that it ends after rows with which something is to be told. */
export function compileSessionLoop(shape: GroupedShape, wide: boolean, stops: boolean): SessionLoop {
  return compileFunction<SessionLoop>(
    ['host', 'state', 'input', 'from', 'to'],
    sessionLoopText(shape, wide, stops),
    Object.keys(AGGREGATE_HELPERS),
    Object.values(AGGREGATE_HELPERS),
  );
}

/**
 * A row goes on with its group's latest session, begins the next one, or, where rows are out of order, is given its place by the
 * host. Sessions that a watermark inside the run has ended take no more rows; they are emitted after the run.
 */
function sessionLoopText(shape: GroupedShape, wide: boolean, stops: boolean): string {
  const revises = shape.touches && shape.revises;
  return `
const stamps = state.stamps, revised = state.revised, slotGroups = state.groups;
${stateConstants(shape, wide, 'state')}
const latest = host.latest, starts = host.starts, lasts = host.lasts, previous = host.previous, next = host.next;
const gap = host.gapUs, close = host.closeUs, keep = host.keepUs, epoch = host.epoch, fresh = host.fresh;
const queueTimes = host.queueTimes, queueSlots = host.queueSlots;
${stops ? 'const rowCounts = host.rowCounts, most = host.mostRows; let due = false, nextDue = host.nextDue;' : ''}
let top = host.freshTop, tail = host.queueTail, newest = host.newest;
const groups = input.groups, times = input.times, timeValid = input.timeValid, ticks = input.ticks, kinds = input.kinds;
const marks = input.marks;
let mark = from === 0 ? input.before : marks[from - 1];
${groupedArgumentsText(shape)}
for (let i = from; i < to; i++) {
  const before = mark;
  mark = marks[i];
  if (timeValid !== null && timeValid[i] === 0) { host.dropUntimed(); continue; }
  const time = times[i], group = groups[i];
  let slot = latest[group] - 1;
  if (slot >= 0 && time >= starts[slot] && time <= lasts[slot] + gap && lasts[slot] + keep > before) {
${stops && revises ? '    if (lasts[slot] + close <= before) { host.revise(slot); due = true; }' : ''}
    if (time > lasts[slot]) lasts[slot] = time;
  } else if (time >= newest && time + keep > before && (slot < 0 || time > lasts[slot] + gap || lasts[slot] + keep <= before)) {
    const old = slot;
    slot = fresh[--top];
    { ${baseText(shape)} ${emptyText(shape, wide)} }
    slotGroups[slot] = group;
    starts[slot] = lasts[slot] = newest = time;
    previous[slot] = old + 1;
    next[slot] = 0;
    if (old >= 0) next[old] = slot + 1;
    latest[group] = slot + 1;
    queueTimes[tail] = time;
    queueSlots[tail++] = slot;
  } else {
    host.freshTop = top;
    slot = host.place(group, time, before);
    top = host.freshTop;
    if (slot < 0) { host.noteLate(i); continue; }
${stops ? '    due = host.isDue;' : ''}
  }
  ${baseText(shape)}
${shape.touches ? `  if (stamps[slot] !== epoch) { stamps[slot] = epoch; host.touch(slot);${stops ? ' nextDue = host.nextDue;' : ''} }` : ''}
${revises ? '  if (lasts[slot] + gap <= before) revised[slot] = 1;' : ''}
${groupedRowText(shape, wide)}
${stops ? '  if (++rowCounts[slot] >= most || due || mark >= nextDue) { to = i + 1; break; }' : ''}
}
host.freshTop = top;
host.queueTail = tail;
host.newest = newest;
return to;
`;
}
