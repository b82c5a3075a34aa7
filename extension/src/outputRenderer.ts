import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { closedChannel, CommChannel, UNTRUSTED } from './commChannel.js';
import type { Channel } from '@millrace/ui';

const NO_NOTEBOOK = 'Shown outside of a notebook: this is the state that was saved.';

/** An output's state as a notebook keeps it. */
interface Saved {
  readonly data: Readonly<Record<string, unknown>>;
  /** Missing: what the notebook has stays. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What is drawn of an output, and what a notebook keeps of it. */
export interface Drawn {
  readonly node: HTMLElement;
  /** Its present state; null where that is in the notebook already. */
  saved(): Saved | null;
  dispose(): void;
}

/** Shows one output that is drawn from its JSON and followed over comms of its own, and writes its state into the notebook when that is saved. */
export abstract class OutputRenderer<Kind extends Drawn = Drawn>
  extends Widget
  implements IRenderMime.IRenderer
{
  protected drawn: Kind | null = null;
  private model: IRenderMime.IMimeModel | null = null;
  /** What was drawn: writing the saved state into the model renders it again, which must change nothing. */
  private shown: string | null = null;

  constructor(
    protected readonly panel: NotebookPanel | null,
    private readonly mimeType: string,
  ) {
    super();
    this.addClass('millrace-Output');
    panel?.context.saveState.connect(this.onSaveState, this);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    const output = model.data[this.mimeType];
    const shown = JSON.stringify([this.identity(output), model.trusted]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.drawn?.dispose();
    this.drawn = null;
    try {
      const drawn = await this.draw(output, model.trusted);
      if (this.isDisposed || this.shown !== shown) {
        drawn.dispose();
        return;
      }
      this.drawn = drawn;
      this.node.replaceChildren(drawn.node);
    } catch (error) {
      if (this.isDisposed || this.shown !== shown) return;
      const note = document.createElement('pre');
      note.className = 'millrace-Error';
      note.textContent = error instanceof Error ? error.message : String(error);
      this.node.replaceChildren(note);
    }
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.panel?.context.saveState.disconnect(this.onSaveState, this);
    this.drawn?.dispose();
    this.drawn = null;
    super.dispose();
  }

  /** What of an output makes it another one: not its values. */
  protected abstract identity(output: unknown): unknown;

  protected abstract draw(output: unknown, trusted: boolean): Promise<Kind>;

  /** Writes the present state into the notebook's model. */
  protected save(): void {
    if (this.isDisposed || this.model === null || !this.model.trusted) return;
    const saved = this.drawn?.saved() ?? null;
    if (saved === null || JSON.stringify(saved.data) === JSON.stringify(this.model.data)) return;
    this.model.setData(saved as { data: PartialJSONObject; metadata?: PartialJSONObject });
  }

  protected channel<Open, Request, Message>(
    target: string,
    trusted: boolean,
  ): Channel<Open, Request, Message> {
    if (this.panel === null) return closedChannel(NO_NOTEBOOK);
    if (!trusted) return closedChannel(UNTRUSTED);
    return new CommChannel<Open, Request, Message>(this.panel.sessionContext, target);
  }

  private onSaveState(_sender: unknown, state: string): void {
    if (state === 'started') this.save();
  }
}
