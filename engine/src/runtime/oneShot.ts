import type { Batch } from '../columns/batch.js';
import type { EventTime } from '../columns/time.js';
import type { Exchange } from '../operators/apply.js';
import type { PhysicalPlan } from '../physical/physical.js';
import { columnsRead } from '../physical/reads.js';
import type { OpenSource, SourceReader, World } from '../sources/source.js';
import { TURN_ROWS } from './feed.js';
import { InputMerge, type MergeInput } from './inputMerge.js';
import type { MemoryBudget } from './memory.js';
import { Pipeline } from './pipeline.js';
import { placeOf, rowsUpTo } from './places.js';
import { Signal } from './signal.js';
import { sliceBatch } from './slice.js';

/** While so many rows are with the users' functions, no more are read. */
const MOST_PENDING_ROWS = 65_536;

/** How a one-shot run goes. */
export interface OneShotOptions {
  readonly world: World;
  /** Rows of each source whose place is behind this time are not read; +Infinity: all are. */
  readonly until: (source: number) => EventTime;
  /** Where the session clock stands: sources are not silent ahead of it. */
  readonly now: EventTime;
  readonly yieldTurn: () => Promise<void>;
  /** The way to the users' functions. */
  readonly exchange: Exchange;
  /** Takes what the plan puts out; returns whether it has had enough. The run waits for it. */
  readonly take: (batch: Batch) => Promise<boolean> | boolean;
  /** The session's memory, which the run counts in. */
  readonly memory: MemoryBudget;
  /** Bytes of what `take` keeps. */
  readonly kept?: () => number;
  /** Told at the end of the run what ran. */
  readonly measured?: (pipeline: Pipeline, merge: InputMerge) => void;
}

/** What the merge of inputs has to know of a plan's sources. */
export function mergeInputs(plan: PhysicalPlan, sources: readonly OpenSource[]): MergeInput[] {
  return sources.map(({ summary, live }, source) => ({
    boundUs: summary.boundUs,
    idleTimeoutUs: plan.sources[source].node.time?.idleTimeoutUs ?? null,
    live,
  }));
}

/** Runs a plan over readings of its own of its sources from their starts, beside the queries that are running. */
export async function runOnce(
  plan: PhysicalPlan,
  sources: readonly OpenSource[],
  options: OneShotOptions,
): Promise<void> {
  const columns = columnsRead(plan);
  const readers = sources.map((source, i) => source.read(columns[i]));
  const results: (Promise<boolean> | boolean)[] = [];
  const { world } = options;
  const pipeline = new Pipeline(
    plan,
    batch => results.push(options.take(batch)),
    () => world.precise?.() ?? world.now(),
    {
      exchange: options.exchange,
      progressed: () => answered.wake(),
      failed: error => {
        failure = { error };
        answered.wake();
      },
    },
  );
  const answered = new Signal();
  let failure: { readonly error: unknown } | null = null;
  /** Waits until at most so many rows are with the users' functions. */
  const pendingAtMost = async (rows: number): Promise<void> => {
    while (failure === null && pipeline.pendingRows > rows) await answered.wait();
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
  };
  const merge = new InputMerge(mergeInputs(plan, sources), pipeline);
  merge.advance(options.now);
  const kept = options.kept ?? (() => 0);
  const forget = options.memory.add({
    bytes: () => pipeline.bytes() + kept(),
    holdings: () => [{ what: 'the rows that are read', bytes: kept() }, ...pipeline.holdings()],
  });
  try {
    for (;;) {
      const source = merge.behind;
      if (source < 0) {
        await pendingAtMost(0);
        for (const result of results.splice(0)) await result;
        return;
      }
      const name = `source '${sources[source].summary.name}'`;
      for (let wait = options.memory.admit(name); wait !== null; wait = options.memory.admit(name))
        await wait;
      await readOn(merge, source, readers[source], options.until(source), sources[source].summary.boundUs);
      let enough = false;
      for (const result of results.splice(0)) if (await result) enough = true;
      if (enough) return;
      await pendingAtMost(MOST_PENDING_ROWS);
      await options.yieldTurn();
    }
  } finally {
    forget();
    pipeline.close();
    options.measured?.(pipeline, merge);
    await Promise.all(readers.map(reader => reader.close()));
  }
}

/** Reads the next rows of the source that the others wait for. */
async function readOn(
  merge: InputMerge,
  source: number,
  reader: SourceReader,
  until: EventTime,
  boundUs: number,
): Promise<void> {
  const batch = await reader.next(TURN_ROWS);
  if (batch === null) {
    merge.end(source);
    return;
  }
  const due = rowsUpTo(batch, 0, until, boundUs);
  if (due > 0 || batch.length === 0) merge.add(source, sliceBatch(batch, 0, due), null);
  if (due < batch.length) merge.stop(source, placeOf(batch, due, boundUs));
}
