import { wallClock, type ViewColumn } from '@millrace/protocol';
import { changeset } from 'vega';
import type { Row } from '../model/rows.js';
import type { Change } from '../model/viewModel.js';
import { datumOfRow, type Datum } from './datum.js';

type Changeset = ReturnType<typeof changeset>;

/**
 * The rows of a chart as Vega holds them, and what a change of rows is to Vega: inserts, removals and modified fields. A
 * frame then costs what changed, and marks stay the same marks.
 */
export class ChartRows {
  columns: readonly ViewColumn[] = [];
  private datums = new Map<number, Datum>();
  private wall: ((ms: number) => number) | undefined;

  /** @param timeZone the zone in which times are drawn; UTC where there is none. */
  constructor(private readonly timeZone?: string) {}

  /** @returns the changes to tell Vega, or `rebuild` where little is as it was, so that drawing anew costs less. */
  apply(change: Change, columns: readonly ViewColumn[]): Changeset | 'rebuild' {
    // Here, where it is told if there is no such zone: a saved output can name any.
    if (this.timeZone !== undefined) this.wall ??= wallClock(this.timeZone);
    if (change.reset) return this.reset(change.inserted, columns);
    const changes = changeset();
    for (const row of change.removed) this.remove(row.id, changes);
    for (const row of change.updated) this.modify(row, changes);
    changes.insert(change.inserted.map(row => this.add(row)));
    return changes;
  }

  /** All rows, as objects that no Vega view has held yet: Vega notes on them what it needs. */
  fresh(): Datum[] {
    const copies = new Map<number, Datum>();
    for (const [id, datum] of this.datums) copies.set(id, copyOf(datum));
    this.datums = copies;
    return [...copies.values()];
  }

  /**
   * All rows at once. Most of them are often those that are drawn (after a missed frame, a reload): these are told as the
   * changes that they are, which does not flicker.
   */
  private reset(rows: readonly Row[], columns: readonly ViewColumn[]): Changeset | 'rebuild' {
    const known = rows.filter(row => this.datums.has(row.id));
    const same = this.columns === columns || JSON.stringify(this.columns) === JSON.stringify(columns);
    this.columns = columns;
    if (!same || known.length * 2 < rows.length || known.length === 0) {
      this.datums.clear();
      for (const row of rows) this.add(row);
      return 'rebuild';
    }
    const ids = new Set(rows.map(row => row.id));
    const changes = changeset();
    for (const id of [...this.datums.keys()]) if (!ids.has(id)) this.remove(id, changes);
    for (const row of known) this.modify(row, changes);
    changes.insert(rows.filter(row => !this.datums.has(row.id)).map(row => this.add(row)));
    return changes;
  }

  private add(row: Row): Datum {
    const datum = datumOfRow(row, this.columns, this.wall);
    this.datums.set(row.id, datum);
    return datum;
  }

  private remove(id: number, changes: Changeset): void {
    const datum = this.datums.get(id);
    if (datum === undefined) return;
    this.datums.delete(id);
    changes.remove(datum);
  }

  /** Only fields that differ are told to Vega: it recomputes what reads them. */
  private modify(row: Row, changes: Changeset): void {
    const datum = this.datums.get(row.id);
    if (datum === undefined) return;
    for (const [name, value] of Object.entries(datumOfRow(row, this.columns, this.wall))) {
      if (!Object.is(datum[name], value)) changes.modify(datum, name, value);
    }
  }
}

/** The datum's own columns, without what Vega noted on it under a symbol. */
function copyOf(datum: Datum): Datum {
  return Object.assign(Object.create(null) as Datum, Object.fromEntries(Object.entries(datum)));
}
