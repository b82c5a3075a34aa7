import type { Temporal } from 'temporal-polyfill';
import type { Aggregate, Expr, ResultOf, ValueOf } from './expressions.js';

/**
 * The three collections by name: what lets one method serve all of them and return the right one. Each collection's file
 * adds its own line, so that none has to import the others.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- the collections' files fill it
export interface Kinds<Row> {}
export type Kind = keyof Kinds<unknown>;

/** Which collection grouping one gives: a stream's groups keep changing. */
export interface GroupedKind {
  Stream: 'StreamTable';
  StreamTable: 'StreamTable';
  Table: 'Table';
}
/** What grouping a collection gives. */
export type GroupedKinds<Row> = {
  [K in Kind]: Kinds<Row>[K extends keyof GroupedKind ? GroupedKind[K] & Kind : never];
};

/** One flat object type, as a hover shows it. */
export type Flat<T> = { [K in keyof T]: T[K] } & {};

/** What `derive` takes: expressions or literals by the new column's name. */
export type Derived = Readonly<Record<string, Expr<unknown> | number | string | boolean>>;
/** A row with columns added; one of the same name takes the old one's place. */
export type WithDerived<Row, D> = Flat<Omit<Row, keyof D> & { [K in keyof D]: ValueOf<D[K]> }>;

export type Aggregates = Readonly<Record<string, Aggregate<unknown>>>;

/** The columns that a window adds. `windowTime` is the last moment of the window, the result's event time. */
export interface WindowColumns {
  windowStart: Temporal.Instant;
  windowEnd: Temporal.Instant;
  windowTime: Temporal.Instant;
}

/** The columns that a bar has beside: its number in its group, from 1 up, and whether it has reached its threshold. */
export interface BarColumns extends WindowColumns {
  windowNumber: number;
  windowComplete: boolean;
}

/** A row of groups: the keys, the window's columns where there is one, and the aggregates. */
export type AggregatedRow<Row, Key extends keyof Row, Windowed extends boolean | 'nulls' | 'bars', A> = Flat<
  Pick<Row, Key> &
    (Windowed extends false ? unknown : Windowed extends 'bars' ? BarColumns : WindowColumns) & {
      [K in keyof A]: Windowed extends 'nulls' ? ResultOf<A[K]> | null : ResultOf<A[K]>;
    }
>;

/** What windows of a stream know beside their rows. */
export interface LateRows<Row> {
  /**
   * The rows that came too late for every window that would hold them, and its allowed lateness: a stream of them as they came. Whether it
   * is looked at or not, `stats()` counts them. Of a table whose rows change they are told as `changes()` tells them: what came too late, a first
   * column `kind` saying what it does, without event time.
   *
   * @example bars.late.groupBy('symbol').aggregate(() => ({ late: count() }))
   * @throws MillraceError `MR2214` where a table whose rows change has a column 'kind'
   */
  readonly late: Kinds<Row>['Stream' & Kind];
}
