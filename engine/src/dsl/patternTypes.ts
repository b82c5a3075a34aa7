import type { Decimal } from 'decimal.js';
import type { Temporal } from 'temporal-polyfill';
import type { DurationText } from '../columns/duration.js';
import type { BoolExpr, ColumnsOf, DecExpr, Expr, ExprOf, NumExpr, ValueOf } from './expressions.js';
import type { Flat } from './kinds.js';

type Space = ' ' | '\n' | '\t';
type Sign = Space | '(' | ')' | '|' | '?' | '*' | '+' | '{' | '}' | ',';

type Words<
  P extends string,
  Word extends string,
  Found extends string,
> = P extends `${infer First}${infer Rest}`
  ? First extends Sign
    ? Words<Rest, '', Found | Word>
    : Words<Rest, `${Word}${First}`, Found>
  : Found | Word;

/** The labels that a pattern names, where its text is known to the compiler. */
export type LabelsOf<P extends string> = string extends P
  ? string
  : Exclude<Words<P, '', never>, '' | 'PERMUTE' | `${number}`>;

type Trimmed<P extends string> = P extends `${Space}${infer Rest}` ? Trimmed<Rest> : P;
/** Whether what follows a label lets it be left out. */
type LeavesOut<Rest extends string> =
  Trimmed<Rest> extends `${'?' | '*' | '{0' | '{,' | '{ '}${string}` ? true : false;

type Sure<
  P extends string,
  Word extends string,
  Found extends string,
> = P extends `${infer First}${infer Rest}`
  ? First extends Sign
    ? Sure<Rest, '', Found | (LeavesOut<P> extends true ? never : Word)>
    : Sure<Rest, `${Word}${First}`, Found>
  : Found | Word;

/** The labels that each match has: of patterns with alternatives or groups the compiler does not say so of any. */
type SureLabelsOf<P extends string> = string extends P
  ? never
  : P extends `${string}|${string}` | `${string}(${string}`
    ? never
    : Exclude<Sure<P, '', never>, '' | `${number}`>;

/** A label, several of them together, or `'*'` for all rows of the match. */
type Of<L extends string> = L | '*' | readonly L[];

/** NULL where a match may have no row of these labels. */
type Absent<X, S extends string> = X extends '*' ? never : X extends S ? never : null;

type AsNullable<Row, N> = [N] extends [never] ? Row : { [K in keyof Row]: Row[K] | null };

/**
 * The rows of a match, by their labels; `S` are those that each match has. In definitions it is the rows so far, the current one included: there `last('DOWN')` in
 * the definition of DOWN is the row itself, and `last('DOWN', t => t.price, 1)` the DOWN before it.
 */
export interface MatchValues<Row, L extends string, S extends string> {
  /** The columns of the first row with the label: `m.first('START').price`. */
  first<const X extends Of<L>>(labels: X): ColumnsOf<AsNullable<Row, Absent<X, S>>>;
  /** A value of the first such row. */
  first<const X extends Of<L>, E extends Expr<unknown>>(
    labels: X,
    value: (row: ColumnsOf<Row>) => E,
  ): ExprOf<ValueOf<E> | Absent<X, S>>;
  /** A value of the row `offset` such rows behind the first. */
  first<E extends Expr<unknown>>(
    labels: Of<L>,
    value: (row: ColumnsOf<Row>) => E,
    offset: number,
  ): ExprOf<ValueOf<E> | null>;
  /** The columns of the last row with the label. */
  last<const X extends Of<L>>(labels: X): ColumnsOf<AsNullable<Row, Absent<X, S>>>;
  /** A value of the last such row. */
  last<const X extends Of<L>, E extends Expr<unknown>>(
    labels: X,
    value: (row: ColumnsOf<Row>) => E,
  ): ExprOf<ValueOf<E> | Absent<X, S>>;
  /** A value of the row `offset` such rows before the last: `m.last('DOWN', t => t.price, 1)`. */
  last<E extends Expr<unknown>>(
    labels: Of<L>,
    value: (row: ColumnsOf<Row>) => E,
    offset: number,
  ): ExprOf<ValueOf<E> | null>;
  /** The number of such rows, or of those where the value is not NULL. */
  count(labels: Of<L>, value?: (row: ColumnsOf<Row>) => Expr<unknown>): NumExpr;
  /** The sum of a value over such rows: exact for integers and decimals, compensated for floats. */
  sum<const X extends Of<L>, E extends NumExpr<number | null> | DecExpr<Decimal | null>>(
    labels: X,
    value: (row: ColumnsOf<Row>) => E,
  ): ExprOf<ValueOf<E> | Absent<X, S>>;
  /** The mean of a value over such rows. */
  avg<const X extends Of<L>, E extends NumExpr<number | null> | DecExpr<Decimal | null>>(
    labels: X,
    value: (row: ColumnsOf<Row>) => E,
  ): NumExpr<number | Extract<ValueOf<E>, null> | Absent<X, S>>;
  /** The least value of such rows. */
  min<const X extends Of<L>, E extends Expr<unknown>>(
    labels: X,
    value: (row: ColumnsOf<Row>) => E,
  ): ExprOf<ValueOf<E> | Absent<X, S>>;
  /** The greatest value of such rows. */
  max<const X extends Of<L>, E extends Expr<unknown>>(
    labels: X,
    value: (row: ColumnsOf<Row>) => E,
  ): ExprOf<ValueOf<E> | Absent<X, S>>;
}

/** What definitions compare the current row with. */
export interface DefineValues<Row, L extends string> extends MatchValues<Row, L, never> {
  /**
   * A value of the row so many rows (1) before the current one, of the same key, whether the match has it or not; NULL where there is none. The last rows of every key
   * are kept for it.
   */
  prev<E extends Expr<unknown>>(value: E, rows?: number): ExprOf<ValueOf<E> | null>;
}

/** Where matching goes on after a match. */
export type AfterMatchOption<L extends string> =
  'skip past last row' | 'skip to next row' | { readonly skipToFirst: L } | { readonly skipToLast: L };

/** Conditions of labels alone. */
type OnlyLabels<D, L extends string> = { readonly [K in Exclude<keyof D, L>]: never };

/** What `matchPattern` takes. */
export interface MatchPatternOptions<Row, P extends string, By, D, M> {
  /** The key: a match is of rows of one key. None: all rows have one. */
  readonly by?: By;
  /**
   * Labels in the order in which their rows follow each other: `'START DOWN+ UP'`. Quantifiers `?`, `*`, `+`, `{n}`, `{n,}`, `{n,m}`, `{,m}` take as many rows as they
   * can, and with another `?` as few; `|` is either, the left one if both fit; `(…)` groups; `PERMUTE(A, B)` is all of them in any order.
   */
  readonly pattern: P;
  /** What a row has to hold to have a label. NULL is not true; a label without a condition fits any row. */
  readonly define?: (
    row: ColumnsOf<Row>,
    match: DefineValues<Row, LabelsOf<P>>,
  ) => D & OnlyLabels<D, LabelsOf<P>>;
  /** The columns of a match. */
  readonly measures: (match: MatchValues<Row, LabelsOf<P>, SureLabelsOf<P>>) => M;
  /** The last row of a match is less than this after its first one. It also bounds what is kept. */
  readonly within?: DurationText;
  /** `'skip past last row'` unless it says otherwise. */
  readonly afterMatch?: AfterMatchOption<LabelsOf<P>>;
}

/** Conditions by label. */
export type Definitions = Readonly<Record<string, BoolExpr<boolean | null>>>;

/** A row for each match: the key, the measures, and the event time of its last row (where rows have one). */
export type Matched<Row, By, M> = Flat<
  Pick<Row, Extract<By extends readonly (infer C)[] ? C : By, keyof Row>> & {
    [K in keyof M]: ValueOf<M[K]>;
  } & { matchTime: Temporal.Instant }
>;
