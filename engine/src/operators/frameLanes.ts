import { ordersFrame, ringLane, type RollingShape } from '../codegen/rollingShape.js';
import type { RingLane } from './keyRing.js';

/** The lanes of the rows of a frame of time: when they are, and the arguments that they are kept with. */
export function frameLanes(shape: RollingShape, args: readonly number[]): RingLane[] {
  return [{ name: 'now', lane: 'float64' }, ...argumentLanes(shape, args), ...orderLanes(shape)];
}

/** The lanes of arguments: one that can be NULL has a second lane. */
export function argumentLanes(shape: RollingShape, args: readonly number[]): RingLane[] {
  return args.flatMap((arg): RingLane[] => {
    const value: RingLane = { name: `a${arg}`, lane: ringLane(shape, arg) };
    return shape.args[arg].nullable ? [value, { name: `n${arg}`, lane: 'uint8', init: 1 }] : [value];
  });
}

/** The lane of what rows are known by where they leave the frame; none where that is not asked. */
export function orderLanes(shape: RollingShape): RingLane[] {
  if (!ordersFrame(shape)) return [];
  return [{ name: 'order', lane: shape.order === 'ticks' ? 'int64' : 'float64' }];
}
