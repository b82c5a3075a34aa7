import type { ClockCommand, ClockState } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { hashText, canonicalJson } from '../plan/hash.js';
import type { SourceNode } from '../plan/nodes/source.js';
import type { PhysicalPlan } from '../physical/physical.js';
import type { OpenSource, SourceConnector, World } from '../sources/source.js';
import { Checkpoints } from './checkpoints.js';
import { SessionClock } from './clock.js';
import { Feed } from './feed.js';
import { NO_EXCHANGE, type Exchange } from '../operators/apply.js';
import { monotonicMs } from '../sources/receiveClock.js';
import { DEFAULT_MEMORY_BYTES, MemoryBudget, type MemoryHolder } from './memory.js';
import type { RunningQuery } from './query.js';
import { spanOf } from './places.js';
import { Replay } from './replay.js';
import { Signal } from './signal.js';

/** A source kind that is not registered here. */
export class UnknownConnectorError extends MillraceError {
  override readonly name = 'UnknownConnectorError';
}

/** For so many milliseconds a source that nobody reads is taken to be as it was found. */
const KNOWN_MS = 1000;

/** Checkpoints may hold one part in so many of the session's memory. */
const CHECKPOINTS_SHARE = 8;

/** What the runtime is given: nothing in it touches a real clock, timer or file by itself. */
export interface RuntimeOptions {
  readonly world: World;
  readonly connectors: readonly SourceConnector[];
  /** Runs a function soon, after other work had its turn: `setImmediate` in Node, a message channel in a page. */
  readonly defer: (work: () => void) => void;
  /** How much histories, operators' state and tables may hold together; not given: 1 GiB. */
  readonly memoryBytes?: number;
  /** So many replayed rows lie between two checkpoints at least; not given: 65,536. */
  readonly checkpointRows?: number;
  /** The way to the users' functions; without one, plans that call them fail. */
  readonly exchange?: Exchange;
}

/**
 * Feeds and the clock that holds them: equal sources are read once. Each feed takes one bounded turn after another and yields in between,
 * so that requests and views get theirs.
 */
export class Runtime {
  readonly clock: SessionClock;
  readonly memory: MemoryBudget;
  /** What ends the counting of a holder's memory. */
  readonly #memoryOf = new Map<MemoryHolder, () => void>();
  readonly #feeds = new Map<string, { readonly feed: Feed; readonly name: string }>();
  readonly #opened = new Map<string, { readonly source: Promise<OpenSource>; readonly atMs: number }>();
  readonly #progress = new Signal();
  readonly #listeners = new Set<() => void>();
  readonly #queries = new Set<RunningQuery>();
  readonly replay: Replay;
  readonly checkpoints: Checkpoints;
  #arrivals = 0;

  constructor(readonly options: RuntimeOptions) {
    this.clock = new SessionClock(options.world);
    this.memory = new MemoryBudget(options.memoryBytes ?? DEFAULT_MEMORY_BYTES, options.world);
    const feeds = (): typeof this.feeds => this.feeds;
    const { world } = options;
    this.checkpoints = new Checkpoints(
      {
        world,
        get feeds() {
          return feeds().map(({ feed }) => feed);
        },
        queries: this.#queries,
        now: () => this.clock.now(),
      },
      this.memory.limitBytes / CHECKPOINTS_SHARE,
      options.checkpointRows,
    );
    this.memory.add(this.checkpoints);
    this.replay = new Replay({
      world,
      clock: this.clock,
      checkpoints: this.checkpoints,
      get feeds() {
        return feeds();
      },
      queries: this.#queries,
      waitForProgress: atMostMs =>
        atMostMs === null ? this.#progress.wait() : this.#progress.waitAtMost(atMostMs, world),
      yieldTurn: () => this.yieldTurn(),
    });
    this.clock.onChange(() => this.#progressed());
  }

  /**
   * Looks at a source: its schema and what else is known. What was found holds while a feed reads it, else for a moment: a file may be
   * written anew. A live source stays connected.
   */
  async open(node: SourceNode): Promise<OpenSource> {
    const key = sourceKey(node);
    const known = this.#opened.get(key);
    const now = monotonicMs(this.options.world);
    if (known !== undefined) {
      if (this.#feeds.has(key) || now - known.atMs < KNOWN_MS) return known.source;
      const source = await known.source;
      if (source.live) return source;
    }
    const opened = { source: this.#connect(node), atMs: now };
    this.#opened.set(key, opened);
    opened.source.catch(() => {
      if (this.#opened.get(key) === opened) this.#opened.delete(key);
    });
    return opened.source;
  }

  /** Looks at a source anew, whatever was found before. Whoever asks closes it. */
  look(node: SourceNode): Promise<OpenSource> {
    return this.#connect(node);
  }

  async #connect(node: SourceNode): Promise<OpenSource> {
    const connector = this.options.connectors.find(({ name }) => name === node.connector);
    if (connector === undefined) {
      const names = this.options.connectors.map(({ name }) => name).join(', ');
      throw new UnknownConnectorError(
        'MR5001',
        `there is no source kind '${node.connector}' here.`,
        `These exist: ${names}.`,
      );
    }
    const { name, options, fields, time } = node;
    return connector.open({ name, options, fields, time }, this.options.world);
  }

  /** Starts a query on its sources' feeds. */
  async start(query: RunningQuery): Promise<void> {
    const nodes = query.plan.sources.map(({ node }) => node);
    const sources = await Promise.all(nodes.map(node => this.open(node)));
    const feeds = nodes.map((node, at) => this.#feed(node, sources[at]));
    query.epoch = this.replay.epoch;
    this.#queries.add(query);
    this.#memoryOf.set(query, this.memory.add(query));
    // Replays start again by themselves; others give what they have once more.
    query.onRebuild = () => {
      feeds.forEach((feed, at) => {
        if (feed.replays) return;
        feed.remove(query.ports[at]);
        feed.add(query.ports[at]);
      });
    };
    feeds.forEach((feed, at) => feed.add(query.ports[at]));
    this.#progressed();
  }

  /** Starts a query on the table of another one. */
  startOn(query: RunningQuery, part: RunningQuery): void {
    query.epoch = part.epoch;
    this.#queries.add(query);
    this.#memoryOf.set(query, this.memory.add(query));
    part.follow(query.ports[0]);
    this.#progressed();
  }

  /** The way to the users' functions. */
  get exchange(): Exchange {
    return this.options.exchange ?? NO_EXCHANGE.exchange;
  }

  #forget(holder: MemoryHolder): void {
    this.#memoryOf.get(holder)?.();
    this.#memoryOf.delete(holder);
  }

  #feed(node: SourceNode, source: OpenSource): Feed {
    const key = sourceKey(node);
    let entry = this.#feeds.get(key);
    if (entry === undefined) {
      const context = {
        clock: this.clock,
        world: this.options.world,
        yieldTurn: () => this.yieldTurn(),
        progressed: () => {
          // Without a clock that was started nobody goes back.
          if (this.clock.mode !== 'max') this.checkpoints.consider();
          this.#progressed();
        },
        nextArrival: () => this.#arrivals++,
        memory: (reader: string) => this.memory.admit(reader),
      };
      entry = { feed: new Feed(source, node.clocked, context), name: node.name };
      this.#feeds.set(key, entry);
      this.#memoryOf.set(entry.feed, this.memory.add(entry.feed));
      const { first } = spanOf(source.summary);
      if (entry.feed.replays && first !== null) this.clock.anchor(first);
    }
    return entry.feed;
  }

  /** Takes a query off its feeds; a feed without queries is closed. */
  async stop(query: RunningQuery): Promise<void> {
    query.close();
    this.#queries.delete(query);
    this.checkpoints.forget(query);
    this.#forget(query);
    const closing: Feed[] = [];
    query.plan.sources.forEach(({ node }, at) => {
      const key = sourceKey(node);
      const entry = this.#feeds.get(key);
      if (entry === undefined) return;
      entry.feed.remove(query.ports[at]);
      if (!entry.feed.isIdle) return;
      this.#feeds.delete(key);
      this.#opened.delete(key);
      this.#forget(entry.feed);
      closing.push(entry.feed);
    });
    if (closing.length === 0) return;
    await Promise.all(closing.map(feed => feed.close()));
    this.#progressed();
  }

  /** The feeds that read a plan's sources; null where one is not read. */
  feedsOf(plan: PhysicalPlan): readonly (Feed | null)[] {
    return plan.sources.map(({ node }) => this.#feeds.get(sourceKey(node))?.feed ?? null);
  }

  get feeds(): readonly { readonly feed: Feed; readonly name: string }[] {
    return [...this.#feeds.values()];
  }

  yieldTurn(): Promise<void> {
    return new Promise(resolve => this.options.defer(resolve));
  }

  #progressed(): void {
    this.#progress.wake();
    for (const listener of this.#listeners) listener();
  }

  /** Calls back when the clock is moved or rows have been read; returns what stops it. */
  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  clockState(): ClockState {
    return this.replay.state();
  }

  /** Moves the clock. */
  command(command: ClockCommand): ClockState {
    return this.replay.command(command);
  }

  async close(): Promise<void> {
    const feeds = this.feeds;
    this.replay.close();
    this.#feeds.clear();
    this.#opened.clear();
    await Promise.all(feeds.map(({ feed }) => feed.close()));
    this.#progressed();
  }
}

/** Nodes are plain data that nobody changes: rows in their options are hashed once. */
const keys = new WeakMap<SourceNode, string>();

function sourceKey(node: SourceNode): string {
  let key = keys.get(node);
  if (key === undefined) keys.set(node, (key = hashText(canonicalJson(node))));
  return key;
}
