import type { PanelQuery } from '@millrace/protocol';
import { nodeText } from '../plan/explain.js';
import type { PlanNode } from '../plan/plan.js';
import { heldStats, type HeldQuery } from './hostQueries.js';
import type { PanelLook } from './panelState.js';
import type { PanelSession } from './panelSession.js';
import { StoppedError } from './panelStopped.js';
import { cut, finite, problemText } from './panelText.js';
import type { QueryStats } from './stats.js';

/** A query as the panel shows it. */
export interface ShownQuery {
  readonly held: HeldQuery;
  readonly shown: PanelQuery;
  /** The names of the sources that it reads, with who holds its watermark back where others are ahead. */
  readonly waitsForSource: string | null;
}

/** Who looks at a query, with the plan as it was written. */
interface PanelUser {
  readonly held: HeldQuery | null;
  readonly plan: PlanNode | null;
  readonly owners: readonly string[];
}

function usersOf({ views, open, indexes, caches, recordings }: PanelSession): PanelUser[] {
  const owned = (owner: string | null): readonly string[] => (owner === null ? [] : [owner]);
  return [
    ...views.all.map(({ held, plan, owner }) => ({ held, plan, owners: owned(owner) })),
    ...[...open.values()].map(({ held, plan, owner }) => ({ held, plan, owners: owned(owner) })),
    ...caches.list.map(({ held, plan, owners }) => ({ held, plan: plan.input, owners })),
    ...indexes.all.map(({ held, owner }) => ({ held, plan: null, owners: owned(owner) })),
    ...recordings.all.map(({ held, owner }) => ({ held, plan: null, owners: owned(owner) })),
  ];
}

/** The queries that run, those that others run on first. @param whole with what is measured in their operators */
export function panelQueries(at: PanelLook, whole: boolean): ShownQuery[] {
  const { session } = at;
  const users = usersOf(session);
  const all = session.queries.all;
  const isRecorded = new Set(session.recordings.all.map(({ held }) => held));
  return all
    .filter(held => !isRecorded.has(held) || users.some(user => user.held === held && user.plan !== null))
    .map(held => {
      const own = users.filter(user => user.held === held);
      // A part is there for whoever runs on it.
      const above = all
        .filter(each => each.part === held)
        .flatMap(each => users.filter(user => user.held === each));
      return shownQuery(at, held, own.length > 0 ? own : above, whole);
    });
}

function shownQuery(
  { session, rates, nowMs, nameOf }: PanelLook,
  held: HeldQuery,
  users: readonly PanelUser[],
  whole: boolean,
): ShownQuery {
  const { query, prepared } = held;
  const { table } = query;
  const { ids, runtime } = session;
  const stats = heldStats(held);
  const own = stats.operators.slice(stats.operators.length - query.plan.operators.length);
  const watermarkUs = finite(query.watermark);
  const name = users.map(({ plan }) => (plan === null ? null : nameOf(plan))).find(each => each !== null);
  const ms = query.pipeline.meter.operators.reduce((total, each) => total + each.ms, 0);
  const load = whole ? rates.of(query.pipeline.meter, ms, nowMs) : null;
  const waits = waiting(stats);
  return {
    held,
    waitsForSource: waits?.source ?? null,
    shown: {
      id: ids.of(held.key),
      name: name ?? nameOf(session.writtenOf(prepared.plan)),
      text: cut(nodeText(prepared.plan)),
      state: stateOf(held, stats),
      rowsIn: query.rowsIn,
      rowsPerSecond: rates.of(query, query.rowsIn, nowMs) ?? 0,
      rows: table.total,
      tableBytes: table.bytes,
      stateBytes: Math.max(0, query.bytes() - table.bytes),
      evicted: table.evicted,
      late: own.reduce((total, { late, untimed }) => total + late + untimed, 0),
      watermarkUs,
      lagUs: query.error === null ? lagOf(watermarkUs, held.prepared.live, session) : null,
      load: load === null ? null : Math.max(0, load / 1000),
      waitsFor: waits === null ? null : cut(waits.text),
      sources:
        held.part === null
          ? runtime.feedsOf(query.plan).flatMap(feed => (feed === null ? [] : ids.of(feed)))
          : [],
      over: held.part === null ? null : ids.of(held.part.key),
      owners: [...new Set(users.flatMap(({ owners }) => owners))],
      error: query.error instanceof StoppedError ? null : problemText(query.error),
    },
  };
}

function stateOf({ query }: HeldQuery, { state }: QueryStats): PanelQuery['state'] {
  if (query.error instanceof StoppedError) return 'stopped';
  return state === 'read' || state === 'not running' ? 'running' : state;
}

/** How far a watermark is behind the clock that it goes by; null where that is not known: everything is read at once, or it is over. */
export function lagOf(watermarkUs: number | null, live: boolean, { runtime }: PanelSession): number | null {
  if (watermarkUs === null) return null;
  const now = live ? runtime.options.world.now() * 1000 : runtime.clock.now();
  return Number.isFinite(now) ? Math.max(0, now - watermarkUs) : null;
}

/** What the oldest open window waits for, or the watermark where one of several sources is behind the others. */
function waiting({
  sources,
  operators,
  state,
}: QueryStats): { readonly text: string; readonly source: string | null } | null {
  if (state === 'ended' || state === 'failed') return null;
  const holder = operators.at(-1)?.heldBy ?? null;
  const marks = sources.filter(({ ended }) => !ended).map(({ watermarkUs }) => watermarkUs ?? -Infinity);
  const isBehind = holder !== null && marks.some(mark => mark > (holder.watermarkUs ?? -Infinity));
  const source = isBehind ? holder.source : null;
  const why = operators.map(({ windows }) => windows?.why ?? null).find(each => each !== null);
  if (why !== undefined && why !== null) return { text: why, source };
  if (source === null) return null;
  return {
    text: `the watermark waits for source '${source}'${holder?.idle === true ? ', which is silent' : ''}`,
    source,
  };
}
