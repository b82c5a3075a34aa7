import type {
  PanelKept,
  PanelPlan,
  PanelState,
  PanelSummary,
  PanelView,
  PanelWrite,
} from '@millrace/protocol';
import { nodeText } from '../plan/explain.js';
import { planHash } from '../plan/hash.js';
import type { PlanNode } from '../plan/plan.js';
import { monotonicMs } from '../sources/receiveClock.js';
import { heldStats, type HeldQuery } from './hostQueries.js';
import { SUBSCRIPTION } from './hostSubscriptions.js';
import { panelPlan } from './panelPlan.js';
import { panelQueries, type ShownQuery } from './panelQueries.js';
import type { Rates } from './panelRates.js';
import type { PanelSession } from './panelSession.js';
import { panelSources } from './panelSources.js';
import { cut, problemText } from './panelText.js';

/** Each list has so many entries at most; those that have failed or go on come first where there are more. */
const MOST_SHOWN = 200;

/** The look of one moment: what all of its parts are made with. */
export interface PanelLook {
  readonly session: PanelSession;
  readonly rates: Rates;
  readonly nowMs: number;
  /** The variable that holds a plan's table; null: none does. */
  nameOf(plan: PlanNode): string | null;
}

/** Hashes of plans that came from another process: these are not frozen, but nobody changes them. */
const HASHES = new WeakMap<PlanNode, string>();

function hashOf(plan: PlanNode): string {
  let hash = HASHES.get(plan);
  if (hash === undefined) HASHES.set(plan, (hash = planHash(plan)));
  return hash;
}

/** Looks at a session. */
export function look(session: PanelSession, rates: Rates): PanelLook {
  let names: ReadonlyMap<string, string> | null = null;
  return {
    session,
    rates,
    nowMs: monotonicMs(session.runtime.options.world),
    nameOf: plan => {
      names ??= session.samples.names(session.writtenOf);
      return names.get(hashOf(plan)) ?? null;
    },
  };
}

/** The counts of a session on one line. */
export function panelSummary(at: PanelLook): PanelSummary {
  const queries = panelQueries(at, false);
  return summaryOf(panelSources(at, queries), queries, panelWrites(at));
}

function summaryOf(
  sources: PanelState['sources'],
  queries: readonly ShownQuery[],
  writes: readonly PanelWrite[],
): PanelSummary {
  const lags = [...sources, ...queries.map(({ shown }) => shown)].filter(({ lagUs }) => lagUs !== null);
  const worst = lags.reduce<(typeof lags)[number] | null>(
    (most, each) => (most === null || each.lagUs! > most.lagUs! ? each : most),
    null,
  );
  const failed = (each: { readonly state: string }): boolean => each.state === 'failed';
  const goesOn = (each: { readonly state: string }): boolean =>
    !['ended', 'stopped', 'failed'].includes(each.state);
  const shown = queries.map(each => each.shown);
  return {
    sources: sources.filter(goesOn).length,
    queries: shown.filter(goesOn).length + writes.filter(goesOn).length,
    rowsPerSecond: sources.reduce((total, { rowsPerSecond }) => total + rowsPerSecond, 0),
    worstLagUs: worst?.lagUs ?? null,
    worstLagOf: worst === null ? null : (worst.name ?? ('text' in worst ? worst.text : null)),
    errors: [...sources, ...shown, ...writes].filter(failed).length,
  };
}

/** What a session has and does, and the plans of some of its queries. */
export function panelState(at: PanelLook, plans: readonly string[]): PanelState {
  const { runtime, ids } = at.session;
  const queries = panelQueries(at, true);
  const sources = panelSources(at, queries);
  const writes = panelWrites(at);
  const lists = {
    sources: most(sources),
    queries: most(queries.map(({ shown }) => shown)),
    views: most(panelViews(at)),
    writes: most(writes),
    kept: most(panelKept(at)),
  };
  const all = sources.length + queries.length + at.session.views.all.length + writes.length;
  const told = lists.sources.length + lists.queries.length + lists.views.length + lists.writes.length;
  return {
    summary: summaryOf(sources, queries, writes),
    clock: runtime.clockState().mode,
    memory: runtime.memory.stats(),
    ...lists,
    left: Math.max(0, all - told),
    plans: queries
      .filter(({ held }) => plans.includes(ids.of(held.key)))
      .map(({ held }): PanelPlan => panelPlan(ids.of(held.key), held, heldStats(held))),
  };
}

/** Of a long list what there is room for, failures first. */
function most<Each extends object>(list: readonly Each[]): readonly Each[] {
  if (list.length <= MOST_SHOWN) return list;
  const hasFailed = (each: Each): number => Number('error' in each && each.error !== null);
  return [...list].sort((a, b) => hasFailed(b) - hasFailed(a)).slice(0, MOST_SHOWN);
}

function panelViews({ session }: PanelLook): PanelView[] {
  return session.views.shown.map(({ viewId, registered }) => {
    const { held, view, ports, owner } = registered;
    const { error, total } = session.views.status(registered);
    return {
      id: viewId,
      title: view.title === null ? null : cut(view.title),
      form: view.kind === 'grid' ? 'table' : formOf(view.chart),
      query: session.ids.of(held.key),
      rows: total,
      readers: ports.size,
      owners: owner === null ? [] : [owner],
      error: error === null ? null : cut(error),
    };
  });
}

function formOf(chart: object): string {
  return 'form' in chart && typeof chart.form === 'string' ? cut(chart.form) : 'chart';
}

function panelWrites({ session, rates, nowMs }: PanelLook): PanelWrite[] {
  const writes = session.writes.shown.map(({ progress, connector }): PanelWrite => {
    const { writeId, owner, sink, state, rows, rowsPerSecond, bytes, waiting, lagMs, retries, error } =
      progress;
    const isSubscription = connector === SUBSCRIPTION;
    return {
      id: writeId,
      what: isSubscription ? 'subscription' : 'write',
      to: isSubscription ? 'a function of a cell' : cut(sink),
      state,
      rows,
      rowsPerSecond,
      bytes,
      waiting,
      lagMs,
      retries,
      owners: owner === null ? [] : [owner],
      error: problemText(error),
    };
  });
  const recordings = session.recordings.all.map(
    ({ recordingId, recorder, path, owner, ending }): PanelWrite => {
      const { messages, bytes } = recorder.stats;
      return {
        id: recordingId,
        what: 'recording',
        to: cut(path),
        state: recorder.error !== null ? 'failed' : ending !== null ? 'stopped' : 'writing',
        rows: messages,
        rowsPerSecond: rates.of(recorder, messages, nowMs) ?? 0,
        bytes,
        waiting: 0,
        lagMs: 0,
        retries: 0,
        owners: owner === null ? [] : [owner],
        error: problemText(recorder.error),
      };
    },
  );
  return [...writes, ...recordings];
}

function panelKept({ session, nameOf }: PanelLook): PanelKept[] {
  return session.caches.list.map(({ hash, plan, owners, held, kept }): PanelKept => {
    const current: HeldQuery | null = held;
    return {
      id: session.ids.of(hash),
      name: nameOf(session.writtenOf(plan)) ?? nameOf(plan.input),
      text: cut(nodeText(plan.input)),
      state: current !== null ? 'current' : kept === null ? 'computing' : 'kept',
      rows: current?.query.table.total ?? kept?.rows ?? 0,
      bytes: current?.query.bytes() ?? kept?.bytes ?? 0,
      owners,
    };
  });
}
