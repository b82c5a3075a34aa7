import {
  PROTOCOL_VERSION,
  type PanelMessage,
  type PanelReject,
  type PanelRequest,
  type PanelState,
  type PanelSummary,
} from '@millrace/protocol';
import type { Channel, ChannelState } from '../model/channel.js';

/** A panel's way to its kernel. */
export type PanelChannel = Channel<{ readonly v: number }, PanelRequest, PanelMessage>;

/** What is looked at: nothing, the counts on one line, or all of it. */
export type PanelDetail = 'nothing' | 'summary' | 'all';

/** An answer that does not come in this time is asked for again: the engine may have been started anew. */
const PATIENCE_MS = 5000;
const SUMMARY_MS = 1000;
/** All of it is asked for at most so often. */
const LEAST_MS = 500;
/** So many plans are asked for at once. */
const MOST_PLANS = 8;

/** The rows of a source that could not be read. */
export interface Rejects {
  readonly count: number;
  readonly rows: readonly PanelReject[];
}

/**
 * One session as its panel knows it. It asks for one look after another, the next when the last was answered, so that a slow or busy
 * kernel is asked less often; while nobody looks it asks for nothing.
 */
export class PanelClient {
  standing: ChannelState = { kind: 'unavailable', reason: null };
  state: PanelState | null = null;
  summary: PanelSummary | null = null;
  /** What was done last, or why it was not. */
  note: { readonly text: string; readonly isProblem: boolean } | null = null;
  readonly rejects = new Map<string, Rejects>();
  #detail: PanelDetail = 'nothing';
  #everyMs = LEAST_MS;
  #plans: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isAsked = false;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly channel: PanelChannel) {
    channel.onMessage(message => this.#receive(message));
    channel.onState(state => this.#setChannelState(state));
  }

  /** Calls back after every change; returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is to be told from now on; of `all` at once. */
  look(detail: PanelDetail, perSecond = 1000 / LEAST_MS): void {
    this.#everyMs = Math.max(LEAST_MS, 1000 / perSecond);
    if (detail === this.#detail) return;
    this.#detail = detail;
    this.#ask(0);
  }

  /** The queries whose plans are told. */
  set plans(queries: readonly string[]) {
    const plans = queries.slice(-MOST_PLANS);
    if (plans.join() === this.#plans.join()) return;
    this.#plans = plans;
    this.#ask(0);
  }

  /** Asks for something to be done, or told. */
  request(request: Exclude<PanelRequest, { type: 'look' }>): void {
    this.note = null;
    this.channel.send(request);
    this.#changed();
  }

  dispose(): void {
    this.#stop();
    this.#listeners.clear();
    this.channel.close();
  }

  #setChannelState(state: ChannelState): void {
    this.standing = state;
    if (state.kind === 'ready') {
      this.channel.open({ v: PROTOCOL_VERSION });
      return;
    }
    if (state.kind === 'open') this.#ask(0);
    else this.#forget();
    this.#changed();
  }

  #forget(): void {
    this.#stop();
    this.state = null;
    this.summary = null;
    this.note = null;
    this.rejects.clear();
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isAsked = false;
  }

  #ask(afterMs: number): void {
    this.#stop();
    if (this.standing.kind !== 'open' || this.#detail === 'nothing') return;
    this.#timer = setTimeout(() => {
      this.#isAsked = true;
      const detail = this.#detail === 'all' ? 'all' : 'summary';
      this.channel.send({ type: 'look', detail, plans: this.#plans });
      this.#timer = setTimeout(() => this.#ask(0), PATIENCE_MS);
    }, afterMs);
  }

  #receive(message: PanelMessage): void {
    switch (message.type) {
      case 'summary':
        this.summary = message.summary;
        this.#answered();
        break;
      case 'state':
        this.state = message.state;
        this.summary = message.state.summary;
        this.#answered();
        break;
      case 'rejects':
        this.rejects.set(message.source, { count: message.count, rows: message.rows });
        break;
      case 'done':
        this.note = { text: message.text, isProblem: false };
        this.#ask(0);
        break;
      case 'refused':
        this.note = { text: message.reason, isProblem: true };
        break;
      case 'bye':
        this.#forget();
        this.standing = { kind: 'closed', reason: message.reason };
        break;
    }
    this.#changed();
  }

  #answered(): void {
    if (this.#isAsked) this.#ask(this.#detail === 'all' ? this.#everyMs : SUMMARY_MS);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
