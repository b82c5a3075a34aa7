import {
  linesOf,
  scatterOf,
  wallClock,
  type ChartPixels,
  type DrawnRows,
  type Lines,
} from '@millrace/protocol';
import type { EventTime } from '../columns/time.js';
import { UNREDUCED_ROWS, viewColumns } from '../views/frames.js';
import { RowsOfTable } from '../views/rowsOfTable.js';
import type { ChartView, ReducedSource, ViewSource } from '../views/viewSource.js';
import { PIXEL_LIMITS, PixelRows } from './pixelRows.js';
import { POINT_LIMITS, PointRows } from './pointRows.js';
import type { RowLog } from './rowLog.js';
import type { RowReducer } from './rowReducer.js';
import type { TableIndexes } from './tableIndexes.js';
import { OPEN, REVISED, type WindowStates } from './windowStates.js';

/** What is drawn as long as nobody says how wide the chart is. */
const USUAL: ChartPixels = { columns: 800, span: null };

/** Rows of windows that are open or revised, each of which is drawn by itself, at most. */
const MOST_MARKED = 5000;

/** How often columns are made fewer for there to be no more rows than may be. */
const ATTEMPTS = 4;

/** A table that is reduced. */
interface Table extends ViewSource {
  readonly indexes: TableIndexes;
}

interface Reduction {
  readonly view: ChartView;
  readonly pixels: ChartPixels | null;
  readonly most: number | undefined;
}

/** The rows of a table that make the pixels of a chart: see `MaterializedTable.reduce`. */
export function reducedTable(
  table: Table,
  log: RowLog,
  states: WindowStates | null,
  reduction: Reduction,
): ReducedSource | null {
  // A table in an order of its own has the first rows of that order drawn, not the newest.
  if (table.isOrdered) return null;
  const { chart } = reduction.view;
  const columns = viewColumns(table.schema.fields);
  const isReducible = linesOf(chart, columns) !== null || scatterOf(chart, columns) !== null;
  return isReducible ? new ReducedTable(table, log, states, reduction) : null;
}

class ReducedTable extends RowsOfTable<Table> implements ReducedSource {
  readonly isOrdered = false;
  drawn: DrawnRows | null = null;
  span: readonly [from: number, to: number] | null = null;
  readonly #view: ChartView;
  readonly #most: number | undefined;
  readonly #exact: number;
  readonly #wall: ((ms: number) => number) | undefined;
  #pixels: ChartPixels;
  /** Null: a chart of points. */
  readonly #lines: Lines | null;
  #rows: RowReducer | null = null;

  constructor(
    table: Table,
    readonly log: RowLog,
    readonly states: WindowStates | null,
    { view, pixels, most }: Reduction,
  ) {
    super(table);
    this.#view = view;
    this.#pixels = pixels ?? USUAL;
    this.#most = most;
    this.#lines = linesOf(view.chart);
    const { exact } = this.#lines === null ? POINT_LIMITS : PIXEL_LIMITS;
    this.#exact = most ?? exact;
    this.#wall = view.timeZone === undefined ? undefined : wallClock(view.timeZone);
  }

  show(pixels: ChartPixels): void {
    this.#pixels = pixels;
    this.#rows?.show(pixels);
  }

  settle(): boolean {
    return this.#rows?.settle() ?? false;
  }

  /** All rows that are drawn, whatever is asked for: they are few. */
  positions(): Int32Array {
    const { log } = this;
    log.closeGaps();
    const first = this.#first();
    const count = log.tail - first;
    this.drawn = null;
    this.span = null;
    if (count <= this.#exact) {
      if (count < this.#exact / 2) this.#drop();
      return rowsFrom(first, count);
    }
    const reduced = this.#most === undefined ? this.#reduced(first) : this.#fewest(first, this.#most);
    if (reduced === null) {
      const few = Math.min(count, UNREDUCED_ROWS, this.#most ?? Infinity);
      return rowsFrom(log.tail - few, few);
    }
    const { span, ...how } = this.#rows!.drawing;
    this.drawn = { rows: reduced.length, of: count, ...how };
    this.span = span;
    return reduced;
  }

  firstAt(time: EventTime, limit: number): number {
    return this.table.firstAt(time, limit);
  }

  close(): void {
    this.#drop();
  }

  #drop(): void {
    if (this.#rows !== null) this.table.indexes.drop(this.#rows);
    this.#rows = null;
  }

  /** The position of the first row of the chart: of the newest ones, and of the last so long of event time. */
  #first(): number {
    const { log } = this;
    const { maxRows, lastUs } = this.#view;
    let first = Math.max(log.head, log.tail - maxRows);
    if (lastUs === null) return first;
    const time = this.table.maxTime - lastUs;
    // Times only rise: what was too old is so still.
    first = Math.max(first, this.#rows?.beginsAt ?? first);
    while (first < log.tail && log.times[first] < time) first++;
    return first;
  }

  #reduced(first: number): Int32Array | null {
    if (this.#rows === null) {
      this.#rows = this.#reducer();
      this.table.indexes.add(this.#rows);
    }
    return this.#rows.positions(first, this.#marked(first));
  }

  #reducer(): RowReducer {
    const lines = this.#lines;
    const exact = this.#most === undefined ? this.#exact : 0;
    return lines === null
      ? new PointRows(
          this.log,
          scatterOf(this.#view.chart, viewColumns(this.schema.fields))!,
          this.#pixels,
          this.#wall,
          exact,
          this.#most,
        )
      : new PixelRows(this.log, lines, this.#pixels, this.#wall, exact);
  }

  /** So few columns that there are no more rows than may be. */
  #fewest(first: number, most: number): Int32Array | null {
    if (this.#lines === null) {
      const reduced = this.#reduced(first);
      return reduced !== null && reduced.length <= most ? reduced : null;
    }
    this.#pixels = { columns: Math.max(1, Math.min(this.#pixels.columns, Math.floor(most / 4))), span: null };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const reduced = this.#reduced(first);
      if (reduced === null || reduced.length <= most) return reduced;
      const columns = Math.floor((this.#pixels.columns * most * 0.9) / reduced.length);
      if (columns < 1) return null;
      this.show({ columns, span: null });
    }
    return null;
  }

  /** The rows whose windows are open or revised: each of them is drawn by itself. */
  #marked(first: number): number[] {
    const { log, states } = this;
    const marked: number[] = [];
    if (states === null || first >= log.tail) return marked;
    const begin = log.rowIds[first];
    const { unsettled } = states;
    for (let i = unsettled.length - 1; i >= 0 && marked.length < MOST_MARKED; i--) {
      const position = unsettled[i] < begin ? -1 : log.positionOf(unsettled[i]);
      if (position < 0) continue;
      const state = states.of(position);
      if (state === OPEN || state === REVISED) marked.push(unsettled[i]);
    }
    return marked;
  }
}

function rowsFrom(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, row) => first + row);
}
