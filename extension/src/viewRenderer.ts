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
import type { LiveView } from '@millrace/ui';
import { currentLook, watchLook } from './look.js';
import { OutputRenderer, type Drawn } from './outputRenderer.js';
import { currentViewSettings, watchViewSettings } from './viewSettings.js';

interface DrawnView extends Drawn {
  readonly view: LiveView;
}

/**
 * Shows one output of `VIEW_MIME`. Where the notebook is trusted it is live over a comm of its own; else it is the saved
 * state. The drawing code is loaded with the first view.
 */
export class ViewRenderer extends OutputRenderer<DrawnView> {
  private readonly unwatchLook: () => void;
  private readonly unwatchSettings: () => void;

  constructor(panel: NotebookPanel | null) {
    super(panel, VIEW_MIME);
    this.unwatchLook = watchLook(look => void this.drawn?.view.setLook(look));
    this.unwatchSettings = watchViewSettings(settings => {
      this.drawn?.view.setSettings(settings);
      this.renderAgain();
    });
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
    // What is selected in a chart, and how columns are arranged, is its state, as rows are. A chart in another zone is another chart: it is made anew.
    const zone = view.kind === 'chart' ? currentViewSettings().timeZone : null;
    return [v, viewId, { ...view, selections: null, columns: null }, zone];
  }

  protected async draw(output: unknown, trusted: boolean): Promise<DrawnView> {
    const { openView } = await import('@millrace/ui');
    const viewChannel = () => this.channel<ViewOpen, ViewRequest, ViewMessage>(VIEW_TARGET, trusted);
    const channel = viewChannel();
    try {
      const view = await openView({
        output: output as ViewOutput,
        channel,
        look: currentLook(),
        settings: currentViewSettings(),
        onHide: () => this.save(),
        originChannel: viewChannel,
        selectionChannel: () => this.channel<InputOpen, InputRequest, InputMessage>(INPUT_TARGET, trusted),
      });
      return {
        view,
        node: view.node,
        saved: () => view.takeSaved(),
        dispose: () => view.dispose(),
      };
    } catch (error) {
      channel.close();
      throw error;
    }
  }
}
