import type { SortKey } from '../plan/nodes/topN.js';
import type { Expr } from './expressions.js';
import { toExpr } from './literals.js';

declare const ORDERING: unique symbol;

/** An expression that rows are sorted by, from the least value or from the greatest; NULL comes last. */
export interface Ordering {
  readonly [ORDERING]: true;
}

/** What an ordering is at run time. */
class OrderingValue {
  constructor(readonly key: SortKey) {}
}

/** From the greatest value down: `desc(t.notional)`. NULL comes last, NaN first. */
export function desc(value: Expr<unknown>): Ordering {
  return new OrderingValue({ expr: toExpr(value), descending: true }) as unknown as Ordering;
}

/** From the least value up, as an expression by itself is. NULL comes last, after NaN. */
export function asc(value: Expr<unknown>): Ordering {
  return new OrderingValue({ expr: toExpr(value), descending: false }) as unknown as Ordering;
}

/** What `by` may be: one of these, or several in turn. */
export type Orderings = Expr<unknown> | Ordering | readonly (Expr<unknown> | Ordering)[];

/** Orderings as the plan has them. */
export function sortKeys(by: Orderings): SortKey[] {
  const list = Array.isArray(by) ? (by as readonly (Expr<unknown> | Ordering)[]) : [by as Expr<unknown>];
  return list.map(each =>
    each instanceof OrderingValue ? each.key : { expr: toExpr(each), descending: false },
  );
}
