import type { EventTime } from '../columns/time.js';
import type { AsOfLog } from './asOfLog.js';
import { isNearerToLater, isWithin, type Ticks } from './eventTicks.js';

/** Left rows as their matches are looked for. */
export interface AsOfLeft extends Ticks {
  /** Key numbers, -1 where a key is NULL. */
  readonly groups: Int32Array;
}

/** What is asked of a match. */
export interface AsOfRule {
  readonly direction: 'backward' | 'forward' | 'nearest';
  readonly toleranceUs: number | null;
  /** Right rows before this time have all come. */
  progress: EventTime;
}

/** No row is met, and none will be. */
const NONE = -1;
/** A row that is yet to come may be met. */
const OPEN = -2;

/**
 * Finds what the left rows [from, to) look back to: the positions of right rows, -1 where there is none. Every right row that they may meet has come.
 * Returns how many meet none.
 */
export function matchBackward(
  log: AsOfLog,
  left: AsOfLeft,
  from: number,
  to: number,
  toleranceUs: number | null,
  matches: Int32Array,
): number {
  const plain = log.sub === null && log.ended === null && log.plan.exact;
  let missing = plain
    ? matchPlain(log, left.us, left.groups, from, to, matches)
    : matchAny(log, left, from, to, matches);
  if (toleranceUs === null) return missing;
  for (let row = from; row < to; row++) {
    const match = matches[row - from];
    if (match < 0 || isWithin(log, match, left, row, toleranceUs)) continue;
    matches[row - from] = NONE;
    missing++;
  }
  return missing;
}

/** In whole microseconds, equal times included, where no row ends another. */
function matchPlain(
  log: AsOfLog,
  times: Float64Array,
  keys: Int32Array,
  from: number,
  to: number,
  matches: Int32Array,
): number {
  // Behind the last row the log has an endless time.
  const { us, groups, last } = log;
  let p = log.back;
  let missing = 0;
  for (let row = from; row < to; row++) {
    const time = times[row];
    while (us[p] <= time) {
      last[groups[p]] = p;
      p++;
    }
    const key = keys[row];
    const match = key < 0 ? NONE : last[key];
    if (match < 0) missing++;
    matches[row - from] = match;
  }
  log.back = p;
  return missing;
}

function matchAny(log: AsOfLog, left: AsOfLeft, from: number, to: number, matches: Int32Array): number {
  let missing = 0;
  for (let row = from; row < to; row++) {
    log.moveBack(left.us[row], left.sub === null ? 0 : left.sub[row]);
    const key = left.groups[row];
    const match = key < 0 ? NONE : log.last[key];
    if (match < 0) missing++;
    matches[row - from] = match;
  }
  return missing;
}

/**
 * What a left row meets that looks ahead, or both ways; it is not before those that were asked for earlier. -2 where that is not certain yet.
 */
function matchAhead(log: AsOfLog, left: AsOfLeft, row: number, rule: AsOfRule): number {
  const sub = left.sub === null ? 0 : left.sub[row];
  const us = left.us[row];
  const { toleranceUs, progress } = rule;
  const near = rule.direction === 'nearest';
  if (near) log.moveBack(us, sub);
  log.moveAhead(us, sub);
  const key = left.groups[row];
  if (key < 0) return NONE;
  let behind = near ? log.last[key] : NONE;
  if (behind >= 0 && toleranceUs !== null && !isWithin(log, behind, left, row, toleranceUs)) behind = NONE;
  let ahead = log.first[key];
  if (ahead < 0) {
    // Nothing that comes is nearer than the row behind, or within the tolerance, once that has passed.
    const spanUs = Math.min(toleranceUs ?? Infinity, behind < 0 ? Infinity : us - log.us[behind]);
    const reach = us + spanUs + (log.sub === null ? 0 : 1);
    return progress > reach || progress === Infinity ? behind : OPEN;
  }
  if (toleranceUs !== null && !isWithin(left, row, log, ahead, toleranceUs)) return behind;
  if (near) {
    if (behind >= 0 && !isNearerToLater(left, row, log, behind, ahead)) return behind;
    ahead = log.lastAlike(ahead);
  }
  return ahead;
}

/**
 * Finds what left rows from `from` on meet that look ahead, up to the first one whose match is open. Returns where it stopped: those before have
 * matches, from `matches[0]` on.
 */
export function matchAheadAll(
  log: AsOfLog,
  left: AsOfLeft,
  from: number,
  to: number,
  rule: AsOfRule,
  matches: Int32Array,
): number {
  for (let row = from; row < to; row++) {
    const match = matchAhead(log, left, row, rule);
    if (match === OPEN) return row;
    matches[row - from] = match;
  }
  return to;
}

/** How many matches are none. */
export function missingOf(matches: Int32Array, count: number): number {
  let missing = 0;
  for (let k = 0; k < count; k++) if (matches[k] < 0) missing++;
  return missing;
}
