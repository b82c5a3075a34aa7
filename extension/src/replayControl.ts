import type { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';
import { SESSION_TARGET, type SessionMessage, type SessionRequest } from '@millrace/protocol';
import type { ReplayBar } from '@millrace/ui';
import { notebookSettings } from './barSettings.js';
import { CommChannel } from './commChannel.js';
import { placeOfBar } from './barPlace.js';
import { watchTrust, type TrustWatch } from './trust.js';

/** The replay bar as an item of a notebook's toolbar: empty until a trusted notebook runs our kernel. */
export class ReplayControl extends Widget {
  private bar: ReplayBar | null = null;
  private trust: TrustWatch | null = null;
  private stopPlacing: (() => void) | null = null;

  constructor(panel: NotebookPanel) {
    super();
    this.addClass('millrace-ReplayControl');
    void this.load(panel);
  }

  play(): void {
    this.bar?.playNow();
  }

  pause(): void {
    this.bar?.pauseNow();
  }

  skipGap(): void {
    this.bar?.skipGap();
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
    this.bar = new ReplayBar(channel, notebookSettings(panel));
    this.stopPlacing = placeOfBar(panel, this, this.bar.node);
  }
}
