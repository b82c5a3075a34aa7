import { Dialog, showDialog, type ICommandPalette } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { PanelClient } from '@millrace/ui';
import { addCommands, type CommandGroup } from '../commands.js';

/** Commands of the streams panel. */
export function streamsCommands(
  registry: CommandRegistry,
  palette: ICommandPalette | null,
  { open, client }: { readonly open: () => void; readonly client: () => PanelClient | null },
): CommandGroup {
  /** What is not known may be there. */
  const isRunning = (): boolean => {
    const summary = client()?.summary ?? null;
    return summary === null || summary.queries + summary.sources > 0;
  };
  const isOpen = (): boolean => client()?.standing.kind === 'open';
  return addCommands(registry, palette, [
    {
      id: 'millrace:open-streams',
      label: 'Show the Streams Panel',
      caption: "Show the sources, tables and views of the notebook's session",
      isEnabled: () => true,
      execute: open,
    },
    {
      id: 'millrace:stop-all',
      label: 'Stop All Streams',
      caption: 'Stop every query, write and recording of the notebook',
      isEnabled: () => isOpen() && isRunning(),
      execute: () =>
        confirmed('Stop all streams?', 'Rows that come meanwhile are lost.', 'Stop All', () =>
          client()?.request({ type: 'stopAll' }),
        ),
    },
    {
      id: 'millrace:release-results',
      label: 'Release Kept Results',
      caption:
        'Give up the results that the notebook keeps; they are computed again where they are asked for',
      isEnabled: isOpen,
      execute: () =>
        confirmed(
          'Release kept results?',
          'They are computed again where they are asked for.',
          'Release',
          () => client()?.request({ type: 'releaseAll' }),
        ),
    },
  ]);
}

/** Does what cannot be undone once it has been asked for again. */
async function confirmed(title: string, body: string, label: string, act: () => void): Promise<void> {
  const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label })];
  const { button } = await showDialog({ title, body, buttons, defaultButton: 0 });
  if (button.accept) act();
}
