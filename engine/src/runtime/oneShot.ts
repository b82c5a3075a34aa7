import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { PhysicalPlan } from '../physical/physical.js';
import type { OpenSource } from '../sources/source.js';
import { TURN_ROWS } from './feed.js';
import { Pipeline } from './pipeline.js';
import { sliceBatch } from './slice.js';

/** How a one-shot run goes. */
export interface OneShotOptions {
  /** Rows after this event time (by running maximum) are not read; +Infinity: all are. */
  readonly until: EventTime;
  readonly yieldTurn: () => Promise<void>;
  /** Takes what the plan puts out; returns whether it has had enough. The run waits for it. */
  readonly take: (batch: Batch) => Promise<boolean> | boolean;
}

/** Runs a plan over a source's own reading from its start, beside the queries that are running. */
export async function runOnce(
  plan: PhysicalPlan,
  source: OpenSource,
  options: OneShotOptions,
): Promise<void> {
  const reader = source.read();
  const results: (Promise<boolean> | boolean)[] = [];
  const pipeline = new Pipeline(plan, batch => results.push(options.take(batch)));
  const push = async (batch: Batch | null): Promise<boolean> => {
    if (batch === null) pipeline.end(0);
    else pipeline.push(0, batch);
    let enough = false;
    for (const result of results.splice(0)) if (await result) enough = true;
    return enough;
  };
  try {
    for (;;) {
      const batch = await reader.next(TURN_ROWS);
      if (batch === null) {
        await push(null);
        return;
      }
      const due = rowsUntil(batch, options.until - source.summary.boundUs);
      if ((due > 0 || batch.length === 0) && (await push(sliceBatch(batch, 0, due)))) return;
      if (due < batch.length) return;
      await options.yieldTurn();
    }
  } finally {
    await reader.close();
  }
}

function rowsUntil({ marks, length }: Batch, time: EventTime): number {
  if (marks === null || time === Infinity) return length;
  let row = 0;
  while (row < length && marks[row] <= time) row++;
  return row;
}
