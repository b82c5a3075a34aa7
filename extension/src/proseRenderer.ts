import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import {
  INPUT_TARGET,
  markdownText,
  PROSE_MIME,
  VIEW_TARGET,
  type ProseOutput,
  type ProsePart,
} from '@millrace/protocol';
import { OutputRenderer } from './outputRenderer.js';

/** Shows an output of `PROSE_MIME`: the author's Markdown by JupyterLab's own renderer and sanitiser, and live values in it. */
export class ProseRenderer extends OutputRenderer {
  constructor(
    panel: NotebookPanel | null,
    private readonly rendermime: IRenderMimeRegistry,
  ) {
    super(panel, PROSE_MIME);
  }

  protected identity(output: unknown): unknown {
    const { v, parts } = output as ProseOutput;
    return [
      v,
      parts.map(part => (part.kind === 'markdown' || part.kind === 'text' ? part : { ...part, text: '' })),
    ];
  }

  protected async draw(output: unknown, trusted: boolean) {
    const { browserScreen, ProseView } = await import('@millrace/ui');
    const view = await ProseView.open({
      output: output as ProseOutput,
      screen: browserScreen,
      render: (markdown, node) => this.renderMarkdown(markdown, node, trusted),
      viewChannel: () => this.channel(VIEW_TARGET, trusted),
      inputChannel: () => this.channel(INPUT_TARGET, trusted),
    });
    return {
      node: view.node,
      saved: () => ({ data: bundleOf(view.saved()) }),
      dispose: () => view.dispose(),
    };
  }

  private async renderMarkdown(markdown: string, node: HTMLElement, trusted: boolean): Promise<void> {
    const data = { 'text/markdown': markdown };
    const model = this.rendermime.createModel({ data, trusted });
    const renderer = this.rendermime.createRenderer('text/markdown');
    await renderer.renderModel(model);
    node.replaceChildren(renderer.node);
  }
}

/** As the kernel makes it. */
function bundleOf(output: ProseOutput): Record<string, unknown> {
  const written = (part: ProsePart): string =>
    part.kind === 'markdown' ? part.text : markdownText(part.text);
  return {
    [PROSE_MIME]: output,
    'text/markdown': output.parts.map(written).join(''),
    'text/plain': output.parts.map(part => part.text).join(''),
  };
}
