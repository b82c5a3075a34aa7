import type { LiveFeed } from '@millrace/protocol';
import { makeBadge } from '../badge.js';
import { setAttribute, setText } from '../dom.js';
import { spanText } from './zones.js';

const TICK_MS = 1000;
/** A lag that nobody would notice is not told. */
const LEAST_LAG_US = 50_000;

/** Says that live feeds are read: how far they lie behind the wall clock, and that a connection is lost. It counts on while nothing comes. */
export class LiveBadge {
  readonly node = makeBadge();
  private feeds: readonly LiveFeed[] = [];
  private isLive = false;
  private toldMs = 0;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly now: () => number = () => performance.now()) {
    this.node.hidden = true;
  }

  /** @param isLive whether a live feed is part of the session, also where no more is known */
  show(isLive: boolean, feeds: readonly LiveFeed[] | null): void {
    this.isLive = isLive;
    if (feeds !== null) {
      this.feeds = feeds;
      this.toldMs = this.now();
    }
    this.node.hidden = !isLive;
    if (isLive) this.timer ??= setInterval(() => this.draw(), TICK_MS);
    else this.stop();
    this.draw();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private draw(): void {
    if (!this.isLive) return;
    const since = (this.now() - this.toldMs) * 1000;
    const lagOf = ({ lagUs, state }: LiveFeed): number | null =>
      lagUs === null ? null : lagUs + (state === 'ended' ? 0 : since);
    const open = this.feeds.filter(({ state }) => state !== 'ended');
    const lost = open.filter(({ state }) => state === 'reconnecting' || state === 'failed');
    const lags = open.map(lagOf).filter(lag => lag !== null);
    const lag = lags.length === 0 ? null : Math.max(...lags);
    const behind = lag === null || lag < LEAST_LAG_US ? '' : ` · ${spanText(lag)} behind`;
    const word =
      lost.length > 0
        ? lost.some(({ state }) => state === 'failed')
          ? 'feed failed'
          : 'reconnecting…'
        : this.feeds.length > 0 && open.length === 0
          ? 'feed ended'
          : `live${behind}`;
    setText(this.node, word);
    const state = lost.length > 0 ? 'stale' : word === 'feed ended' ? 'ended' : 'live';
    setAttribute(this.node, 'data-state', lost.some(feed => feed.state === 'failed') ? 'failed' : state);
    const lines = this.feeds.map(feed => {
      const own = lagOf(feed);
      return `${feed.name}: ${feed.state}${own === null ? '' : `, ${spanText(own)} behind`}`;
    });
    setAttribute(this.node, 'title', lines.length === 0 ? null : lines.join('\n'));
  }
}
