import type { Arrangement, ColumnFilter, ColumnSort } from '@millrace/protocol';
import { filtersOf } from './filterText.js';

/** In which order a grid's reader wants its rows, and which of them. */
export class GridArrangement {
  order: readonly ColumnSort[] = [];
  /** What was written for each column that is filtered. */
  private readonly filters = new Map<
    string,
    { readonly text: string; readonly filters: readonly ColumnFilter[] }
  >();
  private before: Arrangement | null = null;

  get now(): Arrangement {
    return { order: this.order, filter: [...this.filters.values()].flatMap(({ filters }) => filters) };
  }

  get isPlain(): boolean {
    return this.order.length === 0 && this.filters.size === 0;
  }

  /** The next way of sorting by a column: ascending, descending, not. `add`: beside the columns that rows are sorted by already. */
  turn(column: string, add: boolean): void {
    const known = this.order.find(sort => sort.column === column);
    const next = known === undefined ? false : known.descending ? null : true;
    this.sort(column, next, add);
  }

  /** Sorts by a column; null: not by it any more. */
  sort(column: string, descending: boolean | null, add: boolean): void {
    this.before = this.now;
    const next = descending === null ? [] : [{ column, descending }];
    if (!add) this.order = next;
    else if (this.order.some(sort => sort.column === column))
      this.order = this.order.flatMap(sort => (sort.column === column ? next : [sort]));
    else this.order = [...this.order, ...next];
  }

  /** Filters by what was written for a column. @returns whether that differs from before. */
  filter(column: string, text: string, isText: boolean): boolean {
    if ((this.filters.get(column)?.text ?? '') === text) return false;
    this.before = this.now;
    const filters = filtersOf(column, text, isText);
    if (filters.length === 0) this.filters.delete(column);
    else this.filters.set(column, { text, filters });
    return true;
  }

  textOf(column: string): string {
    return this.filters.get(column)?.text ?? '';
  }

  /** The last change cannot be: what was before holds, and filters that had been written are to be written again. */
  takeBack(): void {
    if (this.before === null) return;
    const { order, filter } = this.before;
    this.order = order;
    for (const [column, { filters }] of [...this.filters]) {
      if (!filters.every(each => filter.includes(each))) this.filters.delete(column);
    }
    this.before = null;
  }
}
