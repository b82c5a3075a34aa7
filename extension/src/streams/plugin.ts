import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { LabIcon } from '@jupyterlab/ui-components';
import { CurrentStreams } from './currentStreams.js';
import { ICON } from './icon.js';
import { followSettings } from './settings.js';
import { DEFAULTS } from './settingValues.js';
import { StatusItem } from './statusItem.js';
import { streamsCommands } from './streamsCommands.js';
import { StreamsWidget } from './streamsWidget.js';

const ID = '@millrace/jupyterlab:streams';

/** The streams panel, the item of the status bar, what both are asked for in the palette, and the settings. */
export const streams: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Shows the sources, tables and views of notebooks that run Millrace's kernel, and stops them.",
  autoStart: true,
  optional: [INotebookTracker, ILayoutRestorer, ICommandPalette, IStatusBar, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    statusBar: IStatusBar | null,
    registry: ISettingRegistry | null,
  ) => {
    let settings = DEFAULTS;
    let isSeen = false;
    const watch = (): void =>
      current.watch(isSeen, settings.statusBar && statusBar !== null, settings.panelRate);
    const widget = new StreamsWidget(seen => {
      isSeen = seen;
      watch();
    });
    widget.title.icon = new LabIcon({ name: 'millrace:streams', svgstr: ICON });
    const open = (): void => app.shell.activateById(widget.id);
    const item = new StatusItem(open);
    const showStatus = (): void => {
      const { now } = current;
      item.tell(settings.statusBar ? (now?.statusText() ?? '') : '', now?.client.summary ?? null);
    };
    const current = new CurrentStreams(
      notebooks,
      panel => app.shell.activateById(panel.id),
      (streams, isOther) => {
        if (isOther) widget.setSubject(streams?.subject ?? null);
        showStatus();
        commands.changed();
      },
    );
    const commands = streamsCommands(app.commands, palette, {
      open,
      client: () => current.now?.client ?? null,
    });
    app.shell.add(widget, 'left', { rank: 600, type: 'Streams' });
    restorer?.add(widget, 'millrace-streams');
    statusBar?.registerStatusItem(ID, {
      item,
      align: 'left',
      rank: 20,
      isActive: () => item.isShown,
      activeStateChanged: item.changed,
    });
    watch();
    if (registry === null) return;
    followSettings(registry, ID, now => {
      settings = now;
      widget.setTimeZone(now.timeZone);
      watch();
      showStatus();
    }).catch((error: unknown) => console.error(error));
  },
};
