import type { DataType } from '../columns/types.js';

/** A literal of a plan. An int64 or timestamp literal is decimal text in ticks, so that a plan stays exact as JSON. */
export type LiteralValue = boolean | number | string | null;

/** A scalar expression as plain data: the DSL builds it, plans carry it, `bind` gives it types. */
export type Expr =
  | { readonly kind: 'column'; readonly name: string }
  | {
      readonly kind: 'literal';
      readonly type: DataType;
      readonly value: LiteralValue;
      /** The plan parameter whose value it is, so that another one may stand in its place. */
      readonly parameter?: string;
    }
  | { readonly kind: 'call'; readonly fn: string; readonly args: readonly Expr[] };

/** What an aggregate takes beside columns, as plain data: `{ q: 0.95 }`. */
export type CallOptions = Readonly<Record<string, number | string | boolean>>;

/** One call of an aggregate function, as plain data. */
export interface AggregateCall {
  readonly fn: string;
  readonly args: readonly Expr[];
  /** Limits the rows that it sees. */
  readonly where: Expr | null;
  /** Whether it sees each list of arguments once. */
  readonly distinct: boolean;
  readonly options: CallOptions;
}
