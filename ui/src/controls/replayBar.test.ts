// @vitest-environment jsdom
import { describe, expect, it, vi } from 'vitest';
import type { ClockState, SessionMessage, SessionRequest, TimeLine } from '@millrace/protocol';
import type { ChannelState, SessionChannel } from '../model/channel.js';
import { pageSettings, type BarSettings } from './barSettings.js';
import { ReplayBar } from './replayBar.js';

// A page's storage: newer Nodes have one of their own in its place, which keeps nothing.
const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  clear: () => kept.clear(),
});

class FakeSession implements SessionChannel {
  state: ChannelState = { kind: 'unavailable', reason: null };
  readonly sent: SessionRequest[] = [];
  private tell: (state: ChannelState) => void = () => undefined;
  private deliver: (message: SessionMessage, buffers: readonly Uint8Array[]) => void = () => undefined;

  onState(listener: (state: ChannelState) => void): void {
    this.tell = listener;
    listener(this.state);
  }

  onMessage(listener: (message: SessionMessage, buffers: readonly Uint8Array[]) => void): void {
    this.deliver = listener;
  }

  open(): void {
    this.become('open');
  }

  send(request: SessionRequest): void {
    this.sent.push(request);
  }

  close(): void {
    this.become('closed');
  }

  become(kind: ChannelState['kind']): void {
    this.state = { kind, reason: null };
    this.tell(this.state);
  }

  clock(state: Partial<ClockState>): void {
    const whole: ClockState = {
      mode: 'playing',
      speed: 60,
      nowUs: 0,
      startUs: 0,
      endUs: 100,
      live: false,
      ...state,
    };
    this.tellBar({ type: 'clock', state: whole });
  }

  tellBar(message: SessionMessage): void {
    this.deliver(message, []);
  }
}

function setUp(settings?: BarSettings) {
  const session = new FakeSession();
  const bar = new ReplayBar(session, settings);
  session.become('ready');
  // It asks for the time line.
  expect(session.sent.splice(0)).toEqual([{ type: 'timeLine' }]);
  const play = bar.node.querySelector('button') as HTMLButtonElement;
  const speed = bar.node.querySelector('select') as HTMLSelectElement;
  const choose = (value: string): void => {
    speed.value = value;
    speed.dispatchEvent(new Event('change'));
  };
  return { session, bar, play, speed, choose };
}

const seekBar = (bar: ReplayBar): HTMLInputElement =>
  bar.node.querySelector('input[type=range]') as HTMLInputElement;

describe('ReplayBar', () => {
  it('is there only while a kernel of ours is', () => {
    const { session, bar } = setUp();
    expect(bar.node.hidden).toBe(false);
    session.become('closed');
    expect(bar.node.hidden).toBe(true);
    session.become('ready');
    expect(bar.node.hidden).toBe(false);
  });

  it('pauses what plays, plays what is paused, and starts what is at its end', () => {
    const { session, play, choose } = setUp();
    session.clock({ mode: 'playing' });
    expect(play.getAttribute('aria-label')).toBe('Pause the replay');
    play.click();
    session.clock({ mode: 'paused' });
    play.click();
    session.clock({ mode: 'ended' });
    choose('600');
    play.click();
    expect(session.sent.map(request => (request.type === 'clock' ? request.command : null))).toEqual([
      { type: 'pause' },
      { type: 'play' },
      { type: 'start', at: null, speed: 600 },
    ]);
  });

  it("changes the speed of a running clock, and shows a cell's own speed", () => {
    const { session, speed, choose } = setUp();
    session.clock({ mode: 'playing', speed: 45 });
    expect(speed.value).toBe('45');
    choose('max');
    expect(session.sent).toEqual([{ type: 'clock', command: { type: 'speed', speed: 'max' } }]);
  });

  it("tells the clock's time in UTC and how far it is", () => {
    const { session, bar } = setUp();
    session.clock({
      nowUs: 1_767_623_400_000_000,
      startUs: 1_767_623_400_000_000 - 100,
      endUs: 1_767_623_400_000_000 + 300,
    });
    expect(bar.node.querySelector('time')?.textContent).toBe('2026-01-05 14:30:00');
    expect(seekBar(bar).value).toBe('250');
    expect(seekBar(bar).getAttribute('aria-valuetext')).toBe('2026-01-05 14:30:00 UTC');
  });

  it('goes where its slider is dragged to, once it is let go', () => {
    const { session, bar } = setUp();
    session.clock({
      nowUs: 1_767_623_400_000_000,
      startUs: 1_767_623_400_000_000,
      endUs: 1_767_623_500_000_000,
    });
    const slider = seekBar(bar);
    slider.value = '600';
    slider.dispatchEvent(new Event('input'));
    expect(bar.node.querySelector('time')?.textContent).toBe('2026-01-05 14:31:00');
    // The clock goes on meanwhile, and does not take the slider out of the hand.
    session.clock({
      nowUs: 1_767_623_401_000_000,
      startUs: 1_767_623_400_000_000,
      endUs: 1_767_623_500_000_000,
    });
    expect(slider.value).toBe('600');
    expect(session.sent).toEqual([]);
    slider.dispatchEvent(new Event('change'));
    expect(session.sent).toEqual([{ type: 'clock', command: { type: 'seek', to: 1_767_623_460_000_000 } }]);
  });

  it('cannot be dragged where a live feed is read, and is not there where the end is not known', () => {
    const { session, bar } = setUp();
    session.clock({ live: true });
    expect(seekBar(bar).disabled).toBe(true);
    session.clock({ endUs: null });
    expect(seekBar(bar).hidden).toBe(true);
  });

  it('steps by one row', () => {
    const { session, bar } = setUp();
    session.clock({ mode: 'paused' });
    bar.node.querySelector<HTMLButtonElement>('.millrace-ReplayBar-step')?.click();
    expect(session.sent).toEqual([{ type: 'clock', command: { type: 'step', events: 1 } }]);
    session.clock({ mode: 'ended' });
    expect(bar.node.querySelector<HTMLButtonElement>('.millrace-ReplayBar-step')?.disabled).toBe(true);
  });

  it('shows a speed of rows a second, and leaves it as it is', () => {
    const { session, speed, choose } = setUp();
    session.clock({ mode: 'playing', speed: { rowsPerSecond: 5000 } });
    expect(speed.selectedOptions[0]?.textContent).toBe('5,000 rows/s');
    choose('60');
    choose('5000 rows');
    expect(session.sent.map(request => (request.type === 'clock' ? request.command : null))).toEqual([
      { type: 'speed', speed: 60 },
      { type: 'speed', speed: { rowsPerSecond: 5000 } },
    ]);
  });

  const T = 1_767_623_400_000_000;
  const MINUTE = 60e6;

  /** Ten minutes, of which the fourth and fifth have no rows, read up to the eighth. */
  const line = (more: Partial<TimeLine> = {}): TimeLine => ({
    fromUs: T,
    widthUs: MINUTE,
    counts: [4, 9, 16, 0, 0, 1, 1, 1, 0, 0],
    expected: new Array<number>(10).fill(0),
    readUs: T + 8 * MINUTE,
    gaps: [
      { kind: 'silent', fromUs: T + 3 * MINUTE, toUs: T + 5 * MINUTE, source: null, missing: null },
      { kind: 'missing', fromUs: T + MINUTE, toUs: T + MINUTE, source: 'trades', missing: 12 },
    ],
    moreGaps: 0,
    ...more,
  });

  function withLine(settings?: BarSettings) {
    const made = setUp(settings);
    made.session.clock({ mode: 'paused', nowUs: T, startUs: T, endUs: T + 10 * MINUTE });
    made.session.tellBar({
      type: 'timeLine',
      line: line(),
      windows: [
        { view: 'v1', label: 'tumble 1 min', bars: false },
        { view: 'v2', label: 'tumble 5 min', bars: true },
      ],
    });
    const key = (name: string): void => {
      seekBar(made.bar).dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
    };
    return { ...made, key };
  }

  const commands = (session: FakeSession): unknown[] => session.sent.splice(0);
  const seekTo = (to: number) => ({ type: 'clock', command: { type: 'seek', to } });

  it('draws rows by time, hatches what has not been read, and marks gaps with what they are', () => {
    const { bar, session } = withLine();
    const path = bar.node.querySelector('.millrace-TimeLine-read path')?.getAttribute('d') ?? '';
    expect(path.split('M').length - 1).toBe(6);
    expect(path).toContain('M200 100V0H300V100Z');
    expect(bar.node.querySelector<HTMLElement>('.millrace-TimeLine-unread')?.style.left).toBe('80%');
    const gaps = [...bar.node.querySelectorAll('.millrace-TimeLine-gap')];
    expect(gaps.map(gap => gap.getAttribute('aria-label'))).toEqual([
      'no rows from 2026-01-05 14:33:00 to 14:35:00 (2 min): go to its end',
      'trades: 12 rows are missing before 2026-01-05 14:31:00: go to its end',
    ]);
    (gaps[0] as HTMLButtonElement).click();
    expect(commands(session)).toEqual([seekTo(T + 5 * MINUTE)]);
    session.clock({ mode: 'paused', nowUs: T + 4 * MINUTE, startUs: T, endUs: T + 10 * MINUTE });
    const node = bar.node.querySelector<HTMLElement>('.millrace-TimeLine');
    expect(node?.style.getPropertyValue('--millrace-done')).toBe('40%');
    session.tellBar({ type: 'timeLine', line: null, windows: [] });
    expect(node?.classList.contains('millrace-mod-rows')).toBe(false);
  });

  it('is moved by keys: space, a bucket on and back, over a gap', () => {
    const { session, key } = withLine();
    key(' ');
    key('PageUp');
    key('PageDown');
    key('g');
    expect(commands(session)).toEqual([
      { type: 'clock', command: { type: 'play' } },
      seekTo(T + MINUTE),
      seekTo(T),
      seekTo(T + 5 * MINUTE),
    ]);
    session.clock({ mode: 'paused', nowUs: T + 5 * MINUTE, startUs: T, endUs: T + 10 * MINUTE });
    key('G');
    expect(commands(session)).toEqual([]);
  });

  it('shows a zone beside UTC, reads what is typed in it, and agrees with other bars of the notebook', () => {
    const settings = pageSettings();
    const { bar, session } = withLine(settings);
    const other = withLine(settings).bar;
    settings.setTimeZone('America/New_York');
    for (const { node } of [bar, other]) {
      expect(node.querySelector('time')?.textContent).toBe('2026-01-05 09:30:00');
      expect(node.querySelector('.millrace-ReplayBar-utc')?.textContent).toBe('14:30:00 UTC');
      expect(node.querySelector('.millrace-ReplayBar-zone')?.textContent).toBe('New York');
    }
    expect(seekBar(bar).getAttribute('aria-valuetext')).toBe('2026-01-05 09:30:00 America/New_York');
    bar.node.querySelector<HTMLButtonElement>('.millrace-ReplayBar-time')?.click();
    const field = bar.node.querySelector<HTMLInputElement>('.millrace-ReplayBar-clock input');
    const type = (text: string): void => {
      (field as HTMLInputElement).value = text;
      field?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    };
    type('soon');
    expect(field?.getAttribute('aria-invalid')).toBe('true');
    expect(commands(session)).toEqual([]);
    type('09:35');
    expect(commands(session)).toEqual([seekTo(T + 5 * MINUTE)]);
    settings.setTimeZone('Nowhere/Land');
    expect(bar.node.querySelector('.millrace-ReplayBar-zone')?.textContent).toBe('UTC');
  });

  it('steps by what is chosen in its menu, and remembers it', () => {
    const { bar, session } = withLine();
    const menu = (): HTMLButtonElement[] => {
      bar.node.querySelector<HTMLButtonElement>('.millrace-ReplayBar-more')?.click();
      return [...document.querySelectorAll<HTMLButtonElement>('.millrace-Menu-item')];
    };
    const labels = menu().map(item => item.textContent);
    expect(labels.slice(0, 5)).toEqual([
      'One row',
      'One window',
      'One bar',
      'One window of tumble 1 min',
      'One window of tumble 5 min',
    ]);
    expect(labels.at(-1)).toBe('Skip: no rows from 2026-01-05 14:33:00 to 14:35:00 (2 min) (G)');
    for (const label of ['One window', 'One bar', 'One window of tumble 1 min', '1 min'])
      menu()
        .find(({ textContent }) => textContent === label)
        ?.click();
    bar.node.querySelector<HTMLButtonElement>('.millrace-ReplayBar-step')?.click();
    const minute = { type: 'clock', command: { type: 'step', durationUs: MINUTE } };
    expect(commands(session)).toEqual([
      { type: 'step', window: true },
      { type: 'step', window: 'v2' },
      { type: 'step', window: 'v1' },
      minute,
      minute,
    ]);
    const later = withLine();
    later.bar.node.querySelector<HTMLButtonElement>('.millrace-ReplayBar-step')?.click();
    expect(commands(later.session)).toEqual([minute]);
    localStorage.clear();
  });

  it('says how far live feeds lie behind, and that a connection is lost', () => {
    const { bar, session } = setUp();
    session.clock({ mode: 'idle', live: true, nowUs: null, startUs: null, endUs: null });
    const live = bar.node.querySelector('.millrace-ReplayBar-badges')?.lastElementChild as HTMLElement;
    expect(live.textContent).toBe('live');
    session.tellBar({ type: 'live', feeds: [{ name: 'a', state: 'connected', lagUs: 2_400_000 }] });
    expect(live.textContent).toBe('live · 2.4 s behind');
    session.tellBar({ type: 'live', feeds: [{ name: 'a', state: 'reconnecting', lagUs: null }] });
    expect([live.textContent, live.dataset['state']]).toEqual(['reconnecting…', 'stale']);
    session.clock({ mode: 'paused', live: false });
    expect(live.hidden).toBe(true);
    bar.dispose();
  });
});
