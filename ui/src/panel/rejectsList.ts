import type { PanelSource } from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import { whole } from '../format.js';
import { counted } from './figures.js';
import type { Rejects } from './panelClient.js';
import type { PanelDetails } from './panelTable.js';

/** The rows of a source that could not be read, with where they stood and why: shown when they are asked for. */
export class RejectsList implements PanelDetails<PanelSource> {
  readonly node = element('div', 'millrace-Rejects');
  readonly #button = element('button', 'millrace-Panel-link');
  readonly #rows = element('tbody');
  readonly #note = element('p', 'millrace-Rejects-note');
  readonly #table: HTMLTableElement;
  #isOpen = false;
  #entry: PanelSource | null = null;
  #shown: Rejects | null = null;

  constructor(
    private readonly rejectsOf: (source: string) => Rejects | null,
    private readonly ask: (source: string) => void,
  ) {
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => this.#toggle());
    const heads = ['Place', 'Why', 'Text'].map(text => element('th', '', text));
    for (const head of heads) head.scope = 'col';
    this.#table = element(
      'table',
      'millrace-Rejects-table',
      element('thead', '', element('tr', '', ...heads)),
      this.#rows,
    );
    this.#table.setAttribute('aria-label', 'Rows that could not be read');
    this.node.append(this.#button, this.#note, this.#table);
  }

  show(entry: PanelSource): void {
    this.#entry = entry;
    this.node.hidden = entry.rejected === 0;
    const rejects = this.#isOpen ? this.rejectsOf(entry.id) : null;
    // The list grows until it is full: it is asked for again where there are more.
    if (
      this.#isOpen &&
      rejects !== null &&
      rejects.count < entry.rejected &&
      rejects.rows.length === rejects.count
    )
      this.ask(entry.id);
    const what = `${counted(entry.rejected, 'row')} that could not be read`;
    setText(this.#button, this.#isOpen ? `Hide the ${what}` : `Show the ${what}`);
    setAttribute(this.#button, 'aria-expanded', String(this.#isOpen));
    this.#table.hidden = rejects === null;
    const left = rejects === null ? 0 : entry.rejected - rejects.rows.length;
    setText(
      this.#note,
      left > 0 ? `The first ${whole(rejects?.rows.length ?? 0)} of ${whole(entry.rejected)} are kept.` : '',
    );
    this.#note.hidden = rejects === null || left <= 0;
    if (rejects === this.#shown) return;
    this.#shown = rejects;
    this.#rows.replaceChildren(
      ...(rejects?.rows ?? []).map(({ position, reason, text }) =>
        element(
          'tr',
          '',
          element('td', 'millrace-Panel-figure', position === 0 ? '' : whole(position)),
          element('td', '', reason),
          element('td', 'millrace-Rejects-text', text),
        ),
      ),
    );
  }

  #toggle(): void {
    this.#isOpen = !this.#isOpen;
    const entry = this.#entry;
    if (entry === null) return;
    if (this.#isOpen) this.ask(entry.id);
    this.show(entry);
  }
}
