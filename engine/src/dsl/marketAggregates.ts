import {
  aggregateCall,
  type AggregateOptions,
  type NullIn,
  type Numeric,
  type NullWhere,
} from './aggregateCall.js';
import type { Aggregate, Expr } from './expressions.js';

/**
 * The volume-weighted average price, Σ(price × size) / Σ size, over rows where neither is NULL; NULL where there is none, and where
 * nothing was traded (Berkowitz, Logue and Noser 1988).
 *
 * @example vwap(t.price, t.size)
 */
export function vwap(price: Numeric, size: Numeric, options?: AggregateOptions): Aggregate<number | null> {
  return aggregateCall('vwap', [price, size], options);
}

/**
 * The time-weighted average price: each price holds from its event time until the next row, the last one to the window's end (without
 * windows, to the last row). The time before the first row of a window counts for nothing. In event order, however the rows arrive.
 *
 * @example twap(t.price)
 */
export function twap<E extends Numeric, const O extends AggregateOptions = Record<never, never>>(
  price: E,
  options?: O,
): Aggregate<number | NullIn<E> | NullWhere<O>> {
  return aggregateCall('twap', [price], options);
}

/**
 * The realised volatility: √Σ (ln pᵢ / pᵢ₋₁)² over the rows in event order (Andersen and Bollerslev 1998), not annualised. NULL for fewer than
 * two rows; NaN where a price is not positive.
 *
 * @example realizedVol(t.price)
 */
export function realizedVol(price: Numeric, options?: AggregateOptions): Aggregate<number | null> {
  return aggregateCall('realizedVol', [price], options);
}

/** The four columns of a bar. */
export interface Ohlc<T> {
  readonly open: Aggregate<T>;
  readonly high: Aggregate<T>;
  readonly low: Aggregate<T>;
  readonly close: Aggregate<T>;
}

/**
 * The first, greatest, least and last price, as four columns to spread into `aggregate`.
 *
 * @example .aggregate(t => ({ ...ohlc(t.price), volume: sum(t.size) }))
 */
export function ohlc<T, const O extends AggregateOptions = Record<never, never>>(
  price: Expr<T>,
  options?: O,
): Ohlc<T | NullWhere<O>> {
  return {
    open: aggregateCall('first', [price], options),
    high: aggregateCall('max', [price], options),
    low: aggregateCall('min', [price], options),
    close: aggregateCall('last', [price], options),
  };
}
