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
    expect(bar.node.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')).toBe('25');
  });
});
