import {
  PROTOCOL_VERSION,
  type ClockCommand,
  type ClockSpeed,
  type ClockState,
  type SessionMessage,
} from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import { clockText } from '../format.js';
import type { ChannelState, SessionChannel } from '../model/channel.js';
import { SeekBar } from './seekBar.js';
import { speedOf, SPEEDS, speedText, speedValue } from './speeds.js';

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
  private readonly step = element('button', 'millrace-ReplayBar-step');
  private readonly seek = new SeekBar(
    time => this.command({ type: 'seek', to: time }),
    time => this.showTime(time ?? this.clock.nowUs),
  );
  private readonly badge = element('span', 'millrace-Badge');
  private clock: ClockState = NO_CLOCK;

  /**
   * @param changed called when the clock is in another state
   * @param speed the speed that it offers before one was chosen: event time per wall time
   */
  constructor(
    private readonly channel: SessionChannel,
    private readonly changed: () => void = () => undefined,
    speed = DEFAULT_SPEED,
  ) {
    this.node.setAttribute('role', 'toolbar');
    this.node.setAttribute('aria-label', 'Replay');
    this.play.type = 'button';
    this.play.addEventListener('click', () => this.toggle());
    this.speed.setAttribute('aria-label', 'Replay speed');
    this.speed.title = 'Replay speed: event time per wall time';
    this.speed.addEventListener('change', () => this.chooseSpeed());
    for (const offered of SPEEDS) this.addSpeed(offered);
    this.showSpeed(speed);
    this.time.title = 'Event time (UTC)';
    this.step.type = 'button';
    this.step.setAttribute('aria-label', 'Step one row');
    this.step.title = 'Step one row';
    this.step.addEventListener('click', () => this.stepNow());
    this.node.append(this.play, this.step, this.speed, this.time, this.seek.node, this.badge);
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

  /** Lets one row out. */
  stepNow(): void {
    this.command({ type: 'step', events: 1 });
  }

  /** What the clock does; null: there is no kernel of ours to ask. */
  get mode(): ClockState['mode'] | null {
    return this.channel.state.kind === 'open' ? this.clock.mode : null;
  }

  /** Whether there is a start to go back to: a live feed has none. */
  get hasStart(): boolean {
    return this.mode !== null && this.clock.startUs !== null && !this.clock.live;
  }

  /** Goes to the first row. */
  seekStart(): void {
    const { startUs } = this.clock;
    if (startUs !== null) this.command({ type: 'seek', to: startUs });
  }

  dispose(): void {
    this.channel.close();
    this.node.remove();
  }

  /** Pauses what plays, plays anything else. */
  toggle(): void {
    if (this.clock.mode === 'playing') this.pauseNow();
    else this.playNow();
  }

  private chosenSpeed(): ClockSpeed {
    return speedOf(this.speed.value);
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
    const { mode, speed, nowUs, live } = this.clock;
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
    this.step.disabled = mode === 'idle' || mode === 'ended';
    this.showTime(nowUs);
    this.seek.show(this.clock);
    const word = live ? 'live' : mode === 'max' ? 'at once' : mode === 'idle' ? 'no replay' : mode;
    setText(this.badge, word);
    setAttribute(this.badge, 'data-state', live ? 'live' : mode === 'playing' ? 'replaying' : mode);
    this.node.dataset.millraceClock = mode;
    this.node.dataset.millraceSpeed = speedValue(speed);
    this.node.dataset.millraceNowUs = String(nowUs ?? '');
    this.changed();
  }

  private showTime(timeUs: number | null): void {
    this.time.hidden = timeUs === null || !Number.isFinite(timeUs);
    setText(this.time, timeUs === null || this.time.hidden ? '' : clockText(timeUs));
  }

  private showSpeed(speed: ClockSpeed): void {
    if (document.activeElement === this.speed && this.clock.mode === 'idle') return;
    const value = speedValue(speed);
    if (![...this.speed.options].some(option => option.value === value)) this.addSpeed(speed);
    if (this.speed.value !== value) this.speed.value = value;
  }

  /** Adds a speed in its place: cells may choose others than the bar offers. */
  private addSpeed(speed: ClockSpeed): void {
    const option = element('option', '', speedText(speed));
    option.value = speedValue(speed);
    option.defaultSelected = speed === DEFAULT_SPEED;
    const after =
      typeof speed === 'number'
        ? [...this.speed.options].find(({ value }) => !(Number(value) <= speed))
        : undefined;
    this.speed.add(option, after ?? null);
  }
}
