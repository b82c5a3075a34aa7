import type { DataType } from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';

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

/** What the text of an aggregate may refer to. Every text is of one row, or one group, and reads as plain JavaScript. */
export interface EmitContext {
  /** The element of a state lane for the group, to read and to assign. */
  lane(name: string): string;
  /** The whole array of a state lane, and the group's position in it, for helpers. */
  array(name: string): string;
  readonly slot: string;
  /** The arguments' values: never NULL here, variables without side effects. An int64 is a bigint where `wide`. */
  readonly args: readonly string[];
  /** The arguments as numbers, rounded where a wide int64 has to be. */
  readonly numbers: readonly string[];
  /** The row's event time in ticks, and its sequence; null where there is none. */
  readonly time: string | null;
  readonly sequence: string | null;
  /** Whether int64 lanes and arguments are BigInts. */
  readonly wide: boolean;
  /** A dictionary's variable for comparisons of string lanes; its codes are those of the arguments. */
  readonly dictionary: string;
}

/** The other group of a merge: its lanes, and where it lies. */
export interface MergeContext extends EmitContext {
  other(name: string): string;
  otherArray(name: string): string;
  readonly otherSlot: string;
}

/** The text of a group's value. */
export interface ValueText {
  /** Whether the group has a value, as text; null: always. */
  readonly present: string | null;
  /** The value in its fast lane. */
  readonly value: string;
  /** Where an int64 may not fit its fast lane: text that is true then, and the exact bigint. */
  readonly exceeds: string | null;
  readonly exact: string | null;
}

/** An aggregate bound to its arguments' types: its state and its loops' text. */
export interface BoundAggregate {
  readonly lanes: readonly StateLane[];
  add(emit: EmitContext): string;
  /** Takes a row back. Null where the aggregate cannot. */
  readonly retract: ((emit: EmitContext) => string) | null;
  /** Adds another group's state to this one: slices to windows. Later groups come after earlier ones in time, not in arrival. */
  merge(emit: MergeContext): string;
  value(emit: EmitContext): ValueText;
}

/** What DuckDB's text of an aggregate may need to know. */
export interface DuckdbContext {
  /** The arguments' types. */
  readonly args: readonly AggregateArgument[];
  /** The list that sorts rows by event time, sequence and arrival, for `agg(x ORDER BY …)`; and the same, latest first. */
  readonly order: string;
  readonly reversed: string;
}

/** The one definition of an aggregate function. Registered in `registry.ts`. */
export interface AggregateDefinition {
  readonly name: string;
  /** One sentence: what it gives, of which rows, and what for none. */
  readonly doc: string;
  /** How its arguments read, e.g. `x: number`. */
  readonly signature: string;
  /** Its expression in Flink's SQL. */
  sql(args: readonly string[]): string;
  /**
   * Its expression in DuckDB's SQL, which tests compare with; none: it cannot be said. Arguments are NULL in the rows that it must not
   * see: where `where` is not true, or any argument is NULL. With `distinct` the first one starts with DISTINCT.
   */
  duckdb?(args: readonly string[], context: DuckdbContext): string;
  /** Whether it depends on the order of rows, so that it needs an event time. */
  readonly ordered: boolean;
  /** Whether rows can be taken back from it. */
  readonly retractable: boolean;
  /** The result's type; throws `AggregateArgumentError` for arguments it cannot take. */
  resolve(args: readonly AggregateArgument[], options: CallOptions): AggregateArgument;
  bind(context: AggregateContext): BoundAggregate;
  /** The value of a group's rows (arrival order, arguments not NULL) computed the plainest way: what tests compare with. */
  reference(rows: readonly ReferenceRow[], args: readonly AggregateArgument[]): ReferenceValue;
}

/** Declares an aggregate: the definition itself, checked by its type. */
export function defineAggregate(definition: AggregateDefinition): AggregateDefinition {
  return Object.freeze(definition);
}
