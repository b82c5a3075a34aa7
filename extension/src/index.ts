import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { CLOCK_MIME, INPUT_MIME, LAYOUT_MIME, PIN_MIME, PROSE_MIME, VIEW_MIME } from '@millrace/protocol';
import { ClockRenderer } from './clockRenderer.js';
import { addCommands } from './commands.js';
import { fullScreen } from './fullScreen.js';
import { InputRenderer } from './inputRenderer.js';
import { LayoutRenderer } from './layoutRenderer.js';
import { PinRenderer } from './pinRenderer.js';
import { ProseRenderer } from './proseRenderer.js';
import { replayCommands, ReplayControl } from './replayControl.js';
import { streams } from './streams/plugin.js';
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

/** Safe: an untrusted input shows what was saved, and cannot be moved. */
function inputFactory(panel: NotebookPanel | null): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [INPUT_MIME],
    defaultRank: 0,
    createRenderer: () => new InputRenderer(panel),
  };
}

/** Safe: an untrusted bar shows the clock as it was saved. */
function clockFactory(panel: NotebookPanel | null): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [CLOCK_MIME],
    defaultRank: 0,
    createRenderer: () => new ClockRenderer(panel),
  };
}

/** Safe: Markdown goes through JupyterLab's sanitiser, and values are text. */
function proseFactory(
  panel: NotebookPanel | null,
  rendermime: IRenderMimeRegistry,
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [PROSE_MIME],
    defaultRank: 0,
    createRenderer: () => new ProseRenderer(panel, rendermime),
  };
}

/** Safe: each view in it is shown by what shows it elsewhere, as trusted as the layout is. */
function layoutFactory(rendermime: IRenderMimeRegistry): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [LAYOUT_MIME],
    defaultRank: 0,
    createRenderer: () => new LayoutRenderer(rendermime),
  };
}

/** Adds what draws outputs of ours. */
function addFactories(panel: NotebookPanel | null, rendermime: IRenderMimeRegistry): void {
  for (const factory of [rendererFactory(panel), pinFactory(panel), inputFactory(panel)])
    rendermime.addFactory(factory, 0);
  rendermime.addFactory(clockFactory(panel), 0);
  rendermime.addFactory(proseFactory(panel, rendermime), 0);
  rendermime.addFactory(layoutFactory(rendermime), 0);
}

/** Live views in outputs: those of a notebook know its kernel, those elsewhere show what was saved. */
const views: JupyterFrontEndPlugin<void> = {
  id: '@millrace/jupyterlab:views',
  description: 'Draws the live charts and tables of Millrace.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (app: JupyterFrontEnd, rendermime: IRenderMimeRegistry) => {
    addFactories(null, rendermime);
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: widget => {
        const panel = widget as NotebookPanel;
        addFactories(panel, panel.content.rendermime);
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
    const current = (): ReplayControl | null => {
      const panel = notebooks?.currentWidget ?? null;
      return panel === null ? null : (controls.get(panel) ?? null);
    };
    const commands = addCommands(app.commands, palette, replayCommands(current));
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: widget => {
        const panel = widget as NotebookPanel;
        const control = new ReplayControl(panel, () => commands.changed());
        controls.set(panel, control);
        if (!panel.toolbar.insertBefore('spacer', 'millraceReplay', control))
          panel.toolbar.addItem('millraceReplay', control);
        return control;
      },
    });
    notebooks?.currentChanged.connect(() => commands.changed());
  },
};

export default [views, replay, streams, fullScreen];
