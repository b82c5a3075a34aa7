// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { ClockState, SessionMessage, SessionRequest } from '@millrace/protocol';
import type { ChannelState, SessionChannel } from '../model/channel.js';
import { ReplayBar } from './replayBar.js';

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
    this.deliver({ type: 'clock', state: whole }, []);
  }
}

function setUp() {
  const session = new FakeSession();
  const bar = new ReplayBar(session);
  session.become('ready');
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
    expect(session.sent.map(request => request.command)).toEqual([
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
    expect(seekBar(bar).getAttribute('aria-valuetext')).toBe('2026-01-05 14:30:00');
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
    expect(session.sent.map(({ command }) => command)).toEqual([
      { type: 'speed', speed: 60 },
      { type: 'speed', speed: { rowsPerSecond: 5000 } },
    ]);
  });
});
