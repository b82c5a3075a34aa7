import { Runtime, type RuntimeOptions } from '../runtime/runtime.js';
import type { Threads } from '../operators/threads.js';
import type { SinkConnector } from '../sinks/sink.js';
import { cachedConnector, type KeptRows } from '../sources/cached.js';
import { REJECTS_KEPT } from '../sources/counters.js';
import type { Pins } from '../sources/pin.js';
import type { OpenLiveServer } from '../sources/liveServer.js';
import type { Recorders } from '../sources/recorder.js';
import type { OpenSource, SourceCounters } from '../sources/source.js';
import { TURN_ROWS } from '../runtime/feed.js';
import type { PlanNode } from '../plan/plan.js';
import { MillraceError } from '../columns/error.js';
import { toWireError } from './errors.js';
import { explainQuery } from './hostExplain.js';
import { SourceBindings } from './hostBindings.js';
import { CacheRegistry } from './hostCaches.js';
import { IndexRegistry } from './hostIndexes.js';
import { HostFunctions } from './hostFunctions.js';
import { ClockPublisher, seek, step, waitUntil } from './hostClock.js';
import { partsOf, preparePlan, QueryRegistry, type HeldQuery } from './hostQueries.js';
import { readRows } from './hostReads.js';
import { pinFile } from './hostPins.js';
import { RecordingRegistry } from './hostRecordings.js';
import { ResultPins } from './hostResultPins.js';
import { checkSame } from './hostSame.js';
import { Samples } from './hostSamples.js';
import { WriteRegistry } from './hostWrites.js';
import { Subscriptions } from './hostSubscriptions.js';
import { ViewRegistry } from './hostViews.js';
import type { HostEvent, HostLink, HostReplies, HostRequest, SessionHost, SessionStats } from './protocol.js';

/** What a session host is given. */
export interface SessionHostOptions extends RuntimeOptions {
  readonly sinks: readonly SinkConnector[];
  /** Where pins are kept; none: nothing can be pinned here. */
  readonly pins?: Pins;
  /** Where `record()` writes; none: nothing can be recorded here. */
  readonly recorders?: Recorders;
  /** Feeds on this machine that rows are given to; none: queries cannot be checked live. */
  readonly liveServers?: OpenLiveServer;
  /** Threads for closure-free functions of the users'; none: they run in the engine's own. */
  readonly threads?: Threads;
}

/** A request about a query or view that is not there. */
export class SessionError extends MillraceError {
  override readonly name = 'SessionError';
}

/**
 * The host of a session: sources, operators, tables, views and the clock.
 *
 * @example
 * const host = createSessionHost({ world, connectors: [fileSource], sinks: [], defer: setImmediate });
 * setDefaultLink(host.link());
 */
export function createSessionHost(options: SessionHostOptions): SessionHost {
  return new Host(options);
}

/** Requests about a plan as it is written, whatever of it is kept. */
const AS_WRITTEN: ReadonlySet<HostRequest['type']> = new Set(['bind', 'rejects', 'cache', 'uncache']);

interface OpenQuery {
  readonly plan: PlanNode;
  held: HeldQuery;
  readonly owner: string | null;
}

type Handlers = {
  readonly [Type in HostRequest['type']]: (
    request: Extract<HostRequest, { type: Type }>,
  ) => Promise<HostReplies[Type]> | HostReplies[Type];
};

class Host implements SessionHost {
  readonly #functions: HostFunctions;
  readonly #runtime: Runtime;
  readonly #queries: QueryRegistry;
  readonly #views: ViewRegistry;
  readonly #indexes: IndexRegistry;
  readonly #caches: CacheRegistry;
  readonly #writes: WriteRegistry;
  readonly #subscriptions = new Subscriptions();
  readonly #recordings: RecordingRegistry;
  readonly #pinned: ResultPins;
  readonly #samples: Samples;
  readonly #clock: ClockPublisher;
  readonly #open = new Map<string, OpenQuery>();
  readonly #bindings: SourceBindings;
  /** The queries of owners that are run again, until they have run. */
  readonly #retired = new Map<string, HeldQuery[]>();
  readonly #listeners = new Set<(event: HostEvent) => void>();
  #nextId = 1;

  constructor(readonly options: SessionHostOptions) {
    this.#functions = new HostFunctions(
      event => this.#tell(event),
      () => this.#runtime.clock.now(),
      options.threads,
    );
    const kept = new Map<number, KeptRows>();
    const connectors = [...options.connectors, cachedConnector(kept)];
    this.#runtime = new Runtime({ ...options, connectors, exchange: this.#functions });
    this.#queries = new QueryRegistry(this.#runtime, held => this.#tellFailure(held));
    this.#views = new ViewRegistry(this.#runtime, options.sinks);
    this.#indexes = new IndexRegistry(this.#runtime, this.#queries);
    this.#caches = new CacheRegistry(this.#runtime, this.#queries, kept);
    this.#bindings = new SourceBindings(this.#queries, this.#caches);
    const sinks = [...options.sinks, this.#subscriptions.connector];
    const notice = (owner: string | null, text: string): void => this.#tell({ type: 'notice', owner, text });
    this.#writes = new WriteRegistry(this.#runtime, this.#queries, sinks, notice);
    this.#recordings = new RecordingRegistry(this.#runtime, this.#queries, options.recorders ?? null, notice);
    this.#pinned = new ResultPins(this.#runtime, this.#queries, options.pins ?? null);
    this.#samples = new Samples(this.#runtime, this.#queries);
    this.#clock = new ClockPublisher(this.#runtime);
  }

  readonly #handlers: Handlers = {
    bind: async ({ plan, name }) => {
      if (name !== undefined) this.#samples.name(name, plan);
      return (await preparePlan(plan, this.#runtime)).bound;
    },
    sample: ({ plan, limit }) => this.#samples.look(plan, limit),
    sampleOf: async ({ name, limit }) => {
      const plan = this.#samples.named(name);
      return plan === null ? null : this.#samples.of(await this.#bindings.resolve(plan, true), limit);
    },
    open: async ({ plan, owner }) => {
      const held = await this.#queries.hold(plan);
      const queryId = `q${this.#nextId++}`;
      this.#open.set(queryId, { plan: this.#bindings.writtenOf(plan), held, owner });
      return { queryId, bound: held.prepared.bound };
    },
    read: ({ plan, limit, current }) =>
      readRows(plan, limit, current, this.#runtime, this.#queries, this.#caches),
    index: request => this.#indexes.open(request),
    indexGet: request => this.#indexes.get(request),
    indexRange: request => this.#indexes.range(request),
    indexWatch: request => this.#indexes.watch(request),
    indexChanges: request => this.#indexes.changes(request),
    indexClose: async ({ indexId }) => {
      await this.#indexes.close(indexId);
      return null;
    },
    cache: ({ plan, owner }) => {
      this.#caches.pin(plan, owner);
      return null;
    },
    uncache: async ({ plan }) => {
      await this.#caches.unpin(plan);
      return null;
    },
    explain: ({ plan }) => this.#explain(plan),
    queryStats: ({ plan }) => this.#queries.stats(plan),
    write: request => this.#writes.start(request),
    subscribe: request => this.#subscriptions.begin(request, this.#writes),
    subscriptionNext: ({ subscriptionId }) => this.#subscriptions.next(subscriptionId),
    subscriptionEnd: ({ subscriptionId, error }) => this.#subscriptions.end(subscriptionId, error),
    writeProgress: ({ writeId }) => this.#writes.progress(writeId),
    writeLater: ({ writeId }) => this.#writes.later(writeId),
    writeEnded: ({ writeId }) => this.#writes.ended(writeId),
    writeStop: ({ writeId }) => this.#writes.stop(writeId),
    record: request => this.#recordings.open(request),
    recordingStats: request => this.#recordings.stats(request),
    recordingStop: request => this.#recordings.stop(request),
    pin: request => pinFile(request, this.#runtime, this.options.pins ?? null),
    pinResult: request => this.#pinned.pin(request),
    rejects: ({ plan }) => this.#rejects(plan),
    release: async ({ queryId }) => {
      const open = this.#open.get(queryId);
      this.#open.delete(queryId);
      if (open !== undefined) await this.#queries.release(open.held);
      return null;
    },
    retireOwner: ({ owner }) => {
      const held = [...this.#takeOwned(owner), ...this.#indexes.takeOwned(owner)];
      this.#retired.set(owner, [...(this.#retired.get(owner) ?? []), ...held]);
      this.#caches.retire(owner);
      this.#writes.retire(owner);
      void this.#recordings.endAll(owner);
      return null;
    },
    settleOwner: async ({ owner }) => {
      const retired = this.#retired.get(owner) ?? [];
      this.#retired.delete(owner);
      const released = retired.map(each => this.#queries.release(each));
      await Promise.all([this.#caches.settle(owner), this.#writes.settle(owner), ...released]);
      return null;
    },
    releaseOwner: async ({ owner }) => {
      const closed = [
        this.#writes.releaseAll(owner),
        this.#indexes.closeAll(owner),
        this.#caches.releaseAll(owner),
        this.#recordings.endAll(owner),
      ];
      const released = this.#takeOwned(owner).map(each => this.#queries.release(each));
      await Promise.all([...closed, ...released]);
      return null;
    },
    use: ({ sources }) => this.#bindings.use(sources, [...this.#views.all, ...this.#open.values()]),
    same: ({ plan }) => checkSame(plan, this.#runtime, this.#queries, this.options.liveServers ?? null),
    stats: () => this.#stats(),
    clock: ({ command }) => this.#runtime.command(command),
    until: async ({ time }) => {
      const state = await waitUntil(time, this.#runtime, this.#queries);
      await this.#writes.settled();
      return state;
    },
    seek: ({ to }) => seek(to, this.#runtime, this.#queries),
    step: ({ by }) => step(by, this.#runtime, this.#queries),
    applied: ({ callId, result }) => {
      this.#functions.answer(callId, result);
      return null;
    },
    clientGone: async () => {
      this.#functions.clientGone();
      this.#samples.forget();
      this.#writes.endSubscriptions();
      await this.#indexes.closeAll();
      return null;
    },
    view: async ({ viewId, plan, owner, view }) => {
      const held = await this.#queries.hold(plan, true);
      const replaced = this.#views.add(viewId, this.#bindings.writtenOf(plan), held, owner, view);
      if (replaced !== null) await this.#queries.release(replaced);
      return { bound: held.prepared.bound };
    },
    viewSnapshot: ({ viewId, limit }) => {
      const registered = this.#views.get(viewId);
      if (registered === undefined) {
        throw new SessionError(
          'MR5201',
          `there is no view '${viewId}'.`,
          'Run the cell that shows it again.',
        );
      }
      return {
        arrow: this.#views.snapshot(registered, limit),
        status: this.#views.status(registered.held),
        bound: registered.held.prepared.bound,
      };
    },
  };

  /** Ends what an owner has made; returns its holds. */
  #takeOwned(owner: string): HeldQuery[] {
    const held = this.#views.removeOwner(owner);
    for (const [queryId, open] of [...this.#open]) {
      if (open.owner !== owner) continue;
      this.#open.delete(queryId);
      held.push(open.held);
    }
    return held;
  }

  link(): HostLink {
    const stops: (() => void)[] = [];
    return {
      request: async <Request extends HostRequest>(request: Request) => {
        const handle = this.#handlers[request.type] as (request: HostRequest) => unknown;
        return (await handle(await this.#resolved(request))) as HostReplies[Request['type']];
      },
      onEvent: listener => {
        this.#listeners.add(listener);
        const stopClock = this.#clock.listen(state => listener({ type: 'clock', state }));
        const stop = (): void => {
          this.#listeners.delete(listener);
          stopClock();
        };
        stops.push(stop);
        return stop;
      },
      close: () => {
        for (const stop of stops.splice(0)) stop();
        return Promise.resolve();
      },
    };
  }

  attachView: SessionHost['attachView'] = (open, send) => this.#views.attach(open, send);

  attachSession: SessionHost['attachSession'] = send => this.#clock.attach(send);

  async close(): Promise<void> {
    this.#views.removeAll();
    await this.#writes.releaseAll();
    await Promise.all([this.#indexes.closeAll(), this.#caches.releaseAll(), this.#recordings.endAll()]);
    this.#open.clear();
    this.#clock.close();
    await this.#runtime.close();
    await this.options.threads?.close();
  }

  /** A request whose plan reads the sources that are in use, and what is kept, where something is. */
  async #resolved(request: HostRequest): Promise<HostRequest> {
    if (!('plan' in request)) return request;
    const plan = await this.#bindings.resolve(request.plan, !AS_WRITTEN.has(request.type));
    return plan === request.plan ? request : ({ ...request, plan } as HostRequest);
  }

  #tell(event: HostEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #tellFailure(held: HeldQuery): void {
    const error = toWireError(held.query.error);
    for (const [queryId, open] of this.#open) {
      if (open.held !== held) continue;
      this.#tell({ type: 'queryFailed', queryId, owner: open.owner, error });
    }
  }

  async #explain(plan: PlanNode): Promise<HostReplies['explain']> {
    const prepared = await preparePlan(plan, this.#runtime);
    const stats = await this.#queries.stats(plan);
    const followed = (await this.#queries.running(plan))?.followed === true;
    const physical = followed ? prepared.running({ followed, part: null }) : prepared.physical;
    return explainQuery({ ...prepared, physical }, stats);
  }

  /** What could not be read: as far as the feed has read, or from a reading of its own where it is not being read. */
  async #rejects(plan: PlanNode): Promise<HostReplies['rejects']> {
    const { physical, sources } = await preparePlan(plan, this.#runtime);
    const feeds = this.#runtime.feedsOf(physical);
    const all = await Promise.all(
      sources.map(
        async (source, at) => feeds[at]?.reader?.counters ?? (source.live ? null : this.#count(source)),
      ),
    );
    const known = all.filter(counters => counters !== null);
    return {
      count: known.reduce((total, { rejected }) => total + rejected, 0),
      rows: known.flatMap(({ rejects }) => rejects).slice(0, REJECTS_KEPT),
    };
  }

  /** Reads a source to its end, for its counts alone. */
  async #count(source: OpenSource): Promise<SourceCounters> {
    const reader = source.read();
    try {
      while ((await reader.next(TURN_ROWS)) !== null) await this.#runtime.yieldTurn();
      return reader.counters;
    } finally {
      await reader.close();
    }
  }

  #stats(): SessionStats {
    return {
      clock: this.#runtime.clockState(),
      memory: this.#runtime.memory.stats(),
      sources: this.#runtime.feeds.map(({ feed, name }) => ({
        name,
        rows: feed.position,
        bytes: feed.reader?.counters.bytes ?? 0,
        rejected: feed.reader?.counters.rejected ?? 0,
        reconnects: feed.reader?.counters.reconnects ?? 0,
        dropped: feed.reader?.counters.dropped ?? 0,
        historyEvicted: feed.historyEvicted,
        readers: feed.readers,
        watermark: feed.watermark,
        ended: feed.ended,
        error: feed.error === null ? null : String(feed.error),
      })),
      queries: [...this.#open].map(([queryId, { held, owner }]) => ({
        queryId,
        owner,
        rowsKept: held.query.table.total,
        bytes: held.query.bytes(),
        evicted: held.query.table.evicted,
        late: partsOf(held).reduce((total, { query }) => total + query.late, 0),
        watermark: held.query.watermark,
        error: held.query.error === null ? null : String(held.query.error),
      })),
      writes: this.#writes.stats(),
    };
  }
}
