import {
  PROTOCOL_VERSION,
  type PanelMessage,
  type PanelRequest,
  type PanelStoppable,
} from '@millrace/protocol';
import { monotonicMs } from '../sources/receiveClock.js';
import { gone, PanelError, release, releaseAll, stop, stopAll } from './panelActions.js';
import { Rates } from './panelRates.js';
import { Ids, type PanelSession } from './panelSession.js';
import { look, panelState, panelSummary } from './panelState.js';

/** A look is answered so many milliseconds after the one before, at the earliest. */
const BETWEEN_MS = 250;
/** So many panels of one session at most: each is a comm of some window. */
const MOST_PANELS = 100;
/** So many plans are told with one look, and so many rows that could not be read. */
const MOST_PLANS = 8;
const MOST_REJECTS = 200;
const STOPPABLE: ReadonlySet<unknown> = new Set<PanelStoppable>([
  'source',
  'query',
  'write',
  'subscription',
  'recording',
]);

type Send = (message: PanelMessage) => void;

/** The streams panels of a session's front ends: each asks for what it shows, and is told nothing unasked. */
export class Panels {
  readonly #session: PanelSession;
  readonly #rates = new Rates();
  readonly #open = new Set<Panel>();

  constructor(session: Omit<PanelSession, 'ids'>) {
    this.#session = { ...session, ids: new Ids() };
  }

  /** Connects a panel. Whatever it sends is checked. */
  attach(open: unknown, send: Send): { receive(request: PanelRequest): void; close(): void } {
    const { v } = (typeof open === 'object' && open !== null ? open : {}) as { readonly v?: unknown };
    if (v !== PROTOCOL_VERSION) {
      const reason = `The kernel speaks version ${PROTOCOL_VERSION} of the streams panel: install matching versions.`;
      send({ type: 'bye', reason });
      return { receive: () => undefined, close: () => undefined };
    }
    // A page that is loaded again does not say that its panel is gone.
    if (this.#open.size >= MOST_PANELS) this.#forget();
    const panel = new Panel(this.#session, this.#rates, send);
    this.#open.add(panel);
    return {
      receive: request => panel.receive(request),
      close: () => {
        this.#open.delete(panel);
        panel.close();
      },
    };
  }

  /** Ends the panel that has asked for nothing for the longest time. */
  #forget(): void {
    let quietest: Panel | null = null;
    for (const panel of this.#open) if (quietest === null || panel.lastMs < quietest.lastMs) quietest = panel;
    if (quietest === null) return;
    this.#open.delete(quietest);
    quietest.end('Too many pages show this session: load this one again.');
  }
}

class Panel {
  /** When a look was last answered. */
  lastMs = -Infinity;
  /** The look that is to be answered later. */
  #waiting: Extract<PanelRequest, { type: 'look' }> | null = null;
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(
    private readonly session: PanelSession,
    private readonly rates: Rates,
    private readonly send: Send,
  ) {}

  receive(request: unknown): void {
    if (this.#isClosed) return;
    this.#take(
      (typeof request === 'object' && request !== null ? request : {}) as Partial<PanelRequest>,
    ).catch((error: unknown) => {
      if (!this.#isClosed) this.send({ type: 'refused', reason: textOf(error) });
    });
  }

  end(reason: string): void {
    this.send({ type: 'bye', reason });
    this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  async #take(request: Partial<PanelRequest>): Promise<void> {
    const { session } = this;
    switch (request.type) {
      case 'look':
        this.#looked(request as Extract<PanelRequest, { type: 'look' }>);
        return;
      case 'rejects':
        this.#rejects(String(request.source));
        return;
      case 'stop':
        if (request.what === undefined || !STOPPABLE.has(request.what)) break;
        this.#done(await stop(session, request.what, String(request.id)));
        return;
      case 'stopAll':
        this.#done(await stopAll(session));
        return;
      case 'release':
        this.#done(await release(session, String(request.id)));
        return;
      case 'releaseAll':
        this.#done(await releaseAll(session));
        return;
      case undefined:
        break;
    }
    throw new PanelError(
      'MR8400',
      'the streams panel asked for what the kernel does not know.',
      'Install matching versions of the extension and the kernel.',
    );
  }

  #looked(request: Extract<PanelRequest, { type: 'look' }>): void {
    const { world } = this.session.runtime.options;
    const wait = this.lastMs + BETWEEN_MS - monotonicMs(world);
    if (wait <= 0) {
      this.#answer(request);
      return;
    }
    this.#waiting = request;
    this.#cancel ??= world.after(wait, () => {
      this.#cancel = null;
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting === null || this.#isClosed) return;
      try {
        this.#answer(waiting);
      } catch (error) {
        this.send({ type: 'refused', reason: textOf(error) });
      }
    });
  }

  #answer({ detail, plans }: Extract<PanelRequest, { type: 'look' }>): void {
    const at = look(this.session, this.rates);
    this.lastMs = at.nowMs;
    if (detail === 'summary') this.send({ type: 'summary', summary: panelSummary(at) });
    else {
      const wanted = Array.isArray(plans) ? plans.slice(0, MOST_PLANS).map(String) : [];
      this.send({ type: 'state', state: panelState(at, wanted) });
    }
  }

  #rejects(source: string): void {
    const { runtime, ids } = this.session;
    const counters = runtime.feeds.find(({ feed }) => ids.of(feed) === source)?.feed.reader?.counters;
    if (counters === undefined) throw gone('source');
    const rows = counters.rejects.slice(0, MOST_REJECTS);
    this.send({ type: 'rejects', source, count: counters.rejected, rows });
  }

  #done(text: string): void {
    if (!this.#isClosed) this.send({ type: 'done', text });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
