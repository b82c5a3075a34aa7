import { encodeArrow } from '../codecs/arrow.js';
import type { EventTime } from '../columns/time.js';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import { parseAt } from '../runtime/clock.js';
import { runOnce } from '../runtime/oneShot.js';
import { spanOf } from '../runtime/places.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Feed } from '../runtime/feed.js';
import { MaterializedTable } from '../runtime/table.js';
import type { CacheRegistry } from './hostCaches.js';
import { whenCurrent } from './hostCurrent.js';
import { preparePlan, type PreparedPlan, type QueryRegistry } from './hostQueries.js';
import { pipelineStats, timeText } from './hostStats.js';
import type { BoundPlan, HostReplies } from './protocol.js';

/** Rows of a time that cannot be read. */
export class ReadError extends MillraceError {
  override readonly name = 'ReadError';
}

/** The rows of a plan: at the clock's time where it holds the replay, else at the input's end. A query that is kept for its readers has them. */
export async function readRows(
  plan: PlanNode,
  limit: number | null,
  current: boolean,
  runtime: Runtime,
  queries: QueryRegistry,
  caches: Pick<CacheRegistry, 'heldQuery'>,
): Promise<HostReplies['read']> {
  const prepared = await preparePlan(plan, runtime);
  if (prepared.live) return readLive(plan, limit, queries);
  const held = current ? await caches.heldQuery(plan) : null;
  if (held !== null) {
    await whenCurrent(held, runtime);
    // A table that has dropped rows is not all of the result.
    if (held.query.table.evicted === 0) return reply(held.query.table, limit, held.prepared);
  }
  const { table } = await readUpTo(plan, prepared, { limit, current }, runtime, queries);
  return reply(table, limit, prepared);
}

/** The rows of a plan at the clock's time where it holds the replay, read anew from the start. */
export async function readCurrentTable(
  plan: PlanNode,
  limit: number | null,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ReadTable> {
  const prepared = await preparePlan(plan, runtime);
  return readUpTo(plan, prepared, { limit, current: true }, runtime, queries);
}

async function readUpTo(
  plan: PlanNode,
  prepared: PreparedPlan,
  { limit, current }: { readonly limit: number | null; readonly current: boolean },
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ReadTable> {
  const { sources } = prepared;
  const nodes = prepared.physical.sources.map(({ node }) => node);
  // A clock that was started while nothing replayed takes its time from the first replay that is looked at.
  const starts = sources.flatMap(({ summary }, at) =>
    nodes[at].clocked ? (spanOf(summary).first ?? []) : [],
  );
  if (current && starts.length > 0) runtime.clock.anchor(Math.min(...starts));
  const feeds = runtime.feedsOf(prepared.physical);
  const until = nodes.map((node, at) => (current && node.clocked ? reach(feeds[at], runtime) : Infinity));
  const now = current && nodes.some(node => node.clocked) ? runtime.clock.now() : Infinity;
  return readTable(plan, prepared, { until, now, limit }, runtime, queries);
}

/** Reads a plan's rows into a table of their own: each source up to an event time, and until so many rows have come. */
async function readTable(
  plan: PlanNode,
  prepared: PreparedPlan,
  {
    until,
    now,
    limit,
  }: { readonly until: readonly EventTime[]; readonly now: EventTime; readonly limit: number | null },
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ReadTable> {
  const { sources } = prepared;
  const physical = until.every(time => time === Infinity) ? prepared.closing() : prepared.physical;
  const { table: plannedTable } = physical;
  const { retention } = plannedTable;
  const limits = {
    rows: retention.rows ?? Infinity,
    bytes: retention.bytes ?? Infinity,
    lastUs: retention.lastUs ?? Infinity,
  };
  const table = new MaterializedTable(plannedTable, limits);
  const onlyComes =
    plannedTable.key === null &&
    !plannedTable.retracting &&
    plannedTable.order === undefined &&
    retention.lastUs === null &&
    retention.rows === null;
  await runOnce(physical, sources, {
    world: runtime.options.world,
    until: source => until[source],
    now,
    yieldTurn: () => runtime.yieldTurn(),
    exchange: runtime.exchange,
    memory: runtime.memory,
    kept: () => table.bytes,
    take(batch) {
      table.apply(batch);
      return onlyComes && limit !== null && table.total >= limit;
    },
    measured: (pipeline, merge) =>
      queries.noteRead(plan, pipelineStats({ pipeline, merge, sources }, 'read')),
  });
  return { table, bound: prepared.bound };
}

/** Rows that have been read, and will not change. */
export interface ReadTable {
  readonly table: MaterializedTable;
  readonly bound: BoundPlan;
}

/** All rows of a bounded plan. */
export async function readWholeTable(
  plan: PlanNode,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ReadTable> {
  const prepared = await preparePlan(plan, runtime);
  const live = prepared.sources.find(source => source.live);
  if (live !== undefined) {
    throw new ReadError(
      'MR2202',
      `this table would never be complete: '${live.summary.name}' is a live feed.`,
      'Index the table that is kept current, or a snapshot: (await t.snapshot()).index(…).',
    );
  }
  const until = prepared.sources.map(() => Infinity);
  return readTable(plan, prepared, { until, now: Infinity, limit: null }, runtime, queries);
}

/**
 * A plan's table as it was when the clock stood at a time: replays are read again up to there. Throws `MR2202` for live feeds, which
 * cannot be, and `MR2203` for a time that the clock has not reached.
 */
export async function readTableAt(
  plan: PlanNode,
  at: string,
  runtime: Runtime,
  queries: QueryRegistry,
): Promise<ReadTable> {
  const prepared = await preparePlan(plan, runtime);
  const { sources, physical } = prepared;
  const live = sources.find(source => source.live);
  if (live !== undefined) {
    throw new ReadError(
      'MR2202',
      `at() reads the input again up to a time, and '${live.summary.name}' is a live feed, whose past is not kept.`,
      'Keep what you look back at in the table: aggregate by windows, and get the window. Over a recording, replay() it.',
    );
  }
  const firsts = sources.flatMap(({ summary }) => spanOf(summary).first ?? []);
  const time = parseAt(at, firsts.length === 0 ? 0 : Math.min(...firsts), 'at()');
  const now = runtime.clock.now();
  if (time > now) {
    throw new ReadError(
      'MR2203',
      `at() is asked for ${timeText(time)}, and the clock stands at ${now === -Infinity ? 'its start' : timeText(now)}.`,
      'Wait for it first: await clock.until(time).',
    );
  }
  const until = physical.sources.map(({ node }) => (node.clocked ? time : Infinity));
  return readTable(plan, prepared, { until, now: time, limit: null }, runtime, queries);
}

/** How far a replay is read: as far as the clock lets it. */
function reach(feed: Feed | null, runtime: Runtime): number {
  if (runtime.clock.mode === 'max' || feed?.ended === true) return Infinity;
  const now = runtime.clock.now();
  return now === Infinity ? (feed?.reached ?? Infinity) : now;
}

async function readLive(
  plan: PlanNode,
  limit: number | null,
  queries: QueryRegistry,
): Promise<HostReplies['read']> {
  const held = await queries.hold(plan);
  try {
    await held.query.until(() => held.query.isCaughtUp);
    return reply(held.query.table, limit, held.prepared);
  } finally {
    await queries.release(held);
  }
}

function reply(table: MaterializedTable, limit: number | null, { bound }: PreparedPlan): HostReplies['read'] {
  const positions = table.positions(0, limit ?? table.total);
  const arrow = encodeArrow(bound.fields, table.gather(positions), positions.length);
  return { arrow, rows: positions.length, bound };
}
