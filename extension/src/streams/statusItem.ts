import { Widget } from '@lumino/widgets';
import { Signal } from '@lumino/signaling';
import type { PanelSummary } from '@millrace/protocol';

/** The streams of the current notebook on one line of the status bar; a click opens the panel. */
export class StatusItem extends Widget {
  readonly changed = new Signal<this, void>(this);
  readonly #button = document.createElement('button');
  #isShown = false;

  constructor(open: () => void) {
    super();
    this.addClass('millrace-StatusItem');
    this.#button.type = 'button';
    this.#button.addEventListener('click', open);
    this.node.append(this.#button);
  }

  /** Whether there is something to say. */
  get isShown(): boolean {
    return this.#isShown;
  }

  /** @param text the counts as text; empty: nothing runs */
  tell(text: string, summary: PanelSummary | null): void {
    if (this.#button.textContent !== text) this.#button.textContent = text;
    const of = summary?.worstLagOf ?? null;
    this.#button.title = `Streams of this notebook${of === null ? '' : `; furthest behind: ${of}`}. Click to open the streams panel.`;
    this.#button.setAttribute('aria-label', `Open the streams panel: ${text}`);
    this.node.dataset['millraceErrors'] = String(summary?.errors ?? 0);
    const isShown = text !== '';
    if (isShown === this.#isShown) return;
    this.#isShown = isShown;
    this.changed.emit();
  }
}
