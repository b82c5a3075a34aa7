import {
  PROTOCOL_VERSION,
  type ClockCommand,
  type ClockState,
  type SessionMessage,
} from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import { clockText } from '../format.js';
import type { ChannelState, SessionChannel } from '../model/channel.js';
import { SPEEDS, speedText } from './speeds.js';

const NO_CLOCK: ClockState = {
  mode: 'idle',
  speed: 60,
  nowUs: null,
  startUs: null,
  endUs: null,
  live: false,
};
const DEFAULT_SPEED = 60;

/**
 * The replay bar of a notebook: play and pause, how fast, what time it is in the data, and how far. It shows the clock as
 * the kernel tells it, and never a state of its own.
 */
export class ReplayBar {
  readonly node = element('div', 'millrace-ReplayBar');
  private readonly play = element('button', 'millrace-ReplayBar-play');
  private readonly speed = element('select', 'millrace-ReplayBar-speed');
  private readonly time = element('time', 'millrace-ReplayBar-time');
  private readonly progress = element(
    'div',
    'millrace-ReplayBar-progress',
    element('div', 'millrace-ReplayBar-done'),
  );
  private readonly badge = element('span', 'millrace-Badge');
  private clock: ClockState = NO_CLOCK;

  constructor(private readonly channel: SessionChannel) {
    this.node.setAttribute('role', 'toolbar');
    this.node.setAttribute('aria-label', 'Replay');
    this.play.type = 'button';
    this.play.addEventListener('click', () => this.toggle());
    this.speed.setAttribute('aria-label', 'Replay speed');
    this.speed.title = 'Replay speed: event time per wall time';
    this.speed.addEventListener('change', () => this.chooseSpeed());
    for (const speed of SPEEDS) this.addSpeed(speed);
    this.time.title = 'Event time (UTC)';
    this.progress.setAttribute('role', 'progressbar');
    this.progress.setAttribute('aria-label', 'Replayed');
    this.progress.setAttribute('aria-valuemin', '0');
    this.progress.setAttribute('aria-valuemax', '100');
    this.node.append(this.play, this.speed, this.time, this.progress, this.badge);
    channel.onMessage(message => this.receive(message));
    channel.onState(state => this.setChannelState(state));
    this.show();
  }

  /** Lets the clock run, from the start where it does not run yet or is at its end. */
  playNow(): void {
    const { mode } = this.clock;
    if (mode === 'playing') return;
    this.command(
      mode === 'paused' ? { type: 'play' } : { type: 'start', at: null, speed: this.chosenSpeed() },
    );
  }

  pauseNow(): void {
    this.command({ type: 'pause' });
  }

  dispose(): void {
    this.channel.close();
    this.node.remove();
  }

  private toggle(): void {
    if (this.clock.mode === 'playing') this.pauseNow();
    else this.playNow();
  }

  private chosenSpeed(): number | 'max' {
    const { value } = this.speed;
    return value === 'max' ? 'max' : Number(value);
  }

  private chooseSpeed(): void {
    const { mode } = this.clock;
    if (mode === 'playing' || mode === 'paused') this.command({ type: 'speed', speed: this.chosenSpeed() });
  }

  private command(command: ClockCommand): void {
    this.channel.send({ type: 'clock', command });
  }

  private setChannelState(state: ChannelState): void {
    if (state.kind === 'ready') this.channel.open({ v: PROTOCOL_VERSION });
    if (state.kind === 'closed' || state.kind === 'unavailable') this.clock = NO_CLOCK;
    setAttribute(this.node, 'title', state.reason);
    this.show();
  }

  private receive(message: SessionMessage): void {
    if (message.type === 'error') {
      this.node.title = message.message;
      this.node.dataset.millraceError = message.message;
      return;
    }
    delete this.node.dataset.millraceError;
    this.node.removeAttribute('title');
    this.clock = message.state;
    this.show();
  }

  private show(): void {
    const { mode, speed, nowUs, startUs, endUs, live } = this.clock;
    const open = this.channel.state.kind === 'open';
    this.node.hidden = !open;
    const playing = mode === 'playing';
    const action = playing
      ? 'Pause the replay'
      : mode === 'paused'
        ? 'Play the replay'
        : 'Replay from the start';
    setAttribute(this.play, 'aria-label', action);
    setAttribute(this.play, 'title', action);
    setAttribute(this.play, 'data-action', playing ? 'pause' : mode === 'paused' ? 'play' : 'replay');
    this.showSpeed(mode === 'playing' || mode === 'paused' ? speed : this.chosenSpeed());
    this.play.disabled = mode === 'idle';
    this.time.hidden = nowUs === null || !Number.isFinite(nowUs);
    setText(this.time, nowUs === null || this.time.hidden ? '' : clockText(nowUs));
    const done = fractionDone(nowUs, startUs, endUs, mode);
    this.progress.hidden = done === null;
    (this.progress.firstElementChild as HTMLElement).style.transform = `scaleX(${done ?? 0})`;
    setAttribute(this.progress, 'aria-valuenow', done === null ? null : String(Math.round(done * 100)));
    const word = live ? 'live' : mode === 'max' ? 'at once' : mode === 'idle' ? 'no replay' : mode;
    setText(this.badge, word);
    setAttribute(this.badge, 'data-state', live ? 'live' : mode === 'playing' ? 'replaying' : mode);
    this.node.dataset.millraceClock = mode;
    this.node.dataset.millraceSpeed = String(speed);
    this.node.dataset.millraceNowUs = String(nowUs ?? '');
  }

  private showSpeed(speed: number | 'max'): void {
    if (document.activeElement === this.speed && this.clock.mode === 'idle') return;
    if (![...this.speed.options].some(option => option.value === String(speed))) this.addSpeed(speed);
    if (this.speed.value !== String(speed)) this.speed.value = String(speed);
  }

  /** Adds a speed in its place: cells may choose others than the bar offers. */
  private addSpeed(speed: number | 'max'): void {
    const option = element('option', '', speedText(speed));
    option.value = String(speed);
    option.defaultSelected = speed === DEFAULT_SPEED;
    const after = [...this.speed.options].find(
      other => speed !== 'max' && (other.value === 'max' || Number(other.value) > speed),
    );
    this.speed.add(option, after ?? null);
  }
}

function fractionDone(
  now: number | null,
  start: number | null,
  end: number | null,
  mode: ClockState['mode'],
): number | null {
  if (mode === 'ended') return 1;
  if (now === null || start === null || end === null || !(end > start)) return null;
  return Math.min(1, Math.max(0, (now - start) / (end - start)));
}
