import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import { newCounters } from '../../engine/src/sources/counters.js';
import type { SourceConnector, World } from '../../engine/src/sources/source.js';

/** The columns of what live feeds of tests give. */
const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'id', type: INT64, nullable: false },
];

/** A world whose time the test moves. */
export class HandWorld implements World {
  readonly directory = '.';
  #now = 1_000_000;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    await quiet();
  }
}

/** Lets everything that is under way come to rest. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
}

/** A live feed that gives what the test pushes. */
export class Push {
  readonly #queue: Batch[] = [];
  #wake: (() => void) | null = null;

  async push(...rows: readonly (readonly [second: number, id: number])[]): Promise<void> {
    const times = Float64Array.from(rows, ([second]) => second * 1e6);
    let high = -Infinity;
    const marks = times.map(time => (high = Math.max(high, time)));
    this.#queue.push({
      schema: { fields: FIELDS },
      length: rows.length,
      columns: [
        { type: FIELDS[0].type, data: times, valid: null, dictionary: null },
        { type: INT64, data: Float64Array.from(rows, ([, id]) => id), valid: null, dictionary: null },
      ],
      kinds: null,
      marks,
      watermark: high,
    });
    this.#wake?.();
    await quiet();
  }

  async next(): Promise<Batch | null> {
    while (this.#queue.length === 0) await new Promise<void>(resolve => (this.#wake = resolve));
    return this.#queue.shift()!;
  }
}

/** The feeds by their names, and how often one was read. */
export const pushed = { feeds: new Map<string, Push>(), readings: 0 };

/** The connector of live feeds that a test pushes rows into. */
export const pushes: SourceConnector = {
  name: 'push',
  open: ({ name }) =>
    Promise.resolve({
      summary: {
        name,
        fields: FIELDS,
        time: 'ts',
        boundUs: 0,
        boundFrom: 'declared',
        rows: null,
        firstTime: null,
        lastTime: null,
        notes: [],
      },
      live: true,
      read() {
        pushed.readings++;
        const feed = pushed.feeds.get(name)!;
        return { counters: newCounters(), next: () => feed.next(), close: () => feed.push() };
      },
      close: () => Promise.resolve(),
    }),
};

/** A live feed as a plan has it. */
export const live = (name: string, idleTimeoutUs: number | null = null): SourceNode => ({
  kind: 'source',
  name,
  connector: 'push',
  options: {},
  fields: null,
  time: { column: 'ts', boundUs: 0, idleTimeoutUs, sequence: null },
  clocked: false,
});
