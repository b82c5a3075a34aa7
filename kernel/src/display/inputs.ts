import { INPUT_MIME, inputText, PROTOCOL_VERSION, type InputOutput } from '@millrace/protocol';
import type { DisplayedInput } from 'millrace';
import type { DisplayData } from '../runner/contract.js';
import { escapeHtml } from './html.js';

/** The inputs that a notebook's outputs show. */
export class ShownInputs {
  readonly #shown = new Map<string, { readonly of: () => DisplayedInput; text: string }>();

  show(of: () => DisplayedInput, displayId: string): DisplayData {
    const data = bundle(of());
    this.#shown.set(displayId, { of, text: JSON.stringify(data) });
    return { data, metadata: {}, displayId };
  }

  /** An output shows something else now. */
  forget(displayId: string): void {
    this.#shown.delete(displayId);
  }

  /** The bundles of those that hold something else than when they were shown. */
  settle(): DisplayData[] {
    const changed: DisplayData[] = [];
    for (const [displayId, shown] of this.#shown) {
      const data = bundle(shown.of());
      const text = JSON.stringify(data);
      if (text === shown.text) continue;
      shown.text = text;
      changed.push({ data, metadata: {}, displayId });
    }
    return changed;
  }
}

/** What readers without the extension see: what it is called, and what it holds. */
function bundle({ name, spec, value }: DisplayedInput): Record<string, unknown> {
  const output: InputOutput = { v: PROTOCOL_VERSION, name, spec, value };
  const line = `${spec.label ?? name}: ${inputText(spec, value)}`;
  const [label, text] = [spec.label ?? name, inputText(spec, value)].map(escapeHtml);
  return {
    [INPUT_MIME]: output,
    'text/plain': line,
    'text/html': `<div><span>${label}</span>: <output>${text}</output></div>`,
  };
}
