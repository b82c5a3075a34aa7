import { WINDOW_STATES } from '@millrace/protocol';
import { element, setAttribute } from '../dom.js';
import { fullText } from '../format.js';
import type { Row } from '../model/rows.js';
import type { ColumnFormat } from './columnFormat.js';

const STATE_SIGNS: readonly string[] = ['○', '●', '↻', '✓'];

/** A row of the table on the screen: it shows one row of data after the other, writing only the texts that differ. */
export class GridRow {
  readonly node = element('tr', 'millrace-Grid-row');
  readonly cells: readonly HTMLTableCellElement[];
  private readonly stateText: Text | null;
  private readonly texts: readonly Text[];
  private shown: Row | null = null;

  constructor(
    private readonly formats: readonly ColumnFormat[],
    hasStates: boolean,
    /** How many of the first columns stay in sight. */
    sticky: number,
    id: string,
  ) {
    this.node.setAttribute('role', 'row');
    this.stateText = hasStates ? this.addCell(`millrace-Grid-state${stickyClass(sticky > 0)}`) : null;
    this.texts = formats.map((format, place) =>
      this.addCell(`millrace-mod-${format.align}${stickyClass(place < sticky)}`),
    );
    this.cells = this.texts.map(text => text.parentElement as HTMLTableCellElement);
    this.cells.forEach((cell, place) => {
      cell.id = `${id}-${place}`;
      cell.dataset.place = String(place);
    });
  }

  /**
   * Shows a row: `index` is its number in the table. A row that is not here yet is null, and shown as such. Where it stood elsewhere before,
   * `before` holds what it was, so that what changed is marked.
   */
  show(row: Row | null, index: number, rewrite: boolean, before: Row | null = null): void {
    setAttribute(this.node, 'aria-rowindex', String(index + 2));
    if (row === this.shown && !rewrite) return;
    const isSame = row !== null && this.shown?.id === row.id && !rewrite;
    setAttribute(this.node, 'data-pending', row === null ? '' : null);
    this.showState(row);
    this.cells.forEach((cell, place) => this.showCell(cell, place, row, isSame ? this.shown : before));
    this.shown = row;
  }

  /** What it shows; null: nothing, or a row that is not here. */
  get row(): Row | null {
    return this.shown;
  }

  /** Whether the row is to be seen at all: tables shorter than the screen leave rows over. */
  setHidden(hidden: boolean): void {
    if (this.node.hidden !== hidden) this.node.hidden = hidden;
    if (hidden) this.shown = null;
  }

  private showCell(cell: HTMLTableCellElement, place: number, row: Row | null, before: Row | null): void {
    const format = this.formats[place];
    const value = row?.values[format.index];
    const kind = value === undefined ? null : format.kindOf(value);
    const written = row === null ? '…' : format.text(value ?? null);
    const text = this.texts[place];
    // The text 'NULL' is written as NULL is, and looks otherwise.
    const isOther = text.data !== written || (cell.dataset.kind ?? null) !== kind;
    if (isOther) {
      text.data = written;
      setAttribute(cell, 'data-kind', kind);
      setAttribute(cell, 'aria-label', kind === null ? null : format.spoken(kind, written));
      if (cell.hasAttribute('title')) this.explain(place, row);
    }
    if (before !== null && value !== undefined && !Object.is(before.values[format.index], value)) flash(cell);
    else if (isOther && before === null) cell.removeAttribute('data-flash');
  }

  /** Gives a cell its tooltip, where its text says less than its value: what is written anew all the time is explained when somebody looks at it. */
  explain(place: number, row = this.shown): void {
    const format = this.formats[place];
    const value = row?.values[format.index];
    const title = value === undefined ? null : titleOf(value, format, this.texts[place].data);
    setAttribute(this.cells[place], 'title', title);
  }

  private showState(row: Row | null): void {
    if (this.stateText === null) return;
    const state = row?.state ?? null;
    const word = state === null ? null : (WINDOW_STATES[state] ?? null);
    this.stateText.data = state === null ? '' : (STATE_SIGNS[state] ?? '');
    setAttribute(this.node, 'data-window-state', word);
    const cell = this.stateText.parentElement as HTMLElement;
    setAttribute(cell, 'title', word === null ? null : `The window is ${word}.`);
    setAttribute(cell, 'aria-label', word);
  }

  private addCell(className: string): Text {
    const text = document.createTextNode('');
    const cell = element('td', className, text);
    cell.setAttribute('role', 'gridcell');
    cell.setAttribute('aria-colindex', String(this.node.childElementCount + 1));
    this.node.append(cell);
    return text;
  }
}

function stickyClass(isSticky: boolean): string {
  return isSticky ? ' millrace-mod-sticky' : '';
}

/** A cell's tooltip, where its text says less than its value. */
function titleOf(value: Row['values'][number], format: ColumnFormat, written: string): string | null {
  const full = fullText(value, format.column.type);
  return full === written || full === written.replaceAll(',', '') ? null : full;
}

/** Marks a changed cell for a moment. Two names in turn, so that a second change starts the fading anew. */
function flash(cell: HTMLElement): void {
  cell.dataset.flash = cell.dataset.flash === 'a' ? 'b' : 'a';
}
