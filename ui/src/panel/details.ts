import { element, setAttribute, setText } from '../dom.js';
import { ConfirmButton } from './confirmButton.js';
import { FactList, type Fact } from './factList.js';
import type { PanelDetails } from './panelTable.js';

/** The cells of the notebook that is looked at, as the panel knows them: by the ids that the kernel names. */
export interface NotebookCells {
  /** What a cell is called; null: it is not there. */
  label(id: string): string | null;
  /** Scrolls to it and selects it. */
  go(id: string): void;
}

/** A button of a row's details. */
export interface DetailAction<Entry> {
  readonly label: string;
  /** Whether there is something to do. */
  isThere(entry: Entry): boolean;
  /** What is lost by it, as a question; null: nothing is. */
  question(entry: Entry): string | null;
  act(entry: Entry): void;
}

export interface DetailOptions<Entry> {
  facts(entry: Entry): readonly Fact[];
  readonly actions: readonly DetailAction<Entry>[];
  readonly cells: NotebookCells;
  /** What else is shown beneath, such as a plan. */
  readonly parts?: readonly PanelDetails<Entry>[];
}

/** What a row of the panel unfolds: what went wrong, its figures, the cells that it comes from, what can be done. */
export class Details<
  Entry extends { readonly owners: readonly string[]; readonly error?: string | null },
> implements PanelDetails<Entry> {
  readonly node = element('div', 'millrace-Panel-details');
  readonly #error = element('p', 'millrace-Panel-error');
  readonly #facts = new FactList();
  readonly #cells = element('span', 'millrace-Panel-cells');
  readonly #tools = element('div', 'millrace-Panel-tools');
  readonly #actions: readonly { readonly action: DetailAction<Entry>; readonly button: ConfirmButton }[];
  #shownCells = '';
  #entry: Entry;

  constructor(
    private readonly options: DetailOptions<Entry>,
    entry: Entry,
  ) {
    this.#entry = entry;
    this.#error.setAttribute('role', 'alert');
    this.#actions = options.actions.map(action => ({
      action,
      button: new ConfirmButton(
        action.label,
        () => action.question(this.#entry),
        () => action.act(this.#entry),
      ),
    }));
    this.#tools.append(this.#cells, ...this.#actions.map(({ button }) => button.node));
    this.node.append(
      this.#error,
      this.#facts.node,
      this.#tools,
      ...(options.parts ?? []).map(({ node }) => node),
    );
  }

  show(entry: Entry): void {
    this.#entry = entry;
    const { facts, parts } = this.options;
    const error = entry.error ?? null;
    setText(this.#error, error ?? '');
    this.#error.hidden = error === null;
    this.#facts.show(facts(entry));
    this.#showCells(entry.owners);
    for (const { action, button } of this.#actions) button.node.hidden = !action.isThere(entry);
    for (const part of parts ?? []) part.show(entry);
  }

  #showCells(owners: readonly string[]): void {
    const { cells } = this.options;
    const known = owners.map(id => ({ id, label: cells.label(id) }));
    const shown = JSON.stringify(known);
    if (shown === this.#shownCells) return;
    this.#shownCells = shown;
    const links = known.map(({ id, label }) => {
      if (label === null) return element('span', 'millrace-Panel-gone', 'Its cell is gone.');
      const link = element('button', 'millrace-Panel-link', `Go to ${label}`);
      link.type = 'button';
      setAttribute(link, 'data-cell', id);
      link.addEventListener('click', () => cells.go(id));
      return link;
    });
    this.#cells.replaceChildren(...links);
  }
}
