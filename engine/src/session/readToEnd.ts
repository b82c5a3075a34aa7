import type { PhysicalPlan } from '../physical/physical.js';
import { runOnce, type OneShotOptions } from '../runtime/oneShot.js';
import type { Runtime } from '../runtime/runtime.js';
import type { OpenSource } from '../sources/source.js';

/** Runs a plan over all that its sources have, in a reading of its own: no clock holds it. */
export function readToEnd(
  physical: PhysicalPlan,
  sources: readonly OpenSource[],
  runtime: Runtime,
  use: Pick<OneShotOptions, 'take' | 'kept' | 'measured'>,
): Promise<void> {
  return runOnce(physical, sources, {
    world: runtime.options.world,
    until: () => Infinity,
    now: Infinity,
    yieldTurn: () => runtime.yieldTurn(),
    exchange: runtime.exchange,
    memory: runtime.memory,
    ...use,
  });
}
