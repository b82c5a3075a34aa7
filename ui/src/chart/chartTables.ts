import { tableName, type ViewColumn } from '@millrace/protocol';
import type { Changeset, View } from 'vega';
import type { Change, ViewModel } from '../model/viewModel.js';
import { ChartRows } from './chartRows.js';

/** What changed in a chart's tables, the first one being number 0. */
export type TableChanges = readonly Changeset[];

/** The rows of all tables of a chart as Vega holds them: mostly of one. */
export class ChartTables {
  private readonly first: ChartRows;
  private others: ChartRows[] = [];

  constructor(private readonly timeZone?: string) {
    this.first = new ChartRows(timeZone);
  }

  /** The same without rows. */
  empty(): ChartTables {
    return new ChartTables(this.timeZone);
  }

  get columns(): readonly ViewColumn[] {
    return this.first.columns;
  }

  get otherColumns(): readonly (readonly ViewColumn[])[] {
    return this.others.map(({ columns }) => columns);
  }

  /** @returns the changes to tell Vega, or `rebuild` where drawing anew costs less. */
  apply(change: Change, model: ViewModel): TableChanges | 'rebuild' {
    const changes = [this.first.apply(change, model.columns)];
    for (const [at, other] of (change.others ?? []).entries()) {
      const rows = (this.others[at] ??= new ChartRows(this.timeZone));
      changes.push(rows.apply(other, model.others[at].columns));
    }
    const told = changes.filter(each => each !== 'rebuild');
    return told.length === changes.length ? told : 'rebuild';
  }

  /** Tells a view what changed. */
  change(view: View, changes: TableChanges): View {
    for (const [at, each] of changes.entries()) view.change(tableName(at), each);
    return view;
  }

  /** Puts all rows into a view that has none. */
  fill(view: View): View {
    for (const [at, rows] of [this.first, ...this.others].entries()) view.insert(tableName(at), rows.fresh());
    return view;
  }
}
