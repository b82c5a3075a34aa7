import type { DataType } from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';
import type {
  AggregateArgument,
  EmitContext,
  ReferenceValue,
  StateLane,
  ValueText,
} from '../aggregate/define.js';

/** What is known when a row function's state is laid out. */
export interface RowFunctionContext {
  readonly args: readonly AggregateArgument[];
  readonly options: CallOptions;
  /** What rows are ordered by (see `AggregateContext.time`); null where they have no event time. */
  readonly time: DataType | null;
}

/** An argument's value in an earlier row of the same key, as text. */
export interface PreviousText {
  /** Whether there is such a row. */
  readonly exists: string;
  /** Whether its value is not NULL. */
  readonly valid: string;
  readonly value: string;
}

/** What the text of a row function may refer to, beside what an aggregate's may. */
export interface RowEmitContext extends EmitContext {
  /** Whether each argument of this row is not NULL, as text; null: always. */
  readonly valid: readonly (string | null)[];
  /** An argument so many rows back: at most the function's `history`. */
  previous(arg: number, back: number): PreviousText;
  /** The name of a local of this function. */
  local(name: string): string;
}

/** What a row function does with one row: statements that update its state, and then the row's value. */
export interface RowText extends ValueText {
  readonly statements: string;
}

/** A row function bound to its arguments' types. */
export interface BoundRowFunction {
  readonly lanes: readonly StateLane[];
  /** How many rows back it reads its arguments. */
  readonly history: number;
  row(emit: RowEmitContext): RowText;
}

/** One row of a key as references see it. */
export interface RowReference {
  readonly args: readonly ReferenceValue[];
  /** The event time in the time column's ticks; null where there is none. */
  readonly time: bigint | null;
}

/**
 * The one definition of a function of the rows of a key in event order, one value out for each row in. Registered in `registry.ts`.
 */
export interface RowFunctionDefinition {
  readonly name: string;
  /** One sentence: what it gives, and when NULL. */
  readonly doc: string;
  /** How its arguments read. */
  readonly signature: string;
  /** Whether it compares event times, so that it needs them. */
  readonly timed: boolean;
  /** The result's type; throws `AggregateArgumentError` for arguments it cannot take. */
  resolve(args: readonly AggregateArgument[], options: CallOptions): AggregateArgument;
  bind(context: RowFunctionContext): BoundRowFunction;
  /** In Flink's SQL, over a window `over` of a key's rows in order; null: it cannot be said. */
  sql(args: readonly string[], over: string, options: CallOptions): string | null;
  /** The same in DuckDB's, of arguments of these types. */
  duckdb(
    args: readonly string[],
    over: string,
    options: CallOptions,
    types: readonly AggregateArgument[],
  ): string | null;
  /** The values of a key's rows, in event order, computed the plainest way: what tests compare with. */
  reference(
    rows: readonly RowReference[],
    args: readonly AggregateArgument[],
    options: CallOptions,
  ): readonly ReferenceValue[];
}

/** Declares a row function: the definition itself, checked by its type. */
export function defineRowFunction(definition: RowFunctionDefinition): RowFunctionDefinition {
  return Object.freeze(definition);
}
