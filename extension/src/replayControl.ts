import type { NotebookPanel } from '@jupyterlab/notebook';
import { Widget } from '@lumino/widgets';
import { SESSION_TARGET, type SessionMessage, type SessionRequest } from '@millrace/protocol';
import type { ReplayBar } from '@millrace/ui';
import { CommChannel } from './commChannel.js';
import { watchTrust, type TrustWatch } from './trust.js';

/** The replay bar as an item of a notebook's toolbar: empty until a trusted notebook runs our kernel. */
export class ReplayControl extends Widget {
  private bar: ReplayBar | null = null;
  private trust: TrustWatch | null = null;

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

  override dispose(): void {
    if (this.isDisposed) return;
    this.trust?.dispose();
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
    this.bar = new ReplayBar(channel);
    this.node.append(this.bar.node);
  }
}
