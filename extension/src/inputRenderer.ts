import type { NotebookPanel } from '@jupyterlab/notebook';
import {
  INPUT_MIME,
  INPUT_TARGET,
  inputText,
  type InputMessage,
  type InputOpen,
  type InputOutput,
  type InputRequest,
} from '@millrace/protocol';
import { OutputRenderer } from './outputRenderer.js';

/** Shows an output of `INPUT_MIME`: a control that moves the kernel's input, where the notebook is trusted. */
export class InputRenderer extends OutputRenderer {
  constructor(panel: NotebookPanel | null) {
    super(panel, INPUT_MIME);
  }

  protected identity(output: unknown): unknown {
    const { v, name, spec } = output as InputOutput;
    return [v, name, spec];
  }

  protected async draw(output: unknown, trusted: boolean) {
    const { browserScreen, InputView } = await import('@millrace/ui');
    const channel = this.channel<InputOpen, InputRequest, InputMessage>(INPUT_TARGET, trusted);
    const view = new InputView(output as InputOutput, channel, browserScreen);
    return {
      node: view.node,
      saved: () => ({ data: bundleOf(view.saved()) }),
      dispose: () => view.dispose(),
    };
  }
}

/** As the kernel makes it. */
function bundleOf(output: InputOutput): Record<string, unknown> {
  const label = output.spec.label ?? output.name;
  const text = inputText(output.spec, output.value);
  const node = document.createElement('div');
  const [name, value] = [document.createElement('span'), document.createElement('output')];
  name.textContent = label;
  value.textContent = text;
  node.append(name, ': ', value);
  return { [INPUT_MIME]: output, 'text/plain': `${label}: ${text}`, 'text/html': node.outerHTML };
}
