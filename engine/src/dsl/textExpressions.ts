import type { Comparable, OrNull } from './expressionBase.js';
import type { BoolExpr } from './logicExpressions.js';
import type { JsonExpr } from './jsonExpressions.js';
import type { NumExpr } from './numberExpressions.js';
import type { TimeExpr } from './timeExpressions.js';
import type { Temporal } from 'temporal-polyfill';
import type { Json } from './types.js';

type TextOperand<U extends string | null> = StrExpr<U> | string;

/** Text, in code points. Patterns are RE2's syntax and literals. */
export interface StrExpr<T extends string | null = string> extends Comparable<T, string> {
  /** The value that a path leads to in text that holds JSON: `t.body.json('$.data[0].price').asNumber()`. NULL where the text is no JSON. */
  json(path: string): JsonExpr<Json | null>;
  upper(): StrExpr<T>;
  lower(): StrExpr<T>;
  /** Each word with a capital first. */
  initcap(): StrExpr<T>;
  /** Without white space, or without these characters, at both ends. */
  trim(characters?: string): StrExpr<T>;
  ltrim(characters?: string): StrExpr<T>;
  rtrim(characters?: string): StrExpr<T>;
  /** In code points. */
  length(): NumExpr<number | OrNull<T>>;
  concat<U extends string | null = never>(...others: TextOperand<U>[]): StrExpr<string | OrNull<T, U>>;
  repeat(count: NumExpr | number): StrExpr<T>;
  reverse(): StrExpr<T>;
  /** Filled up to a length with a text (a space); a longer one stays as it is. */
  padStart(length: number, fill?: string): StrExpr<T>;
  padEnd(length: number, fill?: string): StrExpr<T>;
  contains<U extends string | null = never>(part: TextOperand<U>): BoolExpr<boolean | OrNull<T, U>>;
  startsWith<U extends string | null = never>(start: TextOperand<U>): BoolExpr<boolean | OrNull<T, U>>;
  endsWith<U extends string | null = never>(end: TextOperand<U>): BoolExpr<boolean | OrNull<T, U>>;
  /** The position of the first occurrence, from 1; 0 where there is none. */
  indexOf<U extends string | null = never>(part: TextOperand<U>): NumExpr<number | OrNull<T, U>>;
  /** From code point `start` (1 is the first, as in SQL), so many of them, or to the end. */
  substring(start: NumExpr | number, count?: NumExpr | number): StrExpr<T>;
  /** The first so many code points. */
  left(count: NumExpr | number): StrExpr<T>;
  /** The last so many code points. */
  right(count: NumExpr | number): StrExpr<T>;
  /** Every occurrence of a part by another text. */
  replace(part: TextOperand<string>, by: TextOperand<string>): StrExpr<T>;
  /** One of the parts between separators, from 1, or from the end by a negative number; NULL where there is none. */
  splitPart(separator: string, part: NumExpr | number): StrExpr<string | null>;
  /** The number of the first code point; NULL of the empty text. */
  codePoint(): NumExpr<number | null>;
  /** SQL's LIKE over the whole text: `%` any text, `_` one code point. */
  like(pattern: string, escape?: string): BoolExpr<boolean | OrNull<T>>;
  /** Whether the pattern matches anywhere: `t.symbol.regexMatches('^[A-Z]+-USD$')`. */
  regexMatches(pattern: string): BoolExpr<boolean | OrNull<T>>;
  /** The first match, or a group of it (0 is all of it); NULL where there is none. */
  regexExtract(pattern: string, group?: number): StrExpr<string | null>;
  /** Every match by a text, in which `$1` is the first group. */
  regexReplace(pattern: string, by: string): StrExpr<T>;
  /** How many matches there are. */
  regexCount(pattern: string): NumExpr<number | OrNull<T>>;
  /**
   * The time that the text writes by a pattern of Java's letters, in a zone (UTC); NULL where it does not fit.
   *
   * @example t.text.parseTime('dd.MM.yyyy HH:mm', { timeZone: 'Europe/Berlin' })
   */
  parseTime(pattern: string, options?: { readonly timeZone?: string }): TimeExpr<Temporal.Instant | null>;
  /** The other where this is NULL. */
  coalesce<U extends string | null = string>(other: TextOperand<U>): StrExpr<string | OrNull<U>>;
  /** NULL where the two are equal. */
  nullIf(other: TextOperand<string | null>): StrExpr<string | null>;
}
