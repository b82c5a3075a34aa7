import type { World } from './source.js';

/** The wall clock was set, or the machine slept, where it is so far from where it would have come by itself. */
const JUMP_MS = 20;

/**
 * Wall-clock time in whole microseconds: milliseconds from the world's clock, what is between them from its clock of high resolution. It follows
 * the wall clock where that is set anew; between two such moments it never goes back.
 */
export class ReceiveClock {
  #offset = NaN;

  constructor(private readonly world: World) {}

  nowUs(): number {
    const { world } = this;
    const wall = world.now();
    if (world.precise === undefined) return Math.round(wall * 1000);
    const precise = world.precise();
    if (!(Math.abs(this.#offset + precise - wall) <= JUMP_MS)) this.#offset = wall - precise;
    return Math.round((this.#offset + precise) * 1000);
  }
}

/** Milliseconds of a clock that nobody sets, from any start: what spans of time are measured by. */
export function monotonicMs(world: World): number {
  return world.precise?.() ?? world.now();
}
