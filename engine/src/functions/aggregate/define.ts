import type { DataType } from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';
import type { EmitContext, MergeContext, ValueContext } from './emit.js';

export type { EmitContext, MergeContext, ValueContext } from './emit.js';

/** A value as references see it: int64 and timestamp are bigint, NULL is null. */
export type ReferenceValue = number | bigint | string | boolean | null;

/** One row of a group as references see it: its non-NULL arguments, and what it is ordered by. */
export interface ReferenceRow {
  readonly args: readonly ReferenceValue[];
  /** The event time in the time column's ticks, and the sequence column's value; 0 where there is none. */
  readonly time: bigint;
  readonly sequence: number | bigint;
}

/** The type of an argument. `where` on a call makes every argument nullable: rows it leaves out count as NULL. */
export interface AggregateArgument {
  readonly type: DataType;
  readonly nullable: boolean;
}

/** What is known when an aggregate's state is laid out. */
export interface AggregateContext {
  readonly args: readonly AggregateArgument[];
  /** Whether each list of arguments counts once. */
  readonly distinct: boolean;
  readonly options: CallOptions;
  /** Whether rows may be taken back. */
  readonly retracting: boolean;
  /** Whether rows come in event order and stay, so that those that have passed need not be kept. Not said: they may come in any. */
  readonly inOrder?: boolean;
  /** Makes a function out of text: `codegen/compile.ts`. */
  readonly compile: (parameters: readonly string[], body: string) => () => unknown;
  /** What rows are ordered by: float64 for event time in µs, or a timestamp's own ticks; and the sequence column's type. */
  readonly time: DataType | null;
  readonly sequence: DataType | null;
}

/**
 * A typed array of the state, one element a group. `int64` is a Float64Array while every value is a safe integer, and a
 * BigInt64Array from the first wide batch on (see `columns/column.ts`); `string` holds dictionary codes.
 */
export interface ValueLane {
  readonly name: string;
  readonly lane: 'float64' | 'int32' | 'uint8' | 'int64' | 'string';
  /** The value of an empty group. ±Infinity stands for the greatest and least value of an integer lane. */
  readonly init: number;
}

/** What a snapshot holds of an object. */
export type PlainValue =
  null | boolean | number | bigint | string | readonly PlainValue[] | { readonly [name: string]: PlainValue };

/**
 * An array of the state with one JavaScript object a group (a multiset, a sketch), which the group owns alone: a merge copies what it
 * takes over. Integers in it are numbers where they are safe and bigints elsewhere, strings are dictionary codes, so it never goes wide.
 */
export interface ObjectLane {
  readonly name: string;
  readonly lane: 'object';
  /** The object of an empty group. */
  create(): object;
  /** For snapshots, and back. */
  encode(value: object): PlainValue;
  decode(plain: PlainValue): object;
}

export type StateLane = ValueLane | ObjectLane;

/** The text of a group's value. */
export interface ValueText {
  /** Statements before it: locals that the other texts use. */
  readonly before?: string;
  /** When a group has a value, as text, beside having rows; none: always. */
  readonly present?: string | null;
  /** The value in its fast lane; a JavaScript string where the result is made text (`makesText`). */
  readonly value: string;
  /** Where an int64 may not fit its fast lane: text that is true then, and the exact value. */
  readonly exceeds?: string | null;
  readonly exact?: string | null;
}

/**
 * One piece of an aggregate's state, with the text that keeps it current. Parts of one `kind` over the same arguments and the same rows
 * hold the same, whichever aggregates they belong to, and are kept once: `avg(x)`, `sum(x)` and `stddev(x)` share the sum of x.
 */
export interface StatePart {
  /** Names what it holds: everything that sets it apart from other parts but its arguments. */
  readonly kind: string;
  /** Which arguments of the aggregate it reads, by position: the `args` of its texts. */
  readonly args: readonly number[];
  readonly lanes: readonly StateLane[];
  add(emit: EmitContext): string;
  /** Takes a row back. Null where it cannot. */
  readonly retract: ((emit: EmitContext) => string) | null;
  /** Adds another group's state to this one: slices to windows. Later groups come after earlier ones in time, not in arrival. Null where it cannot. */
  readonly merge: ((emit: MergeContext) => string) | null;
}

/** An aggregate bound to its arguments' types: its state and its value's text. */
export interface BoundAggregate {
  readonly parts: Readonly<Record<string, StatePart>>;
  /** Whether it reads the count of its rows (`seen`). */
  readonly counts: boolean;
  /** Whether its value is a string made anew, which is not in any dictionary yet. */
  readonly makesText?: boolean;
  /** The value of a group that has rows; for one that has none it is NULL, unless `valueOfNone`. */
  value(emit: ValueContext): ValueText;
  /** Whether `value` is asked for groups without rows, too. */
  readonly valueOfNone?: boolean;
}

/** What its text in Flink's SQL may need to know. */
export interface SqlContext {
  /** The arguments' types. */
  readonly args: readonly AggregateArgument[];
  readonly options: CallOptions;
}

/** What DuckDB's text of an aggregate may need to know. */
export interface DuckdbContext extends SqlContext {
  /** The list that sorts rows by event time, sequence and arrival, for `agg(x ORDER BY …)`; and the same, latest first. */
  readonly order: string;
  readonly reversed: string;
}

/** True, or what to write instead. */
export type Ability = true | string | ((options: CallOptions) => true | string);

/** What references know of a call beside its rows. */
export interface ReferenceContext {
  readonly options: CallOptions;
  readonly distinct: boolean;
  /** Whether rows may be taken back: arrival then says nothing, and rows of one time and sequence go by value. */
  readonly retracting: boolean;
  /** The end of the rows' window in ticks of their time; null without windows. */
  readonly windowEnd: bigint | null;
}

/** The one definition of an aggregate function. Registered in `registry.ts`. */
export interface AggregateDefinition {
  readonly name: string;
  /** One sentence: what it gives, of which rows, and what for none. */
  readonly doc: string;
  /** How its arguments read, e.g. `x: number`. */
  readonly signature: string;
  /** Its expression in Flink's SQL; null: it cannot be said. With `distinct` the first argument starts with DISTINCT. */
  sql(args: readonly string[], context: SqlContext): string | null;
  /**
   * Its expression in DuckDB's SQL, which tests compare with; none: it cannot be said. Arguments are NULL in the rows that it must not
   * see: where `where` is not true, or any argument is NULL. With `distinct` the first one starts with DISTINCT.
   */
  duckdb?(args: readonly string[], context: DuckdbContext): string | null;
  /** Whether it depends on the order of rows, so that it needs an event time. */
  readonly ordered: boolean;
  /**
   * What `{ distinct: true }` does. `rows`: a row counts if its arguments have not been seen; `own`: the aggregate sees to it; `same`: it makes
   * no difference; `none`: there is no such thing.
   */
  readonly distinct: 'rows' | 'own' | 'same' | 'none';
  /** Whether rows can be taken back from it; if not, what to write instead. */
  readonly retracts: Ability;
  /** Whether parts of a window can be put together, as hopping and merging windows do; if not, what to write instead. */
  readonly merges?: Ability;
  /**
   * Whether it adds up over rows, so that an empty window that is filled with the values before it has 0 of it: a count is 0 even where
   * such windows have NULL. None: it tells a level, which stays.
   */
  readonly adds?: 'count' | 'sum';
  /** The result's type; throws `AggregateArgumentError` for arguments it cannot take. */
  resolve(args: readonly AggregateArgument[], options: CallOptions): AggregateArgument;
  bind(context: AggregateContext): BoundAggregate;
  /** The value of a group's rows (arrival order, arguments not NULL) computed the plainest way: what tests compare with. */
  reference(
    rows: readonly ReferenceRow[],
    args: readonly AggregateArgument[],
    context: ReferenceContext,
  ): ReferenceValue;
}

/** Declares an aggregate: the definition itself, checked by its type. */
export function defineAggregate(definition: AggregateDefinition): AggregateDefinition {
  return Object.freeze(definition);
}
