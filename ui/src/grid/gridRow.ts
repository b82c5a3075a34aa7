import { WINDOW_STATES } from '@millrace/protocol';
import { element, setAttribute } from '../dom.js';
import { fullText } from '../format.js';
import type { Row } from '../model/rows.js';
import type { ColumnFormat } from './columnFormat.js';

const STATE_SIGNS: readonly string[] = ['○', '●', '↻', '✓'];

/** A row of the table on the screen: it shows one row of data after the other, writing only the texts that differ. */
export class GridRow {
  readonly node = element('tr', 'millrace-Grid-row');
  private readonly stateText: Text | null;
  private readonly cells: HTMLTableCellElement[] = [];
  private readonly texts: Text[] = [];
  private shown: Row | null = null;

  constructor(
    private readonly formats: readonly ColumnFormat[],
    hasStates: boolean,
  ) {
    this.node.setAttribute('role', 'row');
    this.stateText = hasStates ? this.addCell('millrace-Grid-state') : null;
    for (const format of formats) {
      this.texts.push(this.addCell(`millrace-mod-${format.align}`));
      this.cells.push(this.node.lastElementChild as HTMLTableCellElement);
    }
  }

  /** Shows a row: `index` is its number in the table. A row that is not here yet is null, and shown as such. */
  show(row: Row | null, index: number, rewrite: boolean): void {
    setAttribute(this.node, 'aria-rowindex', String(index + 2));
    if (row === this.shown && !rewrite) return;
    const same = row !== null && this.shown?.id === row.id && !rewrite;
    setAttribute(this.node, 'data-pending', row === null ? '' : null);
    this.showState(row);
    this.texts.forEach((text, column) => {
      const format = this.formats[column];
      const value = row?.values[column];
      const written = row === null ? '…' : format.text(value ?? null);
      const cell = this.cells[column];
      const look = `millrace-mod-${format.align}${special(value)}`;
      // The text 'NULL' is written as NULL is, and looks otherwise.
      if (text.data === written && cell.className === look) return;
      text.data = written;
      cell.className = look;
      setAttribute(cell, 'title', value === undefined ? null : titleOf(value, format, written));
      if (same) flash(cell);
    });
    this.shown = row;
  }

  /** Whether the row is to be seen at all: tables shorter than the screen leave rows over. */
  setHidden(hidden: boolean): void {
    if (this.node.hidden !== hidden) this.node.hidden = hidden;
    if (hidden) this.shown = null;
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

function special(value: unknown): string {
  if (value === null) return ' millrace-mod-null';
  return typeof value === 'number' && Number.isNaN(value) ? ' millrace-mod-nan' : '';
}

/** A cell's tooltip, where its text says less than its value. */
function titleOf(value: Row['values'][number], format: ColumnFormat, written: string): string | null {
  const full = fullText(value, format.column.type);
  return full === written || full === written.replaceAll(',', '') ? null : full;
}

/** Marks a changed cell for a moment. Two classes in turn, so that a second change starts the fading anew. */
function flash(cell: HTMLElement): void {
  const even = cell.dataset.flash === 'a';
  cell.dataset.flash = even ? 'b' : 'a';
}
