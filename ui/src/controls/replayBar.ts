import {
  PROTOCOL_VERSION,
  type ClockCommand,
  type ClockSpeed,
  type ClockState,
  type LiveFeed,
  type SessionMessage,
  type ShownWindows,
  type TimeLine,
} from '@millrace/protocol';
import { makeBadge } from '../badge.js';
import { element, setAttribute, setText } from '../dom.js';
import type { ChannelState, SessionChannel } from '../model/channel.js';
import { pageSettings, type BarSettings } from './barSettings.js';
import { gapText, nextSilence } from './gaps.js';
import { LiveBadge } from './liveBadge.js';
import { speedOf, SPEEDS, speedText, speedValue } from './speeds.js';
import { StepButton } from './stepButton.js';
import { TimeField } from './timeField.js';
import { TimeLineView } from './timeLineView.js';
import { ZoneButton } from './zoneButton.js';
import { checkedZone } from './zones.js';

const NO_CLOCK: ClockState = {
  mode: 'idle',
  speed: 60,
  nowUs: null,
  startUs: null,
  endUs: null,
  live: false,
};
const DEFAULT_SPEED = 60;

/** Keys that move what is around a bar, such as the cells of a notebook, and are the bar's own in an output. */
const MODIFIERS = ['ctrlKey', 'metaKey', 'altKey'] as const;

/**
 * The replay bar of a notebook, in its toolbar and in any of its outputs: play and pause, steps, how fast, what time it is in the data, and how far, over how many
 * rows there are at which time. It shows the clock as the kernel tells it, and never a state of its own, so that any number of bars agree.
 */
export class ReplayBar {
  readonly node = element('div', 'millrace-ReplayBar');
  private readonly play = element('button', 'millrace-ReplayBar-play');
  private readonly speed = element('select', 'millrace-ReplayBar-speed');
  private readonly step = new StepButton(
    request => this.channel.send(request),
    () => this.skipGap(),
  );
  private readonly time = new TimeField(time => this.command({ type: 'seek', to: time }));
  private readonly zone = new ZoneButton(zone => this.settings.setTimeZone(zone));
  private readonly line = new TimeLineView({
    seek: time => this.command({ type: 'seek', to: time }),
    preview: time => this.showTime(time ?? this.clock.nowUs),
    toggle: () => this.toggle(),
    skipGap: () => this.skipGap(),
  });
  private readonly live = new LiveBadge();
  private readonly badge = makeBadge();
  private clock: ClockState = NO_CLOCK;
  private timeLine: TimeLine | null = null;
  private windows: readonly ShownWindows[] = [];
  private readonly stopSettings: () => void;

  /**
   * @param shown told of every state that is shown; null: none is
   * @param speed the speed that it offers before one was chosen: event time per wall time
   */
  constructor(
    private readonly channel: SessionChannel,
    private readonly settings: BarSettings = pageSettings(),
    private readonly shown: (clock: ClockState | null) => void = () => undefined,
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
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.node.addEventListener('keydown', event => {
      if (!MODIFIERS.some(name => event[name])) event.stopPropagation();
    });
    const { node: line } = this.line;
    const badges = element('span', 'millrace-ReplayBar-badges', this.badge, this.live.node);
    this.node.append(this.play, this.step.node, this.speed, this.time.node, this.zone.node, line, badges);
    this.stopSettings = settings.onChange(() => this.show());
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
    this.stopSettings();
    this.live.stop();
    this.line.dispose();
    this.node.remove();
  }

  /** Goes to the end of the span without rows that the clock is in, or else of the next one. */
  skipGap(): void {
    const gap = nextSilence(this.timeLine?.gaps ?? [], this.clock.nowUs);
    if (gap !== null && !this.clock.live) this.command({ type: 'seek', to: gap.toUs });
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
    if (state.kind === 'open') this.channel.send({ type: 'timeLine' });
    if (state.kind === 'closed' || state.kind === 'unavailable') {
      this.clock = NO_CLOCK;
      this.timeLine = null;
      this.windows = [];
    }
    setAttribute(this.node, 'title', state.reason);
    this.show();
  }

  private receive(message: SessionMessage): void {
    if (message.type === 'error') {
      this.node.title = message.message;
      this.node.dataset.millraceError = message.message;
      return;
    }
    switch (message.type) {
      case 'clock':
        delete this.node.dataset.millraceError;
        this.node.removeAttribute('title');
        this.clock = message.state;
        break;
      case 'timeLine':
        this.timeLine = message.line;
        this.windows = message.windows;
        break;
      case 'live':
        this.showLive(message.feeds);
        return;
    }
    this.show();
  }

  private get timeZone(): string {
    return checkedZone(this.settings.timeZone ?? '') ?? 'UTC';
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
    const canStep = mode !== 'idle' && mode !== 'ended';
    const gap = live ? null : nextSilence(this.timeLine?.gaps ?? [], nowUs);
    this.step.update(canStep, this.windows, gap === null ? null : gapText(gap, this.timeZone));
    this.zone.show(this.timeZone);
    this.zone.node.hidden = nowUs === null;
    this.showTime(nowUs);
    this.line.show(this.clock, this.timeLine, this.timeZone);
    this.showLive(null);
    const word = mode === 'max' ? 'at once' : mode === 'idle' ? 'no replay' : mode;
    setText(this.badge, word);
    setAttribute(this.badge, 'data-state', mode === 'playing' ? 'replaying' : mode);
    // Where there is nothing but live feeds, no clock holds anything back unless it stands.
    this.badge.hidden = live && (mode === 'idle' || mode === 'max');
    this.node.dataset.millraceClock = mode;
    this.node.dataset.millraceSpeed = speedValue(speed);
    this.node.dataset.millraceNowUs = String(nowUs ?? '');
    this.shown(open ? this.clock : null);
  }

  private showLive(feeds: readonly LiveFeed[] | null): void {
    this.live.show(this.clock.live && !this.node.hidden, feeds);
  }

  private showTime(timeUs: number | null): void {
    this.time.show(timeUs, this.timeZone, this.clock.mode !== 'idle' && !this.clock.live);
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
