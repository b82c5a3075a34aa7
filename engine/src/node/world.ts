import type { World } from '../sources/source.js';

/** The real world: this machine's clock, timers and randomness, and a folder that relative paths start from. */
export function realWorld(directory: string): World {
  return {
    directory,
    now: () => Date.now(),
    precise: () => performance.now(),
    random: () => Math.random(),
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
