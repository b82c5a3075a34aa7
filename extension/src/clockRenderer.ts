import type { NotebookPanel } from '@jupyterlab/notebook';
import {
  CLOCK_MIME,
  SESSION_TARGET,
  type ClockOutput,
  type SessionMessage,
  type SessionRequest,
} from '@millrace/protocol';
import { notebookSettings } from './barSettings.js';
import { OutputRenderer } from './outputRenderer.js';

/** Shows an output of `CLOCK_MIME`: a replay bar, where the notebook is trusted. */
export class ClockRenderer extends OutputRenderer {
  constructor(panel: NotebookPanel | null) {
    super(panel, CLOCK_MIME);
  }

  protected identity(output: unknown): unknown {
    return (output as ClockOutput).v;
  }

  protected async draw(output: unknown, trusted: boolean) {
    const { ClockOutputView } = await import('@millrace/ui');
    const channel = this.channel<{ readonly v: number }, SessionRequest, SessionMessage>(
      SESSION_TARGET,
      trusted,
    );
    const view = new ClockOutputView(output as ClockOutput, channel, notebookSettings(this.panel));
    return { node: view.node, saved: () => ({ data: view.saved() }), dispose: () => view.dispose() };
  }
}
