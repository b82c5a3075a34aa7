import type { Decimal } from './decimal.js';
import type { Temporal } from 'temporal-polyfill';
import type { TimeUnit } from '../columns/types.js';
import type { DecExpr } from './decimalExpressions.js';
import type { Expr, OrNull } from './expressionBase.js';
import type { BoolExpr } from './logicExpressions.js';
import type { NumExpr } from './numberExpressions.js';
import type { StrExpr } from './textExpressions.js';
import type { TimeExpr } from './timeExpressions.js';
import type { Json } from './types.js';

/**
 * A nested value. What is not there, is a JSON null or is of another kind than the one asked for is NULL.
 *
 * @example t.payload.json('$.bids[0][0]').asDecimal(18, 8)
 */
export interface JsonExpr<T extends Json | null = Json> extends Expr<T> {
  /** The value that a path leads to: `$` and then `.name`, `['any name']`, `[0]`, `[-1]` (the last) for each step. */
  json(path: string): JsonExpr<Json | null>;
  /** The item of an array at a place from 0, or from -1 for the last. */
  at(place: NumExpr<number | null> | number): JsonExpr<Json | null>;
  /** A string's characters; a number or truth value as text. */
  asString(): StrExpr<string | null>;
  /** A number, or a string that holds one, as float64. */
  asNumber(): NumExpr<number | null>;
  /** A whole number, or a string that holds one, exact. */
  asInt64(): NumExpr<number | null>;
  /** A number, or a string that holds one, exact; NULL where it has more digits. */
  asDecimal(precision: number, scale: number): DecExpr<Decimal | null>;
  asBoolean(): BoolExpr<boolean | null>;
  /** A string of ISO 8601, or a whole number of ticks of the unit (µs). */
  asTimestamp(unit?: TimeUnit): TimeExpr<Temporal.Instant | null>;
  /** How many items an array has, or keys an object. */
  jsonLength(): NumExpr<number | null>;
  /** Whether an array has an item that equals this value. */
  contains(item: Json): BoolExpr<boolean | null>;
  /** The keys of an object, as an array of strings. */
  keys(): JsonExpr<Json | null>;
  /** Equality of canonical texts: keys in another order, or a number in other digits, make another value. */
  eq<U extends Json | null>(other: JsonExpr<U>): BoolExpr<boolean | OrNull<T, U>>;
  ne<U extends Json | null>(other: JsonExpr<U>): BoolExpr<boolean | OrNull<T, U>>;
  /** The other where this is NULL. */
  coalesce<U extends Json | null>(other: JsonExpr<U>): JsonExpr<Json | OrNull<U>>;
}
