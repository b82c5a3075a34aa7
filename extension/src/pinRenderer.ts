import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { PIN_MIME, type PinOutput } from '@millrace/protocol';

/** The notebook's metadata of ours. */
const KEY = 'millrace';

/** Shows an output of `PIN_MIME` as text, and notes in the notebook's metadata which file it is made with. */
export class PinRenderer extends Widget implements IRenderMime.IRenderer {
  constructor(private readonly panel: NotebookPanel | null) {
    super();
    this.addClass('millrace-Pin');
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const text = document.createElement('pre');
    const plain = model.data['text/plain'];
    text.textContent = Array.isArray(plain) ? plain.join('') : String(plain);
    this.node.replaceChildren(text);
    if (model.trusted) this.note(model.data[PIN_MIME] as unknown as PinOutput);
    return Promise.resolve();
  }

  /** Writes what is not written yet: a notebook that is only opened stays as it was saved. */
  private note({ file, ...pin }: PinOutput): void {
    const notebook = this.panel?.context.model;
    if (notebook === undefined || typeof file !== 'string') return;
    const ours = (notebook.getMetadata(KEY) ?? {}) as { readonly pins?: Readonly<Record<string, unknown>> };
    const before = Object.entries(ours.pins ?? {}).find(([name]) => name === file)?.[1];
    if (JSON.stringify(before) === JSON.stringify(pin)) return;
    notebook.setMetadata(KEY, {
      ...ours,
      pins: { ...ours.pins, [file]: pin },
    } as unknown as PartialJSONObject);
  }
}
