import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import { PIN_MIME, type PinnedResultOutput, type PinOutput } from '@millrace/protocol';

/** The notebook's metadata of ours. */
const KEY = 'millrace';

/** Shows an output of `PIN_MIME` as text, and notes in the notebook's metadata which file it is made with, and what it gives. */
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
    if (model.trusted) this.note(model.data[PIN_MIME] as unknown as Partial<PinOutput & PinnedResultOutput>);
    return Promise.resolve();
  }

  private note({ file, result, ...pin }: Partial<PinOutput & PinnedResultOutput>): void {
    if (typeof file === 'string') this.keep('pins', file, pin);
    else if (typeof result === 'string') this.keep('results', result, pin);
  }

  /** Writes what is not written yet: a notebook that is only opened stays as it was saved. */
  private keep(list: 'pins' | 'results', name: string, pin: object): void {
    const notebook = this.panel?.context.model;
    if (notebook === undefined) return;
    const ours = (notebook.getMetadata(KEY) ?? {}) as Readonly<
      Partial<Record<typeof list, Record<string, unknown>>>
    >;
    const known = ours[list] ?? {};
    const before = Object.entries(known).find(([each]) => each === name)?.[1];
    if (JSON.stringify(before) === JSON.stringify(pin)) return;
    notebook.setMetadata(KEY, {
      ...ours,
      [list]: { ...known, [name]: pin },
    } as unknown as PartialJSONObject);
  }
}
