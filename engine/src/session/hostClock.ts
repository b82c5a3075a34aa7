import type { ClockState } from '@millrace/protocol';
import type { PlanNode } from '../plan/plan.js';
import { ClockError } from '../runtime/clock.js';
import type { RunningQuery } from '../runtime/query.js';
import type { Runtime } from '../runtime/runtime.js';
import { monotonicMs } from '../sources/receiveClock.js';
import type { QueryRegistry } from './hostQueries.js';
import type { HostRequest } from './protocol.js';

/** The clock is told at most so often while time passes, in milliseconds. */
const PUBLISH_MS = 250;

/** Tells the clock's state to replay bars and clients: when it is moved, and a few times a second while it runs. */
export class ClockPublisher {
  readonly #listeners = new Set<(state: ClockState) => void>();
  #last = '';
  #lastMs = -Infinity;
  #cancel: (() => void) | null = null;

  constructor(readonly runtime: Runtime) {
    runtime.clock.onChange(() => this.#publish(true));
    runtime.onProgress(() => this.#publish(false));
  }

  listen(listener: (state: ClockState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #publish(atOnce: boolean): void {
    if (this.#listeners.size === 0) return;
    const now = monotonicMs(this.runtime.options.world);
    const wait = PUBLISH_MS - (now - this.#lastMs);
    if (!atOnce && wait > 0) {
      this.#cancel ??= this.runtime.options.world.after(wait, () => {
        this.#cancel = null;
        this.#publish(false);
      });
      return;
    }
    const state = this.runtime.clockState();
    const text = JSON.stringify(state);
    if (text === this.#last) return;
    this.#last = text;
    this.#lastMs = now;
    for (const listener of [...this.#listeners]) listener(state);
  }

  close(): void {
    this.#cancel?.();
    this.#listeners.clear();
  }
}

/** Resolves when the clock reaches a time, and the queries with it. */
export async function waitUntil(
  time: number | string,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ClockState> {
  const { replay } = runtime;
  await replay.until(time === 'end' ? 'end' : replay.timeOf(time, 'clock.until()'));
  await queries.settled();
  return replay.state();
}

/** Goes to a time, and resolves when the queries are there. */
export async function seek(
  to: number | string,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ClockState> {
  const { replay } = runtime;
  const time = replay.timeOf(to, 'clock.seek()');
  replay.command({ type: 'seek', to: time });
  await replay.until(time);
  await queries.settled();
  return replay.state();
}

/** Goes on by one step, and resolves when the queries are there. */
export async function step(
  by: Extract<HostRequest, { type: 'step' }>['by'],
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ClockState> {
  const { replay } = runtime;
  if ('events' in by) await replay.stepRows(by.events);
  else if ('durationUs' in by) await replay.stepDuration(by.durationUs);
  else await stepToWindow(by.window, runtime, queries);
  await queries.settled();
  return replay.state();
}

/** Goes on until a table has closed its next window, or all that close with it. */
async function stepToWindow(plan: PlanNode, runtime: Runtime, queries: QueryRegistry): Promise<void> {
  const held = await queries.hold(plan);
  try {
    if (held.query.plan.table.window === null) {
      throw new ClockError(
        'MR5104',
        'clock.step({ until }) waits for a window to close, and this table has none.',
        "Give it a table of windows, e.g. trades.window(tumble('1 min')).groupBy('symbol').aggregate(…), or step by { events } or { duration }.",
      );
    }
    await stepToNextOf([held.query], runtime);
  } finally {
    await queries.release(held);
  }
}

/** Goes on until one of some queries has closed its next window, or has failed or been ended. */
export async function stepToNextOf(
  tables: readonly RunningQuery[],
  { replay }: Pick<Runtime, 'replay'>,
): Promise<void> {
  await replay.halt();
  for (const query of tables) await query.until(() => query.isCaughtUp);
  const before = tables.map(({ table }) => table.closings);
  await replay.stepUntil(() =>
    tables.some(({ table, error }, i) => table.closings > before[i] || error !== null),
  );
  for (const { error } of tables) if (error !== null) throw error;
}
