import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { addCommands } from './commands.js';

/** The view that has the screen or the focus, else the first of the active cell. */
function viewOf(notebooks: INotebookTracker | null): Element | null {
  return (
    document.querySelector('.millrace-View.millrace-mod-full') ??
    document.activeElement?.closest('.millrace-View') ??
    notebooks?.activeCell?.node.querySelector('.millrace-View') ??
    null
  );
}

/** The command that gives a live table or chart the whole screen, and takes it back. */
export const fullScreen: JupyterFrontEndPlugin<void> = {
  id: '@millrace/jupyterlab:full-screen',
  description: 'Shows a live table or chart of Millrace over the whole screen.',
  autoStart: true,
  optional: [INotebookTracker, ICommandPalette],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker | null, palette: ICommandPalette | null) => {
    const execute = async (): Promise<void> => {
      const view = viewOf(notebooks);
      if (view !== null) view.dispatchEvent(new Event('millrace-full-screen'));
      else
        await showErrorMessage(
          'Nothing to show over the whole screen',
          'The active cell shows no live table or chart. Select a cell that does.',
        );
    };
    addCommands(app.commands, palette, [
      {
        id: 'millrace:full-screen',
        label: 'Show the View over the Whole Screen, or Go Back',
        caption:
          'Give the live table or chart that has the focus, or that of the active cell, the whole screen',
        isEnabled: () => true,
        execute,
      },
    ]);
  },
};
