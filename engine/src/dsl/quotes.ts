import type { NullIn, Numeric } from './aggregateCall.js';
import type { NumExpr } from './expressions.js';
import { ExprValue } from './exprValue.js';
import { toExpr } from './literals.js';

function call<T extends number | null>(fn: string, ...args: readonly unknown[]): NumExpr<T> {
  return new ExprValue({ kind: 'call', fn, args: args.map(toExpr) }) as unknown as NumExpr<T>;
}

/**
 * The quoted spread: ask − bid, as float64.
 *
 * @example quotes.derive(t => ({ spread: spread(t.bid, t.ask) }))
 */
export function spread<B extends Numeric, A extends Numeric>(
  bid: B,
  ask: A,
): NumExpr<number | NullIn<B> | NullIn<A>> {
  return call('spread', bid, ask);
}

/** The mid-price: (bid + ask) / 2, as float64. `mid(t.bid, t.ask)` */
export function mid<B extends Numeric, A extends Numeric>(
  bid: B,
  ask: A,
): NumExpr<number | NullIn<B> | NullIn<A>> {
  return call('mid', bid, ask);
}

/**
 * The mid-price weighted by the sizes of the other side: (bid × askSize + ask × bidSize) / (bidSize + askSize) (Gatheral and Oomen 2010).
 * NULL where there is no size.
 *
 * @example microprice(t.bid, t.ask, t.bidSize, t.askSize)
 */
export function microprice(
  bid: Numeric,
  ask: Numeric,
  bidSize: Numeric,
  askSize: Numeric,
): NumExpr<number | null> {
  return call('microprice', bid, ask, bidSize, askSize);
}

/**
 * The imbalance of the best quotes: (bidSize − askSize) / (bidSize + askSize), from −1 (all asked) to 1 (all bid) (Cartea, Jaimungal and
 * Penalva 2015). NULL where there is no size.
 *
 * @example imbalance(t.bidSize, t.askSize)
 */
export function imbalance(bidSize: Numeric, askSize: Numeric): NumExpr<number | null> {
  return call('imbalance', bidSize, askSize);
}
