import type { NotebookPanel } from '@jupyterlab/notebook';
import {
  VIEW_MIME,
  VIEW_TARGET,
  type ViewMessage,
  type ViewOpen,
  type ViewOutput,
  type ViewRequest,
} from '@millrace/protocol';
import type { LiveView } from '@millrace/ui';
import { currentLook, watchLook } from './look.js';
import { OutputRenderer, type Drawn } from './outputRenderer.js';

interface DrawnView extends Drawn {
  readonly view: LiveView;
}

/**
 * Shows one output of `VIEW_MIME`. Where the notebook is trusted it is live over a comm of its own; else it is the saved
 * state. The drawing code is loaded with the first view.
 */
export class ViewRenderer extends OutputRenderer<DrawnView> {
  private readonly unwatchLook: () => void;

  constructor(panel: NotebookPanel | null) {
    super(panel, VIEW_MIME);
    this.unwatchLook = watchLook(look => void this.drawn?.view.setLook(look));
  }

  override dispose(): void {
    if (!this.isDisposed) this.unwatchLook();
    super.dispose();
  }

  protected identity(output: unknown): unknown {
    const { v, viewId, view } = output as ViewOutput;
    return [v, viewId, view];
  }

  protected async draw(output: unknown, trusted: boolean): Promise<DrawnView> {
    const { openView } = await import('@millrace/ui');
    const channel = this.channel<ViewOpen, ViewRequest, ViewMessage>(VIEW_TARGET, trusted);
    try {
      const view = await openView({
        output: output as ViewOutput,
        channel,
        look: currentLook(),
        onHide: () => this.save(),
      });
      return { view, node: view.node, saved: () => view.takeSaved(), dispose: () => view.dispose() };
    } catch (error) {
      channel.close();
      throw error;
    }
  }
}
