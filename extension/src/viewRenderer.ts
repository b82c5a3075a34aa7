import type { NotebookPanel } from '@jupyterlab/notebook';
import {
  INPUT_TARGET,
  VIEW_MIME,
  VIEW_TARGET,
  type InputMessage,
  type InputOpen,
  type InputRequest,
  type ViewMessage,
  type ViewOpen,
  type ViewOutput,
  type ViewRequest,
} from '@millrace/protocol';
import type { LiveView, ViewSettings } from '@millrace/ui';
import { currentLook, watchLook } from './look.js';
import { OutputRenderer, type Drawn } from './outputRenderer.js';
import { currentViewSettings, watchViewSettings } from './viewSettings.js';

interface DrawnView extends Drawn {
  readonly view: LiveView;
  readonly isChart: boolean;
}

/**
 * Shows one output of `VIEW_MIME`. Where the notebook is trusted it is live over a comm of its own; else it is the saved
 * state. The drawing code is loaded with the first view.
 */
export class ViewRenderer extends OutputRenderer<DrawnView> {
  private readonly unwatchLook: () => void;
  private readonly unwatchSettings: () => void;
  private zone = currentViewSettings().timeZone;

  constructor(panel: NotebookPanel | null) {
    super(panel, VIEW_MIME);
    this.unwatchLook = watchLook(look => void this.drawn?.view.setLook(look));
    this.unwatchSettings = watchViewSettings(settings => this.setSettings(settings));
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.unwatchLook();
      this.unwatchSettings();
    }
    super.dispose();
  }

  protected identity(output: unknown): unknown {
    const { v, viewId, view } = output as ViewOutput;
    // What is selected in a chart is its state, as rows are.
    return [v, viewId, { ...view, selections: null }];
  }

  protected async draw(output: unknown, trusted: boolean): Promise<DrawnView> {
    const { openView } = await import('@millrace/ui');
    const channel = this.channel<ViewOpen, ViewRequest, ViewMessage>(VIEW_TARGET, trusted);
    try {
      const view = await openView({
        output: output as ViewOutput,
        channel,
        look: currentLook(),
        settings: currentViewSettings(),
        onHide: () => this.save(),
        selectionChannel: () => this.channel<InputOpen, InputRequest, InputMessage>(INPUT_TARGET, trusted),
      });
      return {
        view,
        isChart: (output as ViewOutput).view.kind === 'chart',
        node: view.node,
        saved: () => view.takeSaved(),
        dispose: () => view.dispose(),
      };
    } catch (error) {
      channel.close();
      throw error;
    }
  }

  private setSettings(settings: ViewSettings): void {
    this.drawn?.view.setSettings(settings);
    const { zone } = this;
    this.zone = settings.timeZone;
    // A chart in another zone is another chart: it is made anew.
    if (zone !== settings.timeZone && this.drawn?.isChart === true) void this.redraw();
  }
}
