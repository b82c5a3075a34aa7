import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import {
  INPUT_TARGET,
  type InputMessage,
  type InputOpen,
  type InputRequest,
  VIEW_MIME,
  VIEW_TARGET,
  type ViewMessage,
  type ViewOpen,
  type ViewOutput,
  type ViewRequest,
} from '@millrace/protocol';
import type { InputChannel, LiveView, ViewChannel } from '@millrace/ui';
import { closedChannel, CommChannel, UNTRUSTED } from './commChannel.js';
import { currentLook, watchLook } from './look.js';

const NO_NOTEBOOK = 'Shown outside of a notebook: this is the state that was saved.';

/**
 * Shows one output of `VIEW_MIME`. Where the notebook is trusted it is live over a comm of its own; else it is the saved
 * state. The drawing code is loaded with the first view.
 */
export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  private model: IRenderMime.IMimeModel | null = null;
  private view: LiveView | null = null;
  /** What the view was made for: writing the saved state into the model renders it again, which must change nothing. */
  private shown: string | null = null;
  private readonly unwatchLook: () => void;
  private readonly panel: NotebookPanel | null;

  constructor(panel: NotebookPanel | null) {
    super();
    this.panel = panel;
    this.addClass('millrace-Output');
    this.unwatchLook = watchLook(look => void this.view?.setLook(look));
    panel?.context.saveState.connect(this.onSaveState, this);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    const output = model.data[VIEW_MIME] as unknown as ViewOutput;
    const shown = JSON.stringify([output.v, output.viewId, model.trusted]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.view?.dispose();
    this.view = null;
    const { openView } = await import('@millrace/ui');
    if (this.isDisposed || this.shown !== shown) return;
    const channel = this.channelFor(model);
    try {
      const view = await openView({
        output,
        channel,
        look: currentLook(),
        onHide: () => this.save(),
        selectionChannel: () => this.inputChannel(model),
      });
      if (this.isDisposed || this.shown !== shown) {
        view.dispose();
        return;
      }
      this.view = view;
      this.node.replaceChildren(view.node);
    } catch (error) {
      channel.close();
      this.showError(error);
    }
  }

  /** Writes the view's present state into the notebook's model. */
  save(): void {
    const saved = this.view?.takeSaved() ?? null;
    if (saved === null || this.model === null || this.isDisposed) return;
    this.model.setData({
      data: saved.data as PartialJSONObject,
      metadata: saved.metadata as PartialJSONObject,
    });
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.unwatchLook();
    this.panel?.context.saveState.disconnect(this.onSaveState, this);
    this.view?.dispose();
    this.view = null;
    super.dispose();
  }

  private channelFor(model: IRenderMime.IMimeModel): ViewChannel {
    if (this.panel === null) return closedChannel(NO_NOTEBOOK);
    if (!model.trusted) return closedChannel(UNTRUSTED);
    return new CommChannel<ViewOpen, ViewRequest, ViewMessage>(this.panel.sessionContext, VIEW_TARGET);
  }

  private inputChannel(model: IRenderMime.IMimeModel): InputChannel {
    if (this.panel === null) return closedChannel(NO_NOTEBOOK);
    if (!model.trusted) return closedChannel(UNTRUSTED);
    return new CommChannel<InputOpen, InputRequest, InputMessage>(this.panel.sessionContext, INPUT_TARGET);
  }

  private onSaveState(_sender: unknown, state: string): void {
    if (state === 'started') this.save();
  }

  private showError(error: unknown): void {
    const note = document.createElement('pre');
    note.className = 'millrace-Error';
    note.textContent = error instanceof Error ? error.message : String(error);
    this.node.replaceChildren(note);
  }
}
