import {
  PROTOCOL_VERSION,
  type ViewDescription,
  type ViewMessage,
  type ViewOpen,
  type ViewStatus,
} from '@millrace/protocol';
import { encodeArrow } from '../codecs/arrow.js';
import type { ParameterValues } from '../plan/parameters.js';
import type { PlanNode } from '../plan/plan.js';
import type { Runtime } from '../runtime/runtime.js';
import { encodeRows, savedRows } from '../views/frames.js';
import { GroupPort, MOST_PARTS } from '../views/groupPort.js';
import { ViewPort } from '../views/viewPort.js';
import { monotonicMs } from '../sources/receiveClock.js';
import { partsOf, type HeldQuery } from './hostQueries.js';
import type { SinkConnector } from '../sinks/sink.js';
import type { ViewConnection } from './protocol.js';
import { ViewDownloads } from './viewDownload.js';

/** A view that a cell has made: its query, what it shows, and the front ends that look at it. */
export interface RegisteredView {
  readonly viewId: string;
  /** As its cell has written it, whatever stands for its sources. */
  readonly plan: PlanNode;
  held: HeldQuery;
  values: ParameterValues;
  /** Why there is no query for the values that the plan's parameters have now: the rows are those of the values before. */
  problem: string | null;
  readonly owner: string | null;
  readonly view: ViewDescription;
  readonly ports: Set<ViewPort>;
  stop: () => void;
  /** It is held by another query than before, which its front ends are shown from here on. */
  readonly rebound: () => void;
  readonly failed: (error: unknown) => void;
}

/** The views of a session. */
export class ViewRegistry {
  readonly #views = new Map<string, RegisteredView>();

  constructor(
    readonly runtime: Runtime,
    /** What writes downloads. */
    readonly sinks: readonly SinkConnector[],
  ) {
    runtime.clock.onChange(() => this.#notifyAll());
  }

  #notifyAll(): void {
    for (const { ports } of this.#views.values()) for (const port of ports) port.notify();
  }

  /** Registers a view; one of the same id is over. Returns the holds that are to be released. */
  add(
    viewId: string,
    plan: PlanNode,
    { held, values }: Pick<RegisteredView, 'held' | 'values'>,
    owner: string | null,
    view: ViewDescription,
  ): HeldQuery | null {
    const replaced = this.remove(viewId, 'The view was made again.');
    const ports = new Set<ViewPort>();
    const registered: RegisteredView = {
      viewId,
      plan,
      held,
      values,
      problem: null,
      owner,
      view,
      ports,
      stop: notifyOf(held, ports),
      rebound: () => {
        registered.stop();
        registered.stop = notifyOf(registered.held, ports);
        const { query, prepared } = registered.held;
        for (const port of ports) port.rebind(query.table, prepared.bound.key ?? []);
      },
      failed: error => {
        const problem = error === null ? null : error instanceof Error ? error.message : String(error);
        if (problem === registered.problem) return;
        registered.problem = problem;
        for (const port of ports) port.notify();
      },
    };
    this.#views.set(viewId, registered);
    return replaced;
  }

  get all(): readonly RegisteredView[] {
    return [...this.#views.values()];
  }

  /** All of them, with their ids. */
  get shown(): readonly { readonly viewId: string; readonly registered: RegisteredView }[] {
    return [...this.#views].map(([viewId, registered]) => ({ viewId, registered }));
  }

  get(viewId: string): RegisteredView | undefined {
    return this.#views.get(viewId);
  }

  /** Ends a view; returns its hold. */
  remove(viewId: string, reason: string): HeldQuery | null {
    const registered = this.#views.get(viewId);
    if (registered === undefined) return null;
    this.#views.delete(viewId);
    registered.stop();
    for (const port of registered.ports) port.bye(reason);
    return registered.held;
  }

  /** Ends the views of an owner; returns their holds. */
  removeOwner(owner: string): HeldQuery[] {
    const ids = [...this.#views].filter(([, registered]) => registered.owner === owner).map(([id]) => id);
    return ids.map(id => this.remove(id, 'Its cell was run again.')).filter(held => held !== null);
  }

  removeAll(): void {
    for (const id of [...this.#views.keys()]) this.remove(id, 'The session is over.');
  }

  /** Connects a front end: to one view, or to several whose frames come together. */
  attach(
    open: ViewOpen,
    send: (message: ViewMessage, buffers: readonly Uint8Array[]) => void,
  ): ViewConnection {
    const { parts, ...first } = (open ?? {}) as ViewOpen;
    if (!Array.isArray(parts) || parts.length === 0 || parts.length > MOST_PARTS)
      return this.#attach(first, send, this.runtime.options.defer);
    const { world, defer } = this.runtime.options;
    const group = new GroupPort({
      parts: parts.length + 1,
      now: () => monotonicMs(world),
      after: (milliseconds, callback) => world.after(milliseconds, callback),
      defer,
      send,
    });
    for (const [part, viewId] of [open.viewId, ...parts].entries())
      group.add(this.#attach({ ...first, viewId: String(viewId) }, group.sendOf(part), group.defer));
    return group;
  }

  #attach(
    open: ViewOpen,
    send: (message: ViewMessage, buffers: readonly Uint8Array[]) => void,
    defer: (work: () => void) => void,
  ): ViewConnection {
    const registered = open.v === PROTOCOL_VERSION ? this.#views.get(open.viewId) : undefined;
    if (registered === undefined) {
      const reason =
        open.v === PROTOCOL_VERSION
          ? 'The kernel does not know this view: run its cell again.'
          : `The kernel speaks version ${PROTOCOL_VERSION} of views, not ${open.v}: update the extension.`;
      send({ type: 'bye', reason }, []);
      return { receive: () => undefined, close: () => undefined };
    }
    const { held, view, ports } = registered;
    const { world } = this.runtime.options;
    const port = new ViewPort(
      {
        source: held.query.table,
        view,
        key: held.prepared.bound.key ?? [],
        status: () => this.status(registered),
        isFrozen: () => this.runtime.clock.mode === 'paused' && registered.held.prepared.live,
        encode: encodeArrow,
        now: () => monotonicMs(world),
        wallNow: () => world.now(),
        after: (milliseconds, callback) => world.after(milliseconds, callback),
        defer,
        send,
      },
      open,
    );
    ports.add(port);
    const { runtime, sinks } = this;
    const downloads = new ViewDownloads({ runtime, sinks, shown: () => port.shown, send });
    return {
      receive: request => {
        if (!downloads.receive(request)) port.receive(request);
      },
      close: () => {
        downloads.close();
        port.close();
        ports.delete(port);
      },
    };
  }

  /** The state of a view's query as it is shown. */
  status({ held, problem }: Pick<RegisteredView, 'held' | 'problem'>): ViewStatus {
    const { query, prepared } = held;
    const parts = partsOf(held);
    const { mode } = this.runtime.clock;
    const feeds = this.runtime.feedsOf(prepared.physical);
    const watermark = query.watermark === Infinity ? query.table.maxTime : query.watermark;
    const error = problem ?? query.error?.message ?? null;
    const running = query.ended ? 'ended' : prepared.live ? 'live' : 'replaying';
    return {
      state: error !== null ? 'failed' : mode === 'paused' && !query.ended ? 'paused' : running,
      total: query.table.total,
      rowsIn: parts[0].query.rowsIn,
      late: parts.reduce((total, part) => total + part.query.late, 0),
      rejected: feeds.reduce((total, feed) => total + (feed?.reader?.counters.rejected ?? 0), 0),
      evicted: query.table.evicted,
      watermarkUs: Number.isFinite(watermark) ? watermark : null,
      ...(held.sinceUs === null ? {} : { sinceUs: held.sinceUs }),
      error,
    };
  }

  /** A view's rows now, at most so many of the newest, as a frame would hold them. */
  snapshot({ held, view }: RegisteredView, limit: number): Uint8Array {
    const { table } = held.query;
    return encodeRows(table, savedRows(table, view, limit), encodeArrow);
  }
}

/** Tells the front ends of a view of every change of its query; returns what stops it. */
function notifyOf(held: HeldQuery, ports: ReadonlySet<ViewPort>): () => void {
  return held.query.onChange(() => {
    for (const port of ports) port.notify();
  });
}
