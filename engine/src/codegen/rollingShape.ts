import { hasDictionary, isInt64Like } from '../columns/types.js';
import type { BoundRowFunction } from '../functions/rolling/define.js';
import type { GroupedShape } from './groupedShape.js';

/**
 * How a column of a rolling query is kept current:
 *
 * - `running`: an aggregate of all rows so far;
 * - `moving`: an aggregate of the frame, from which rows are taken back as they leave it;
 * - `deque`: one of the frame's own values (`deque.ts`), by the name of its rule;
 * - `row`: a row function.
 *
 * Arguments are positions among the argument columns; those of aggregates are with them.
 */
export type RollingRole =
  | { readonly kind: 'running' | 'moving' }
  | { readonly kind: 'deque'; readonly rule: string; readonly arg: number; readonly where: number | null }
  | { readonly kind: 'row'; readonly row: BoundRowFunction; readonly args: readonly number[] };

/** The phases of a rolling state: rows so far, the frame's, and what row functions keep. */
export const RUNNING = Object.freeze({ name: 'running', takesBack: false });
export const MOVING = Object.freeze({ name: 'moving', takesBack: true });
export const BY_ROW = Object.freeze({ name: 'row', takesBack: false });

/**
 * The rows that a frame holds. `rows`: so many of them, the last of them so many rows before the current one (0: itself).
 * `range`: those of the last so many microseconds, the current time included, with all rows of that time.
 */
export type RollingFrame =
  | { readonly kind: 'rows'; readonly rows: number; readonly behind: number }
  | { readonly kind: 'range'; readonly us: number };

/**
 * What the loop of a rolling query is generated from. Its aggregates stand for its columns, one each; those that are none have no
 * state but a row function's.
 */
export interface RollingShape extends GroupedShape {
  readonly roles: readonly RollingRole[];
  /** Whether each column can be NULL. */
  readonly nullable: readonly boolean[];
  /** Null: all rows so far. */
  readonly frame: RollingFrame | null;
}

/** Positions of the arguments that some columns read, conditions included. */
function argumentsOf(shape: RollingShape, wanted: (role: RollingRole) => boolean): number[] {
  const found = new Set<number>();
  shape.roles.forEach((role, k) => {
    if (!wanted(role)) return;
    const { args, where } = shape.aggregates[k];
    const read = role.kind === 'row' ? role.args : role.kind === 'deque' ? [role.arg] : args;
    for (const arg of read) found.add(arg);
    const condition = role.kind === 'deque' ? role.where : where;
    if (condition !== null) found.add(condition);
  });
  if (shape.sequence !== null && ordersFrame(shape)) found.add(shape.sequence);
  return [...found].sort((a, b) => a - b);
}

/** Whether rows that leave the frame are known by their order. */
export function ordersFrame(shape: RollingShape): boolean {
  return shape.roles.some(({ kind }, k) => kind === 'moving' && shape.aggregates[k].ordered);
}

/** How many rows of a key are kept to be read again, and which arguments of them; 0 rows: none. */
export function historyOf(shape: RollingShape): { readonly rows: number; readonly args: readonly number[] } {
  const { frame } = shape;
  const isRows = frame?.kind === 'rows';
  let rows = 0;
  for (const role of shape.roles) {
    if (role.kind === 'row') rows = Math.max(rows, role.row.history);
    else if (isRows && role.kind === 'moving') rows = Math.max(rows, frame.rows + frame.behind);
    else if (isRows && role.kind === 'deque') rows = Math.max(rows, frame.behind);
  }
  const args = argumentsOf(
    shape,
    role =>
      (role.kind === 'row' && role.row.history > 0) ||
      (isRows && (role.kind === 'moving' || (role.kind === 'deque' && frame.behind > 0))),
  );
  return { rows, args };
}

/** Which arguments the rows of a range frame are kept with; null where there is no such frame to keep. */
export function rangeOf(shape: RollingShape): readonly number[] | null {
  if (shape.frame?.kind !== 'range' || !shape.roles.some(({ kind }) => kind === 'moving')) return null;
  return argumentsOf(shape, ({ kind }) => kind === 'moving');
}

/** The lane that a ring holds an argument in. */
export function ringLane(shape: RollingShape, arg: number): 'float64' | 'int64' | 'int32' | 'uint8' {
  const { type } = shape.args[arg];
  if (isInt64Like(type)) return 'int64';
  if (hasDictionary(type)) return 'int32';
  if (type.kind === 'float64') return 'float64';
  return type.kind === 'boolean' ? 'uint8' : 'int32';
}
