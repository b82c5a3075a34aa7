interface Start {
  readonly wall: number;
  readonly cpu: NodeJS.CpuUsage;
}

/** Measures how long parts of a cell take. */
export class Stopwatch {
  readonly #starts = new Map<number, Start>();

  start(key: number): void {
    this.#starts.set(key, { wall: performance.now(), cpu: process.cpuUsage() });
  }

  /** How long it has been since `start`, as text: by the clock, and the time of the processor that the cells' process took. */
  stop(key: number): string {
    const end = performance.now();
    const start = this.#starts.get(key);
    if (start === undefined) return 'Not timed.';
    this.#starts.delete(key);
    const { user, system } = process.cpuUsage(start.cpu);
    return `Took ${duration(end - start.wall)} (processor: ${duration((user + system) / 1000)})`;
  }
}

/** Milliseconds as people write them. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${(milliseconds * 1000).toFixed(0)} µs`;
  if (milliseconds < 1000) return `${milliseconds.toPrecision(3)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toPrecision(3)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
