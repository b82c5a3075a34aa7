import { makeBadge } from '../badge.js';
import { element, setAttribute, setText } from '../dom.js';

/** A column of figures. */
export interface PanelColumn<Entry> {
  readonly head: string;
  readonly title: string;
  text(entry: Entry): string;
  /** How much room it wants: 0 is always shown, 1 and 2 where the panel is wider. What a row unfolds has them all. */
  readonly room: 0 | 1 | 2;
}

/** What a row unfolds. */
export interface PanelDetails<Entry> {
  readonly node: HTMLElement;
  show(entry: Entry): void;
}

/** How a list of the panel is shown. */
export interface PanelTableOptions<Entry> {
  readonly label: string;
  /** What one of them is called. */
  readonly columns: readonly PanelColumn<Entry>[];
  name(entry: Entry): string;
  /** A word for its state, and which look that has. */
  state(entry: Entry): { readonly word: string; readonly look: string; readonly why: string | null };
  /** What should not be overlooked, in few words; empty: nothing. */
  remark?(entry: Entry): string;
  details(entry: Entry): PanelDetails<Entry>;
  /** A row has been unfolded or folded. */
  folded?(): void;
}

let tables = 0;

/** One list of the panel: a table, whose rows unfold. Rows stay as long as what they show has its id. */
export class PanelTable<Entry extends { readonly id: string }> {
  readonly node = element('section', 'millrace-Panel-section');
  readonly #count = element('span', 'millrace-Panel-count');
  readonly #body = element('tbody');
  readonly #rows = new Map<string, PanelRow<Entry>>();
  readonly #id = `millrace-panel-${++tables}`;

  constructor(private readonly options: PanelTableOptions<Entry>) {
    const { label, columns } = options;
    const heading = element('h3', 'millrace-Panel-heading', label, this.#count);
    heading.id = `${this.#id}-heading`;
    const heads = [
      element('th', '', 'Name'),
      ...columns.map(({ head, title, room }) => {
        const cell = element('th', `millrace-Panel-figure millrace-mod-room${room}`, head);
        cell.title = title;
        return cell;
      }),
    ];
    for (const head of heads) head.scope = 'col';
    const table = element(
      'table',
      'millrace-Panel-table',
      element('thead', '', element('tr', '', ...heads)),
      this.#body,
    );
    table.setAttribute('aria-labelledby', heading.id);
    this.node.append(heading, table);
    this.node.hidden = true;
  }

  show(entries: readonly Entry[]): void {
    this.node.hidden = entries.length === 0;
    setText(this.#count, String(entries.length));
    const ids = new Set(entries.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    let before: Element | null = null;
    for (const entry of entries) {
      let row = this.#rows.get(entry.id);
      if (row === undefined) {
        row = new PanelRow(this.options, `${this.#id}-${entry.id}`, entry);
        this.#rows.set(entry.id, row);
      }
      if (row.node.previousElementSibling !== before || row.node.parentNode !== this.#body) {
        if (before === null) this.#body.prepend(row.node, row.more);
        else before.after(row.node, row.more);
      }
      before = row.more;
      row.show(entry);
    }
  }

  /** The ids of the rows that are unfolded. */
  get unfolded(): readonly string[] {
    return [...this.#rows].filter(([, row]) => row.isOpen).map(([id]) => id);
  }

  /** Unfolds a row and takes the focus there. @returns whether it is there */
  unfold(id: string): boolean {
    const row = this.#rows.get(id);
    if (row === undefined) return false;
    row.fold(true);
    row.focus();
    return true;
  }
}

class PanelRow<Entry> {
  readonly node = element('tr', 'millrace-Panel-row');
  readonly more = element('tr', 'millrace-Panel-more');
  readonly #fold = element('button', 'millrace-Panel-fold');
  readonly #name = element('span', 'millrace-Panel-name');
  readonly #state = makeBadge();
  readonly #remark = element('span', 'millrace-Panel-remark');
  readonly #cells: readonly HTMLTableCellElement[];
  readonly #place: HTMLTableCellElement;
  #details: PanelDetails<Entry> | null = null;
  #entry: Entry;

  constructor(
    private readonly options: PanelTableOptions<Entry>,
    id: string,
    entry: Entry,
  ) {
    this.#entry = entry;
    this.#fold.type = 'button';
    this.#fold.setAttribute('aria-expanded', 'false');
    this.#fold.setAttribute('aria-controls', id);
    this.#fold.append(this.#name);
    this.node.addEventListener('click', () => this.fold(!this.isOpen));
    const head = element(
      'th',
      '',
      element('div', 'millrace-Panel-title', this.#fold, this.#state, this.#remark),
    );
    head.scope = 'row';
    this.#cells = options.columns.map(({ room }) =>
      element('td', `millrace-Panel-figure millrace-mod-room${room}`),
    );
    this.node.append(head, ...this.#cells);
    this.#place = element('td');
    this.#place.colSpan = 1 + options.columns.length;
    this.more.id = id;
    this.more.hidden = true;
    this.more.append(this.#place);
  }

  get isOpen(): boolean {
    return !this.more.hidden;
  }

  fold(open: boolean): void {
    if (open === this.isOpen) return;
    this.more.hidden = !open;
    setAttribute(this.#fold, 'aria-expanded', String(open));
    if (open && this.#details === null) {
      this.#details = this.options.details(this.#entry);
      this.#place.append(this.#details.node);
    }
    if (open) this.#details?.show(this.#entry);
    this.options.folded?.();
  }

  focus(): void {
    this.#fold.focus();
    this.node.scrollIntoView?.({ block: 'nearest' });
  }

  show(entry: Entry): void {
    this.#entry = entry;
    const { options } = this;
    const name = options.name(entry);
    setText(this.#name, name);
    setAttribute(this.#fold, 'title', name);
    const { word, look, why } = options.state(entry);
    setText(this.#state, word);
    setAttribute(this.#state, 'data-state', look);
    setAttribute(this.#state, 'title', why);
    const remark = options.remark?.(entry) ?? '';
    setText(this.#remark, remark);
    this.#remark.hidden = remark === '';
    options.columns.forEach((column, at) => setText(this.#cells[at], column.text(entry)));
    if (this.isOpen) this.#details?.show(entry);
  }

  remove(): void {
    this.node.remove();
    this.more.remove();
  }
}
