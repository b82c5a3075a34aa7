import type { NotebookPanel } from '@jupyterlab/notebook';
import { PANEL_TARGET, type PanelMessage, type PanelRequest } from '@millrace/protocol';
import type { PanelClient, PanelSubject } from '@millrace/ui';
import { CommChannel } from '../commChannel.js';
import { watchTrust } from '../trust.js';
import { notebookCells } from './notebookCells.js';

const UNTRUSTED =
  'The notebook is not trusted, so that its kernel is not asked. Run a cell of it, or trust it, to see its streams.';

/** What a notebook's streams panel is shown for, as long as the notebook is open. */
export interface NotebookStreams {
  readonly client: PanelClient;
  readonly subject: PanelSubject;
  /** Its counts on one line; empty where nothing runs, or nothing is known. */
  statusText(): string;
  dispose(): void;
}

/** Follows a notebook's kernel, where the notebook is trusted. The code that draws is loaded with the first one. */
export async function notebookStreams(panel: NotebookPanel, activate: () => void): Promise<NotebookStreams> {
  const { PanelClient, summaryText } = await import('@millrace/ui');
  const trust = watchTrust(panel, () => channel.recheck());
  const channel = new CommChannel<{ readonly v: number }, PanelRequest, PanelMessage>(
    panel.sessionContext,
    PANEL_TARGET,
    trust.isTrusted,
    UNTRUSTED,
  );
  const client = new PanelClient(channel);
  return {
    client,
    subject: {
      client,
      get title() {
        return panel.title.label;
      },
      cells: notebookCells(panel, activate),
    },
    statusText: () => (client.summary === null ? '' : summaryText(client.summary)),
    dispose: () => {
      trust.dispose();
      client.dispose();
    },
  };
}
