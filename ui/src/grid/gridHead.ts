import type { ColumnSort } from '@millrace/protocol';
import { element, setAttribute } from '../dom.js';
import type { ColumnFormat } from './columnFormat.js';
import { FILTER_HELP } from './filterText.js';

/** What a head is made of. */
export interface HeadOptions {
  readonly formats: readonly ColumnFormat[];
  readonly hasStates: boolean;
  readonly key: readonly string[];
  /** Columns that are not drawn since there are too many. */
  readonly left: number;
  /** How many of the first columns stay in sight. */
  readonly sticky: number;
  readonly id: string;
}

/** The columns and the head of a grid's table: names, with the type beside them, key columns marked, and what widens a column. */
export class GridHead {
  readonly columns = element('colgroup');
  readonly row = element('tr');
  /** The fields that filters are written into. */
  private readonly filterRow = element('tr', 'millrace-Grid-filters');
  readonly node = element('thead', '', this.row, this.filterRow);
  cells: readonly HTMLTableCellElement[] = [];
  private cols: readonly HTMLElement[] = [];

  constructor() {
    this.row.setAttribute('role', 'row');
    this.row.setAttribute('aria-rowindex', '1');
    this.filterRow.hidden = true;
    // A row of the head: the rows of data are numbered as if it was not there.
    this.filterRow.setAttribute('role', 'row');
    this.filterRow.setAttribute('aria-rowindex', '1');
  }

  /** Makes it anew. */
  set({ formats, hasStates, key, left, sticky, id }: HeadOptions): void {
    const cells: HTMLTableCellElement[] = [];
    this.columns.replaceChildren();
    this.row.replaceChildren();
    if (hasStates) {
      this.columns.append(element('col', 'millrace-Grid-stateColumn'));
      const cell = element('th', `millrace-Grid-state${sticky > 0 ? ' millrace-mod-sticky' : ''}`);
      cell.append(element('span', 'millrace-Grid-told', 'window state'));
      this.row.append(cell);
    }
    this.cols = formats.map(({ column, align }, place) => {
      const col = element('col');
      col.dataset.column = column.name;
      this.columns.append(col);
      const cell = element('th', `millrace-mod-${align}`, column.name);
      if (place < sticky) cell.classList.add('millrace-mod-sticky');
      const isKey = key.includes(column.name);
      if (isKey) cell.dataset.key = '';
      cell.id = `${id}-h${place}`;
      cell.dataset.place = String(place);
      cell.title = `${column.name}: ${column.type}${column.nullable ? ', nullable' : ''}${isKey ? ', part of the key' : ''}`;
      const grip = element('span', 'millrace-Grid-grip');
      grip.setAttribute('aria-hidden', 'true');
      cell.append(grip);
      this.row.append(cell);
      cells.push(cell);
      return col;
    });
    if (left > 0) {
      this.columns.append(element('col'));
      this.row.append(element('th', 'millrace-Grid-left', `${left} more columns`));
    }
    [...this.row.cells].forEach((cell, index) => {
      cell.scope = 'col';
      cell.setAttribute('role', 'columnheader');
      cell.setAttribute('aria-colindex', String(index + 1));
    });
    this.cells = cells;
  }

  get hasFilters(): boolean {
    return !this.filterRow.hidden;
  }

  /** Shows the fields that filters are written into, or takes them away. `textOf` says what is in them. */
  showFilters(shown: boolean, textOf: (column: string) => string, hasStates: boolean, sticky: number): void {
    this.filterRow.hidden = !shown;
    if (!shown) return;
    const stickyClass = (isSticky: boolean): string => (isSticky ? 'millrace-mod-sticky' : '');
    const cells = this.cols.map((col, place) => {
      const name = col.dataset.column ?? '';
      const field = element('input', 'millrace-Grid-filter');
      field.type = 'text';
      field.spellcheck = false;
      field.value = textOf(name);
      field.dataset.column = name;
      field.maxLength = 200;
      field.placeholder = 'filter';
      field.title = `Filter by ${name}: ${FILTER_HELP}`;
      field.setAttribute('aria-label', `Filter by ${name}`);
      return element('td', stickyClass(place < sticky), field);
    });
    const state = hasStates ? [element('td', stickyClass(sticky > 0))] : [];
    this.filterRow.replaceChildren(...state, ...cells);
    [...this.filterRow.cells].forEach((cell, index) => {
      cell.setAttribute('role', 'gridcell');
      cell.setAttribute('aria-colindex', String(index + 1));
    });
  }

  /** The field that a column's filter is written into. */
  fieldOf(column: string): HTMLInputElement | null {
    const fields = this.filterRow.querySelectorAll<HTMLInputElement>('input');
    return [...fields].find(field => field.dataset.column === column) ?? null;
  }

  setWidths(widths: readonly string[]): void {
    this.cols.forEach((col, place) => (col.style.width = widths[place]));
  }

  /** Marks the columns that rows are sorted by, with their rank where they are several. */
  setSorts(sorts: readonly ColumnSort[]): void {
    this.cells.forEach((cell, place) => {
      const name = this.cols[place].dataset.column;
      const rank = sorts.findIndex(({ column }) => column === name);
      const sort = rank < 0 ? null : sorts[rank];
      setAttribute(cell, 'aria-sort', sort === null ? null : sort.descending ? 'descending' : 'ascending');
      setAttribute(cell, 'data-sort', sort === null ? null : sort.descending ? 'down' : 'up');
      setAttribute(cell, 'data-rank', sort === null || sorts.length < 2 ? null : String(rank + 1));
    });
  }
}
