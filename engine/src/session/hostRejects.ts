import { TURN_ROWS } from '../runtime/feed.js';
import type { Runtime } from '../runtime/runtime.js';
import type { PlanNode } from '../plan/plan.js';
import { REJECTS_KEPT } from '../sources/counters.js';
import type { OpenSource, SourceCounters } from '../sources/source.js';
import { preparePlan } from './hostQueries.js';
import type { HostReplies } from './protocol.js';

/** What could not be read: as far as the feed has read, or from a reading of its own where it is not being read. */
export async function readRejects(plan: PlanNode, runtime: Runtime): Promise<HostReplies['rejects']> {
  const { physical, sources } = await preparePlan(plan, runtime);
  const feeds = runtime.feedsOf(physical);
  const all = await Promise.all(
    sources.map(
      async (source, at) => feeds[at]?.reader?.counters ?? (source.live ? null : countOf(source, runtime)),
    ),
  );
  const known = all.filter(counters => counters !== null);
  return {
    count: known.reduce((total, { rejected }) => total + rejected, 0),
    rows: known.flatMap(({ rejects }) => rejects).slice(0, REJECTS_KEPT),
  };
}

/** Reads a source to its end, for its counts alone. */
async function countOf(source: OpenSource, runtime: Runtime): Promise<SourceCounters> {
  const reader = source.read();
  try {
    while ((await reader.next(TURN_ROWS)) !== null) await runtime.yieldTurn();
    return reader.counters;
  } finally {
    await reader.close();
  }
}
