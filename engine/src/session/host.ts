import { Runtime, type RuntimeOptions } from '../runtime/runtime.js';
import type { SinkConnector } from '../sinks/sink.js';
import { REJECTS_KEPT } from '../sources/counters.js';
import type { OpenSource, SourceCounters } from '../sources/source.js';
import { TURN_ROWS } from '../runtime/feed.js';
import type { PlanNode } from '../plan/plan.js';
import { MillraceError } from '../columns/error.js';
import { toWireError } from './errors.js';
import { explainQuery } from './hostExplain.js';
import { HostFunctions } from './hostFunctions.js';
import { ClockPublisher } from './hostClock.js';
import { preparePlan, QueryRegistry, type HeldQuery } from './hostQueries.js';
import { readRows, writeRows } from './hostReads.js';
import { ViewRegistry } from './hostViews.js';
import type { HostEvent, HostLink, HostReplies, HostRequest, SessionHost, SessionStats } from './protocol.js';

/** What a session host is given. */
export interface SessionHostOptions extends RuntimeOptions {
  readonly sinks: readonly SinkConnector[];
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

interface OpenQuery {
  readonly held: HeldQuery;
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
  readonly #clock: ClockPublisher;
  readonly #open = new Map<string, OpenQuery>();
  readonly #listeners = new Set<(event: HostEvent) => void>();
  #nextId = 1;

  constructor(readonly options: SessionHostOptions) {
    this.#functions = new HostFunctions(
      event => this.#tell(event),
      () => this.#runtime.clock.now(),
    );
    this.#runtime = new Runtime({ ...options, exchange: this.#functions });
    this.#queries = new QueryRegistry(this.#runtime, held => this.#tellFailure(held));
    this.#views = new ViewRegistry(this.#runtime);
    this.#clock = new ClockPublisher(this.#runtime);
  }

  readonly #handlers: Handlers = {
    bind: async ({ plan }) => (await preparePlan(plan, this.#runtime)).bound,
    open: async ({ plan, owner }) => {
      const held = await this.#queries.hold(plan);
      const queryId = `q${this.#nextId++}`;
      this.#open.set(queryId, { held, owner });
      return { queryId, bound: held.prepared.bound };
    },
    read: ({ plan, limit, current }) => readRows(plan, limit, current, this.#runtime, this.#queries),
    explain: ({ plan }) => this.#explain(plan),
    queryStats: ({ plan }) => this.#queries.stats(plan),
    write: ({ plan, sink, options }) =>
      writeRows(plan, sink, options, this.#runtime, this.#queries, this.options.sinks),
    rejects: ({ plan }) => this.#rejects(plan),
    release: async ({ queryId }) => {
      const open = this.#open.get(queryId);
      this.#open.delete(queryId);
      if (open !== undefined) await this.#queries.release(open.held);
      return null;
    },
    releaseOwner: async ({ owner }) => {
      const held = this.#views.removeOwner(owner);
      for (const [queryId, open] of [...this.#open]) {
        if (open.owner !== owner) continue;
        this.#open.delete(queryId);
        held.push(open.held);
      }
      await Promise.all(held.map(each => this.#queries.release(each)));
      return null;
    },
    stats: () => this.#stats(),
    clock: ({ command }) => this.#runtime.command(command),
    until: async ({ time }) => {
      const state = await this.#runtime.until(time);
      await this.#queries.settled();
      return state;
    },
    applied: ({ callId, result }) => {
      this.#functions.answer(callId, result);
      return null;
    },
    clientGone: () => {
      this.#functions.clientGone();
      return null;
    },
    view: async ({ viewId, plan, owner, view }) => {
      const held = await this.#queries.hold(plan);
      const replaced = this.#views.add(viewId, held, owner, view);
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

  link(): HostLink {
    const stops: (() => void)[] = [];
    return {
      request: async <Request extends HostRequest>(request: Request) => {
        const handle = this.#handlers[request.type] as (request: HostRequest) => unknown;
        return (await handle(request)) as HostReplies[Request['type']];
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
    this.#open.clear();
    this.#clock.close();
    await this.#runtime.close();
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
    const { physical } = await preparePlan(plan, this.#runtime);
    return explainQuery(plan, physical, await this.#queries.stats(plan));
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
        late: held.query.late,
        watermark: held.query.watermark,
        error: held.query.error === null ? null : String(held.query.error),
      })),
    };
  }
}
