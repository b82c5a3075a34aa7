import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { PIN_MIME, VIEW_MIME } from '@millrace/protocol';
import { PinRenderer } from './pinRenderer.js';
import { ReplayControl } from './replayControl.js';
import { ViewRenderer } from './viewRenderer.js';

/** Safe: an untrusted view draws its saved rows with an interpreter, loads nothing and opens no comm. */
function rendererFactory(panel: NotebookPanel | null): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [VIEW_MIME],
    defaultRank: 0,
    createRenderer: () => new ViewRenderer(panel),
  };
}

/** Safe: it shows text. */
function pinFactory(panel: NotebookPanel | null): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [PIN_MIME],
    defaultRank: 0,
    createRenderer: () => new PinRenderer(panel),
  };
}

/** Live views in outputs: those of a notebook know its kernel, those elsewhere show what was saved. */
const views: JupyterFrontEndPlugin<void> = {
  id: '@millrace/jupyterlab:views',
  description: 'Draws the live charts and tables of Millrace.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    rendermime.addFactory(rendererFactory(null), 0);
    rendermime.addFactory(pinFactory(null), 0);
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: widget => {
        const panel = widget as NotebookPanel;
        panel.content.rendermime.addFactory(rendererFactory(panel), 0);
        panel.content.rendermime.addFactory(pinFactory(panel), 0);
      },
    });
  },
};

/** The replay bar in each notebook's toolbar, and its commands. */
const replay: JupyterFrontEndPlugin<void> = {
  id: '@millrace/jupyterlab:replay',
  description: "Adds the replay bar to notebooks that run Millrace's kernel.",
  autoStart: true,
  optional: [INotebookTracker, ICommandPalette],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker | null, palette: ICommandPalette | null) => {
    const controls = new WeakMap<NotebookPanel, ReplayControl>();
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: widget => {
        const panel = widget as NotebookPanel;
        const control = new ReplayControl(panel);
        controls.set(panel, control);
        if (!panel.toolbar.insertBefore('spacer', 'millraceReplay', control))
          panel.toolbar.addItem('millraceReplay', control);
        return control;
      },
    });
    const addCommand = (id: string, label: string, run: (control: ReplayControl) => void): void => {
      const current = (): ReplayControl | undefined => {
        const panel = notebooks?.currentWidget ?? null;
        return panel === null ? undefined : controls.get(panel);
      };
      app.commands.addCommand(id, {
        label,
        isEnabled: () => current() !== undefined,
        execute: () => {
          const control = current();
          if (control !== undefined) run(control);
        },
        describedBy: { args: { type: 'object', properties: {} } },
      });
      palette?.addItem({ command: id, category: 'Millrace' });
    };
    addCommand('millrace:play', 'Play the Replay', control => control.play());
    addCommand('millrace:pause', 'Pause the Replay', control => control.pause());
  },
};

export default [views, replay];
