import { Runtime, type RuntimeOptions } from '../runtime/runtime.js';
import type { Threads } from '../operators/threads.js';
import type { SinkConnector } from '../sinks/sink.js';
import { cachedConnector, type KeptRows } from '../sources/cached.js';
import type { Pins } from '../sources/pin.js';
import type { OpenLiveServer } from '../sources/liveServer.js';
import type { Recorders } from '../sources/recorder.js';
import type { ParameterValues } from '../plan/parameters.js';
import type { PlanNode } from '../plan/plan.js';
import { MillraceError } from '../columns/error.js';
import { toWireError } from './errors.js';
import { exportViews } from './hostExports.js';
import { explainPlanned } from './hostExplain.js';
import { SourceBindings, type User } from './hostBindings.js';
import { CacheRegistry } from './hostCaches.js';
import { IndexRegistry } from './hostIndexes.js';
import { HostFunctions } from './hostFunctions.js';
import { ClockPublisher, seek, step, waitUntil } from './hostClock.js';
import { preparePlan, QueryRegistry, type HeldQuery } from './hostQueries.js';
import { InputControls } from './hostInputs.js';
import { originsOf } from './hostOrigins.js';
import { OriginViews } from './hostOriginViews.js';
import { Panels } from './hostPanel.js';
import { ReplayBars } from './hostReplayBars.js';
import { ParameterRegistry } from './hostParameters.js';
import { readRows } from './hostReads.js';
import { Recompute } from './hostRecompute.js';
import { pinFile } from './hostPins.js';
import { readRejects } from './hostRejects.js';
import { RecordingRegistry } from './hostRecordings.js';
import { ResultPins } from './hostResultPins.js';
import { sessionStats } from './hostSessionStats.js';
import { checkSame } from './hostSame.js';
import { Samples } from './hostSamples.js';
import { WriteRegistry } from './hostWrites.js';
import { Subscriptions } from './hostSubscriptions.js';
import { ViewRegistry } from './hostViews.js';
import type { HostEvent, HostLink, HostReplies, HostRequest, SessionHost } from './protocol.js';

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
  values: ParameterValues;
  readonly owner: string | null;
  readonly failed: (error: unknown) => void;
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
  readonly #bars: ReplayBars;
  readonly #open = new Map<string, OpenQuery>();
  readonly #bindings: SourceBindings;
  readonly #originViews: OriginViews;
  readonly #parameters = new ParameterRegistry();
  readonly #recompute: Recompute;
  readonly #inputs: InputControls;
  readonly #panels: Panels;
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
    this.#bindings = new SourceBindings(this.#queries, this.#caches, () => this.#parameters.values);
    this.#originViews = new OriginViews(this.#runtime, this.#queries, this.#views, this.#bindings);
    this.#recompute = new Recompute(this.#runtime, this.#queries, this.#bindings, {
      users: () => this.#users,
      values: () => this.#parameters.values,
      told: () => this.#inputs.notify(),
    });
    this.#inputs = new InputControls(this.#parameters, this.#recompute);
    const sinks = [...options.sinks, this.#subscriptions.connector];
    const notice = (owner: string | null, text: string): void => this.#tell({ type: 'notice', owner, text });
    this.#writes = new WriteRegistry(this.#runtime, this.#queries, sinks, notice);
    this.#recordings = new RecordingRegistry(this.#runtime, this.#queries, options.recorders ?? null, notice);
    this.#pinned = new ResultPins(this.#runtime, this.#queries, options.pins ?? null);
    this.#samples = new Samples(this.#runtime, this.#queries);
    this.#clock = new ClockPublisher(this.#runtime);
    this.#panels = new Panels({
      runtime: this.#runtime,
      queries: this.#queries,
      views: this.#views,
      indexes: this.#indexes,
      caches: this.#caches,
      writes: this.#writes,
      recordings: this.#recordings,
      samples: this.#samples,
      open: this.#open,
      writtenOf: plan => this.#bindings.writtenOf(plan),
    });
    this.#bars = new ReplayBars(this.#runtime, this.#clock, () => this.#views.all);
    this.#parameters.onChange((name, state) => {
      if (state !== null) this.#tell({ type: 'input', name, ...state });
      this.#recompute.wake();
      this.#inputs.notify();
    });
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
      const failed = (error: unknown): void => {
        if (error !== null) this.#tell({ type: 'queryFailed', queryId, owner, error: toWireError(error) });
      };
      const values = this.#bindings.valuesIn(plan);
      this.#open.set(queryId, { plan: this.#bindings.writtenOf(plan), held, values, owner, failed });
      this.#recompute.wake();
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
    explain: ({ plan }) => explainPlanned(plan, this.#runtime, this.#queries),
    origins: ({ plan, values }) => originsOf(plan, values, this.#runtime, this.#queries),
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
    rejects: ({ plan }) => readRejects(plan, this.#runtime),
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
      this.#parameters.retire(owner);
      void this.#recordings.endAll(owner);
      return null;
    },
    settleOwner: async ({ owner }) => {
      const retired = this.#retired.get(owner) ?? [];
      this.#retired.delete(owner);
      const released = retired.map(each => this.#queries.release(each));
      this.#parameters.settle(owner, name => this.#isUsed(name));
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
      this.#parameters.settle(owner, name => this.#isUsed(name), true);
      await Promise.all([...closed, ...released]);
      return null;
    },
    use: async ({ sources }) => {
      this.#originViews.endAll('Other sources stand for those of this notebook now: ask again.');
      const rebound = await this.#bindings.use(sources, this.#users);
      this.#recompute.wake();
      return rebound;
    },
    input: ({ name, spec, owner }) => ({ value: this.#parameters.declare(name, spec, owner).value }),
    inputSet: ({ name, value }) => ({ value: this.#parameters.set(name, value) }),
    inputsSettled: async () => {
      await this.#recompute.settled();
      return null;
    },
    same: ({ plan }) => checkSame(plan, this.#runtime, this.#queries, this.options.liveServers ?? null),
    stats: () => sessionStats(this.#runtime, [...this.#open], this.#parameters, this.#writes.stats()),
    clock: ({ command }) => this.#runtime.command(command),
    until: async ({ time }) => {
      const state = await waitUntil(time, this.#runtime, this.#queries);
      await this.#recompute.settled();
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
      // The process that comes next learns what there is.
      for (const input of this.#parameters.all) this.#tell({ type: 'input', ...input });
      this.#writes.endSubscriptions();
      await this.#indexes.closeAll();
      return null;
    },
    view: async ({ viewId, plan, owner, view }) => {
      const held = await this.#queries.hold(plan, true);
      const running = { held, values: this.#bindings.valuesIn(plan) };
      const replaced = this.#views.add(viewId, this.#bindings.writtenOf(plan), running, owner, view);
      this.#recompute.wake();
      if (replaced !== null) await this.#queries.release(replaced);
      return { bound: held.prepared.bound };
    },
    export: ({ viewIds }) =>
      exportViews(viewIds, this.#runtime, this.#views, this.#bindings, this.#parameters),
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
        status: this.#views.status(registered),
        bound: registered.held.prepared.bound,
      };
    },
  };

  /** Who looks at tables. */
  get #users(): User[] {
    return [...this.#views.all, ...this.#open.values()];
  }

  #isUsed(name: string): boolean {
    return this.#users.some(({ values }) => values.has(name));
  }

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
        // What has no plan is done before anything that comes after it: a plan that follows a value of an input has that value.
        const resolved = 'plan' in request ? await this.#resolved(request) : request;
        return (await handle(resolved)) as HostReplies[Request['type']];
      },
      onEvent: listener => {
        this.#listeners.add(listener);
        const stopClock = this.#clock.listen(state => listener({ type: 'clock', state }));
        for (const input of this.#parameters.all) listener({ type: 'input', ...input });
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

  attachView: SessionHost['attachView'] = (open, send) => this.#originViews.attach(open, send);

  attachInput: SessionHost['attachInput'] = (open, send) => this.#inputs.attach(open, send);

  attachSession: SessionHost['attachSession'] = send => this.#bars.attach(send);

  attachPanel: SessionHost['attachPanel'] = (open, send) => this.#panels.attach(open, send);

  async close(): Promise<void> {
    this.#views.removeAll();
    await this.#writes.releaseAll();
    await Promise.all([this.#indexes.closeAll(), this.#caches.releaseAll(), this.#recordings.endAll()]);
    this.#open.clear();
    this.#bars.close();
    this.#clock.close();
    await this.#runtime.close();
    await this.options.threads?.close();
  }

  /** A request whose plan reads the sources that are in use, and what is kept, where something is. */
  async #resolved(request: Extract<HostRequest, { readonly plan: PlanNode }>): Promise<HostRequest> {
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
}
