import { MillraceError } from '../columns/error.js';
import { typeName } from '../columns/types.js';
import { DEFINED_TYPES } from '../functions/aggregate/defined.js';
import { aggregateCall, type AggregateOptions } from './aggregateCall.js';
import { closureFreeSource } from './closureFree.js';
import type { Aggregate, Expr } from './expressions.js';
import type { ColumnType } from './types.js';

/** What an aggregate of the user's may take and give. */
type DefinedValue = number | string | boolean;

/** The values of one row, by the types that were declared. */
type ValuesOf<Args extends readonly ColumnType<DefinedValue>[]> = {
  [K in keyof Args]: Args[K] extends ColumnType<infer T> ? T : never;
};

/** The expressions that such an aggregate is called with: NULL is let in, and its rows are left out. */
type ExpressionsOf<Args extends readonly ColumnType<DefinedValue>[]> = {
  [K in keyof Args]: Args[K] extends ColumnType<infer T> ? Expr<T | null> | Expr<T> : never;
};

/** An aggregate of the user's: plain functions over a state. `add`, `retract` and `merge` change the state, or give the next one. */
export interface AggregateFunctions<State, Args extends readonly ColumnType<DefinedValue>[], Result> {
  /** What plans and errors call it. */
  readonly name: string;
  /** The types of its arguments: boolean, int32, int64, float64 or string. */
  readonly args: Args;
  readonly returns: ColumnType<Result>;
  /** The state of no rows: plain data, Maps, Sets and typed arrays. */
  init(this: void): State;
  /** Adds a row; none of its values is NULL. */
  add(this: void, state: State, ...values: ValuesOf<Args>): State | void;
  /** Takes a row back that was added: needed over tables whose rows change, and fast over rolling frames. */
  retract?(this: void, state: State, ...values: ValuesOf<Args>): State | void;
  /** Adds the state of other rows to the first one: needed by windows that are made of parts, as hopping ones are. */
  merge?(this: void, state: State, other: State): State | void;
  /** The result; null for none. It must not change the state. */
  value(this: void, state: State): Result | null;
}

/**
 * Makes an aggregate out of plain functions, to be used like any other: in windows, groups and rolling. The functions run in the engine,
 * which is another process in a notebook, so they are sent as text: they may use their own variables and JavaScript's own values
 * (Math, Map, JSON, …), and nothing else of the notebook.
 *
 * @example
 * const geometricMean = defineAggregate({
 *   name: 'geometricMean',
 *   args: [float64],
 *   returns: float64,
 *   init: () => ({ logs: 0, n: 0 }),
 *   add: (state, x) => ({ logs: state.logs + Math.log(x), n: state.n + 1 }),
 *   retract: (state, x) => ({ logs: state.logs - Math.log(x), n: state.n - 1 }),
 *   merge: (state, other) => ({ logs: state.logs + other.logs, n: state.n + other.n }),
 *   value: state => Math.exp(state.logs / state.n),
 * });
 * trades.groupBy('symbol').aggregate(t => ({ price: geometricMean(t.price) }))
 *
 * @throws MillraceError `MR1340` for a function that uses a variable from outside; `MR1341` for one that has no text;
 * `MR1342` for a type that it cannot take or give
 */
export function defineAggregate<
  State,
  const Args extends readonly ColumnType<DefinedValue>[],
  Result extends DefinedValue,
>(
  definition: AggregateFunctions<State, Args, Result>,
): (...call: [...args: ExpressionsOf<Args>, options?: AggregateOptions]) => Aggregate<Result | null> {
  const { name, args, returns } = definition;
  for (const { type } of [...args, returns]) {
    if (DEFINED_TYPES.has(type.kind)) continue;
    throw new MillraceError(
      'MR1342',
      `defineAggregate('${name}') cannot take or give ${typeName(type)}.`,
      `Declare ${[...DEFINED_TYPES].join(', ')}; of a time, take a part of it: t.ts.extract('second').`,
    );
  }
  const text = (part: 'init' | 'add' | 'retract' | 'merge' | 'value'): string =>
    closureFreeSource(`${part}() of defineAggregate('${name}')`, definition[part]);
  const options = Object.freeze({
    name,
    args: args.map(({ type }) => typeName(type)).join(' '),
    returns: typeName(returns.type),
    init: text('init'),
    add: text('add'),
    value: text('value'),
    ...(definition.retract === undefined ? {} : { retract: text('retract') }),
    ...(definition.merge === undefined ? {} : { merge: text('merge') }),
  });
  return (...call) =>
    aggregateCall(
      'defined',
      call.slice(0, args.length),
      call[args.length] as AggregateOptions | undefined,
      options,
    );
}
