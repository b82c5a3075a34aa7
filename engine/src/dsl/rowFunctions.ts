import type { AggregateCall, CallOptions } from '../expr/ast.js';
import type { NullOf } from './expressionBase.js';
import type { Expr, NumExpr } from './expressions.js';
import { toExpr } from './literals.js';

declare const ROW_FUNCTION: unique symbol;

/** A function of the rows of a key in event order, for `rolling().derive()`; `T` is the type of its result. */
export interface RowFunction<T> {
  readonly [ROW_FUNCTION]: T;
}

/** What a row function is at run time: a call, and the rows that it is over. */
export class RowFunctionValue {
  constructor(
    readonly over: 'row' | 'start',
    readonly call: AggregateCall,
  ) {}
}

function rowFunction<T>(fn: string, args: readonly unknown[], options: CallOptions = {}): RowFunction<T> {
  const call = { fn, args: args.map(toExpr), where: null, distinct: false, options };
  return new RowFunctionValue('row', call) as unknown as RowFunction<T>;
}

function cumulative<T>(fn: string, args: readonly unknown[]): RowFunction<T> {
  const call = { fn, args: args.map(toExpr), where: null, distinct: false, options: {} };
  return new RowFunctionValue('start', call) as unknown as RowFunction<T>;
}

/**
 * The value so many rows (1) before this one, of the same key; `fallback` (NULL) where there is none.
 *
 * @example trades.rolling({ by: 'symbol' }).derive(t => ({ before: lag(t.price), open: lag(t.price, 1, t.price) }))
 */
export function lag<T>(value: Expr<T>, rows?: number): RowFunction<T | null>;
export function lag<T>(
  value: Expr<T>,
  rows: number,
  fallback: T & (number | string | boolean),
): RowFunction<T>;
export function lag<T, D extends T | null>(
  value: Expr<T>,
  rows: number,
  fallback: Expr<D>,
): RowFunction<T | NullOf<D>>;
export function lag(value: unknown, rows = 1, ...fallback: unknown[]): RowFunction<unknown> {
  return rowFunction('lag', [value, ...fallback.slice(0, 1)], { rows });
}

/**
 * The value so many rows (1) after this one, of the same key; `fallback` (NULL) where the input ends before. On a stream a row waits for
 * the rows that it asks for, and rows behind it wait too, so that they stay in order; so does the watermark.
 *
 * @example trades.rolling({ by: 'symbol' }).derive(t => ({ next: lead(t.price) }))
 */
export function lead<T>(value: Expr<T>, rows?: number): RowFunction<T | null>;
export function lead<T>(
  value: Expr<T>,
  rows: number,
  fallback: T & (number | string | boolean),
): RowFunction<T>;
export function lead<T, D extends T | null>(
  value: Expr<T>,
  rows: number,
  fallback: Expr<D>,
): RowFunction<T | NullOf<D>>;
export function lead(value: unknown, rows = 1, ...fallback: unknown[]): RowFunction<unknown> {
  return rowFunction('lead', [value, ...fallback.slice(0, 1)], { rows });
}

/** The value less the one so many rows (1) before: exact int64 for integers, else float64. NULL where either is. */
export function diff(value: NumExpr<number | null>, rows = 1): RowFunction<number | null> {
  return rowFunction('diff', [value], { rows });
}

/** The latest value that is not NULL, of this row or one before: the quote in force, the last known price. */
export function forwardFill<T>(value: Expr<T>): RowFunction<T> {
  return rowFunction('forwardFill', [value]);
}

/** The number of the row within its key, from 1, in event order: Flink's ROW_NUMBER. */
export function rowNumber(): RowFunction<number> {
  return rowFunction('rowNumber', []);
}

/** The number of earlier event times' rows of the key, and one: rows of one time have one rank. */
export function rank(): RowFunction<number> {
  return rowFunction('rank', []);
}

/** The number of distinct event times of the key so far: a rank without gaps. */
export function denseRank(): RowFunction<number> {
  return rowFunction('denseRank', []);
}

/** The sum of all values so far. NULL before the first one. */
export function cumSum<T extends number | null>(value: NumExpr<T>): RowFunction<T> {
  return cumulative('sum', [value]);
}

/** The greatest value so far. NULL before the first one. */
export function cumMax<T>(value: Expr<T>): RowFunction<T> {
  return cumulative('max', [value]);
}

/** The least value so far. NULL before the first one. */
export function cumMin<T>(value: Expr<T>): RowFunction<T> {
  return cumulative('min', [value]);
}

/** The number of rows so far, or of values that are not NULL. */
export function cumCount(value?: Expr<unknown>): RowFunction<number> {
  return cumulative('count', value === undefined ? [] : [value]);
}

/** How fast a moving average forgets: one of the three. */
export type EmaOptions =
  | { readonly span: number; readonly halfLife?: never; readonly alpha?: never }
  | { readonly halfLife: number; readonly span?: never; readonly alpha?: never }
  | { readonly alpha: number; readonly span?: never; readonly halfLife?: never };

/**
 * The exponential moving average y = α x + (1 − α) y′ by rows, from the first value on: pandas' `ewm(adjust=False, ignore_na=True)`. The
 * newest value's weight α is `alpha`, 2 / (`span` + 1), or 1 − 2^(−1/`halfLife`); span and half-life are in rows.
 *
 * @example trades.rolling({ by: 'symbol' }).derive(t => ({ trend: ema(t.price, { span: 20 }) }))
 */
export function ema<T extends number | null>(value: NumExpr<T>, options: EmaOptions): RowFunction<T> {
  return rowFunction('ema', [value], Object.fromEntries(Object.entries(options)) as CallOptions);
}

/** The return since the row before, x / x′ − 1, or ln(x / x′) with `log`. NULL where either is. (Campbell, Lo, MacKinlay 1997, 1.4) */
export function returns(
  value: NumExpr<number | null>,
  { log = false }: { readonly log?: boolean } = {},
): RowFunction<number | null> {
  return rowFunction('returns', [value], { log });
}

/** How far the value is below the highest so far, as a fraction of that: 0 at a peak, else negative. */
export function drawdown<T extends number | null>(value: NumExpr<T>): RowFunction<T> {
  return rowFunction('drawdown', [value]);
}

/**
 * Who started a trade: 1 a buyer, −1 a seller. With the mid price, a trade above it was bought and one below it sold; at it, or
 * without one, the last change of price decides (Lee, Ready 1991). NULL while no price has changed.
 *
 * @example trades.rolling({ by: 'symbol' }).derive(t => ({ side: tradeSign(t.price) }))
 */
export function tradeSign(
  price: NumExpr<number | null>,
  mid?: NumExpr<number | null>,
): RowFunction<number | null> {
  return rowFunction('tradeSign', mid === undefined ? [price] : [price, mid]);
}
