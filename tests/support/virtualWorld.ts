import type { World } from '../../engine/src/sources/source.js';

/** A world whose time jumps to the next timer as soon as nothing else is to be done: hours of a replay take a moment. */
export interface VirtualWorld extends World {
  /** Stops jumping. */
  stop(): void;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Turns of the event loop that go by before time jumps, so that files are read and other work gets its turn. */
const QUIET_TURNS = 3;

/** Makes a world that starts at a wall-clock time, in milliseconds. */
export function virtualWorld(directory: string, start = Date.UTC(2026, 0, 5)): VirtualWorld {
  let now = start;
  let stopped = false;
  const timers = new Set<Timer>();

  const jump = (): void => {
    const next = [...timers].sort((a, b) => a.at - b.at)[0];
    if (next === undefined) return;
    timers.delete(next);
    now = Math.max(now, next.at);
    next.callback();
  };
  const turn = (quiet: number): void => {
    if (stopped) return;
    if (quiet === QUIET_TURNS) jump();
    setImmediate(turn, quiet === QUIET_TURNS ? 0 : quiet + 1);
  };
  turn(0);

  return {
    directory,
    now: () => now,
    random: () => 0.5,
    after(milliseconds, callback) {
      // As a real timer: a millisecond at least, and a whole number of them.
      const timer = { at: now + Math.max(1, Math.ceil(milliseconds)), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    stop() {
      stopped = true;
    },
  };
}
