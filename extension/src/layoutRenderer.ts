import { MimeModel, type IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Panel } from '@lumino/widgets';
import {
  INPUT_MIME,
  LAYOUT_MIME,
  layoutTexts,
  type LayoutChild,
  type LayoutOutput,
} from '@millrace/protocol';

/** Shows an output of `LAYOUT_MIME`: each view as an output of its own would be, with its own way to the kernel and its own state. */
export class LayoutRenderer extends Panel implements IRenderMime.IRenderer {
  private model: IRenderMime.IMimeModel | null = null;
  private views: LayoutChild[] = [];
  /** What is shown, as JSON: what is written into the model itself changes nothing. */
  private shown: string | null = null;

  constructor(private readonly rendermime: IRenderMimeRegistry) {
    super();
    this.addClass('millrace-Layout');
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.model = model;
    const output = model.data[LAYOUT_MIME] as unknown as LayoutOutput;
    const shown = JSON.stringify([output, model.trusted]);
    if (shown === this.shown) return;
    this.shown = shown;
    for (const widget of [...this.widgets]) widget.dispose();
    this.node.dataset.direction = output.direction;
    this.views = [...output.children];
    const rendered = this.views.map((child, at) => this.render(child, at, model.trusted));
    await Promise.all(rendered);
  }

  private async render({ data, metadata }: LayoutChild, at: number, trusted: boolean): Promise<void> {
    const type = this.rendermime.preferredMimeType(data as PartialJSONObject, trusted ? 'any' : 'ensure');
    if (type === undefined) return;
    const renderer = this.rendermime.createRenderer(type);
    renderer.addClass('millrace-Layout-view');
    if (type === INPUT_MIME) renderer.addClass('millrace-mod-small');
    this.addWidget(renderer);
    const model = new MimeModel({
      data: data as PartialJSONObject,
      metadata: metadata as PartialJSONObject,
      trusted,
      callback: ({ data, metadata }) => {
        const child: LayoutChild = {
          data: data ?? model.data,
          metadata: metadata ?? model.metadata,
        };
        this.write(at, child);
      },
    });
    await renderer.renderModel(model);
  }

  /** Writes the present state of one view into the notebook's model. */
  private write(at: number, child: LayoutChild): void {
    const { model } = this;
    if (model === null || this.isDisposed) return;
    this.views[at] = child;
    const output = model.data[LAYOUT_MIME] as unknown as LayoutOutput;
    const written: LayoutOutput = { ...output, children: [...this.views] };
    this.shown = JSON.stringify([written, model.trusted]);
    const { html, text } = layoutTexts(written.direction, written.children);
    const data = { [LAYOUT_MIME]: written, 'text/html': html, 'text/plain': text };
    model.setData({ data: data as unknown as PartialJSONObject });
  }
}
