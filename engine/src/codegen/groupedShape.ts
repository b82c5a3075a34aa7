import type { Lane } from '../columns/column.js';
import type { DataType } from '../columns/types.js';
import type { BoundAggregate } from '../functions/aggregate/define.js';

/** One aggregate of a grouped query: its arguments and its `where` as positions among the argument columns. */
export interface GroupedAggregate {
  readonly bound: BoundAggregate;
  readonly args: readonly number[];
  readonly where: number | null;
  /** Whether rows whose arguments have been seen are left out. */
  readonly distinct: boolean;
  /**
   * Sets the rows that it sees apart from those of other aggregates: the rows of a rolling frame from all so far. Rows leave a phase that
   * `takesBack`, even where the input takes none back.
   */
  readonly phase?: { readonly name: string; readonly takesBack: boolean };
  /** Whether it reads the order of rows, so that one whose event time is NULL is left out. */
  readonly ordered: boolean;
  /** The result's type. */
  readonly type: DataType;
}

/** What the loops of a grouped query are generated from. Plain but for the aggregates. */
export interface GroupedShape {
  readonly aggregates: readonly GroupedAggregate[];
  readonly args: readonly {
    readonly type: DataType;
    readonly nullable: boolean;
    /** Where no NULL has come so far, though one may (`nullness.ts`): whether one may. */
    readonly mayBeNull?: boolean;
  }[];
  /** Whether rows go to windows, by event time. */
  readonly windowed: boolean;
  /** Whether rows may be taken back: their count is then the first lane of the state. */
  readonly retracting: boolean;
  /** Whether changes are emitted for each batch, so that touched slots are noted. */
  readonly touches: boolean;
  /** Whether windows stay open to late rows after they have closed. */
  readonly revises: boolean;
  /** What `first` and `last` order by: event time in µs, the column's own ticks, or nothing. */
  readonly order: 'time' | 'ticks' | 'none';
  /** The sequence column's position among the argument columns. */
  readonly sequence: number | null;
}

/** A state lane that is an array of its own, by slot; of an object lane, null in slots that are free. */
export type StateArray = Lane | (object | null)[];
