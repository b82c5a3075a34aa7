import { ordersFrame, type RollingShape } from './rollingShape.js';

/** The bounds of the windows around left rows, in µs from their event time, both included. */
export interface WindowBounds {
  readonly lowUs: number;
  readonly highUs: number;
  /** Whether the row that prevails where a window begins, the last one before it, is of the window. */
  readonly prevailing: boolean;
}

/** What the loops of a window join are generated from: aggregates of a frame of right rows, which moves with the left rows. */
export interface WindowJoinShape extends RollingShape {
  readonly bounds: WindowBounds;
  /** Whether some aggregate cannot take rows back: then each window's rows are added anew. */
  readonly recomputes: boolean;
}

/** Which arguments right rows are kept with: those that aggregates and queues read, and what orders rows. */
export function keptArguments(shape: WindowJoinShape): readonly number[] {
  const found = new Set<number>();
  shape.roles.forEach((role, j) => {
    const { args, where } = shape.aggregates[j];
    for (const arg of role.kind === 'deque' ? [role.arg] : args) found.add(arg);
    const condition = role.kind === 'deque' ? role.where : where;
    if (condition !== null) found.add(condition);
  });
  if (shape.sequence !== null && ordersFrame(shape)) found.add(shape.sequence);
  return [...found].sort((a, b) => a - b);
}
