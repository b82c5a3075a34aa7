import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import type { DataType } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { LiteralValue } from './ast.js';
import type { BoundExpr } from './bound.js';

/** A call whose arguments have types. */
export type BoundCall = Extract<BoundExpr, { kind: 'call' }>;

/** What is known of an argument when a function is bound. `literal` is set for literals. */
export interface Argument {
  readonly type: DataType;
  readonly nullable: boolean;
  readonly literal?: LiteralValue;
}

/** How a call is typed: arguments are cast to `args` first (a shorter list leaves the rest as they are). */
export interface Signature {
  readonly args: readonly DataType[];
  readonly type: DataType;
  readonly nullable: boolean;
}

/**
 * An expression as JavaScript text for row `i` of a loop. `value` may be any value where `valid` (text of a boolean; null: never
 * NULL) is false. Booleans are JavaScript booleans, strings codes of `dictionary`, all else numbers.
 */
export interface Emitted {
  readonly value: string;
  readonly valid: string | null;
  /** For strings: which dictionary the codes belong to, for the columns of a batch. */
  readonly dictionary: ((columns: readonly Column[]) => Dictionary) | null;
  /** Whether the loop itself adds strings to the dictionary, so that nothing can be computed by code before it runs. */
  readonly growing?: boolean;
}

/** What text may reach from inside a loop. */
export interface EmitScope {
  /** Appends a statement to the row's body, before the value is used. */
  statement(text: string): void;
  /** A local name that is not taken. */
  fresh(prefix: string): string;
  /** Declares a local for the text, unless it is a plain name or number already, and returns what to write. */
  local(text: string): string;
  /** The name of a value that stays the same for ever (a function, a table). */
  constant(value: unknown): string;
  /** The name of a value made anew for each batch from its columns. */
  input(prepare: (columns: readonly Column[]) => unknown): string;
  /** The statement that stops the loop at this row: the exact twin takes over. */
  readonly bail: string;
}

/**
 * A call as SQL text. `args` are the arguments' texts (after the casts that the function asked for), each safe inside any expression, as
 * the result has to be. Null where this call cannot be said with the same meaning.
 */
export type SqlText = (args: readonly string[], call: BoundCall) => string | null;

/** How a function's calls read in other engines; null where none of them can be said. */
export interface SqlForms {
  readonly duckdb: SqlText | null;
  readonly flink: SqlText | null;
}

/** A scalar function: the one object that typing, the interpreter, generated code, the SQL printers and the reference read. */
export interface ScalarFunction {
  readonly name: string;
  /** How it is called, for the reference: `substring(text, start, count?)`. */
  readonly signature: string;
  /** One sentence. */
  readonly doc: string;
  /** Calls and their results: documentation, and a conformance test. Text arguments name a type by `cast`. */
  readonly examples: readonly Example[];
  /** `propagate`: NULL where any argument is NULL, and the rest sees none. `own`: the function handles NULL. */
  readonly nulls: 'propagate' | 'own';
  /**
   * Arguments, by position, that have to be literals and are read when the call is bound and written (a type's name, a pattern, a zone):
   * `emit` finds them in `call.args`, and its `args` hold nothing for them.
   */
  readonly literals?: readonly number[];
  /** Whether `evaluate` can throw for some values: generated code then stops before such a row, and the interpreter takes over. */
  readonly mayFail?: boolean;
  /** Other names by which SQL's users know it, in capitals: `SUBSTR`. */
  readonly aliases?: readonly string[];
  /** The call in the SQL of other engines. */
  readonly sql: SqlForms;
  /** Types a call, or throws an `ArgumentTypeError`. */
  bind(args: readonly Argument[]): Signature;
  /** The exact result. Lazy arguments are evaluated when called, so that an untaken branch cannot fail. */
  evaluate(args: readonly Value[], call: BoundCall): Value;
  evaluateLazily?(args: readonly (() => Value)[], call: BoundCall): Value;
  /**
   * The result as text over fast lanes; none where an argument or the result is a string (these are derived from `evaluate`,
   * once a dictionary code). For `propagate`, `valid` is the function's own condition: that of the arguments is added.
   */
  emit?(
    args: readonly Emitted[],
    call: BoundCall,
    scope: EmitScope,
  ): { readonly value: string; readonly valid?: string | null };
}

export interface Example {
  readonly args: readonly { readonly type: DataType; readonly value: Value }[];
  readonly result: Value;
}
