import { clockBundle, clockStateText, type ClockOutput, type ClockState } from '@millrace/protocol';
import { element, setText } from '../dom.js';
import type { SessionChannel } from '../model/channel.js';
import type { BarSettings } from './barSettings.js';
import { ReplayBar } from './replayBar.js';

/** A replay bar in a cell's output: in step with all others, and where there is no kernel, the clock as it was saved. */
export class ClockOutputView {
  readonly node = element('div', 'millrace-ClockOutput');
  private readonly fallback = element('p', 'millrace-ClockOutput-saved');
  private readonly bar: ReplayBar;
  private state: ClockState;

  /** @param speed that it begins with where the clock has none of its own yet */
  constructor(output: ClockOutput, channel: SessionChannel, settings: BarSettings, speed?: number) {
    this.state = output.state;
    const shown = (clock: ClockState | null): void => {
      if (clock !== null && clock.mode !== 'idle') this.state = clock;
      this.fallback.hidden = clock !== null;
      setText(this.fallback, clockStateText(this.state));
    };
    this.bar = new ReplayBar(channel, settings, shown, speed);
    this.bar.node.classList.add('millrace-mod-output');
    this.node.append(this.bar.node, this.fallback);
  }

  /** The bundle of its present state, as the kernel makes it. */
  saved(): Readonly<Record<string, unknown>> {
    return clockBundle(this.state);
  }

  dispose(): void {
    this.bar.dispose();
    this.node.remove();
  }
}
