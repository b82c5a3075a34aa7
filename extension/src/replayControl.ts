import type { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';
import { SESSION_TARGET, type SessionMessage, type SessionRequest } from '@millrace/protocol';
import type { ReplayBar } from '@millrace/ui';
import { notebookSettings } from './barSettings.js';
import { CommChannel } from './commChannel.js';
import { placeOfBar } from './barPlace.js';
import type { CommandSpec } from './commands.js';
import { watchTrust, type TrustWatch } from './trust.js';

/** The replay bar as an item of a notebook's toolbar: empty until a trusted notebook runs our kernel. */
export class ReplayControl extends Widget {
  private bar: ReplayBar | null = null;
  private trust: TrustWatch | null = null;
  private stopPlacing: (() => void) | null = null;

  /** @param changed called when the clock is in another state */
  constructor(
    panel: NotebookPanel,
    private readonly changed: () => void,
  ) {
    super();
    this.addClass('millrace-ReplayControl');
    void this.load(panel);
  }

  /** What the replay can do now; null: it is not there. */
  get replay(): ReplayBar | null {
    return this.bar?.mode == null ? null : this.bar;
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.trust?.dispose();
    this.stopPlacing?.();
    this.bar?.dispose();
    this.bar = null;
    super.dispose();
  }

  private async load(panel: NotebookPanel): Promise<void> {
    const { ReplayBar } = await import('@millrace/ui');
    if (this.isDisposed) return;
    const trust = watchTrust(panel, () => channel.recheck());
    const channel = new CommChannel<{ readonly v: number }, SessionRequest, SessionMessage>(
      panel.sessionContext,
      SESSION_TARGET,
      trust.isTrusted,
    );
    this.trust = trust;
    this.bar = new ReplayBar(channel, notebookSettings(panel), this.changed);
    this.stopPlacing = placeOfBar(panel, this, this.bar.node);
  }
}

/** The commands of the current notebook's replay. */
export function replayCommands(current: () => ReplayControl | null): CommandSpec[] {
  const replay = (): ReplayBar | null => current()?.replay ?? null;
  const isIn = (...modes: readonly string[]): boolean => modes.includes(replay()?.mode ?? '');
  return [
    {
      id: 'millrace:play',
      label: 'Play the Replay',
      caption: 'Let the session clock run, from the start where it is at its end',
      isEnabled: () => isIn('paused', 'ended', 'max'),
      execute: () => replay()?.playNow(),
    },
    {
      id: 'millrace:pause',
      label: 'Pause the Replay',
      caption: 'Make the session clock stand',
      isEnabled: () => isIn('playing'),
      execute: () => replay()?.pauseNow(),
    },
    {
      id: 'millrace:play-pause',
      label: 'Play or Pause the Replay',
      caption: 'Let the session clock run, or make it stand',
      isEnabled: () => isIn('playing', 'paused', 'ended', 'max'),
      execute: () => replay()?.toggle(),
    },
    {
      id: 'millrace:step',
      label: 'Step the Replay by One Row',
      caption: 'Let one row out, and make the session clock stand',
      isEnabled: () => isIn('playing', 'paused', 'max'),
      execute: () => replay()?.stepNow(),
    },
    {
      id: 'millrace:skip-gap',
      label: 'Skip the Next Gap of the Replay',
      caption: 'Move the session clock to the end of the next span without rows',
      isEnabled: () => replay()?.hasStart === true,
      execute: () => replay()?.skipGap(),
    },
    {
      id: 'millrace:go-to-start',
      label: "Go to the Replay's Start",
      caption: 'Move the session clock back to the first row',
      isEnabled: () => replay()?.hasStart === true,
      execute: () => replay()?.seekStart(),
    },
  ];
}
