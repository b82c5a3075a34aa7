import { MillraceError } from '../../../engine/src/columns/error.js';
import type { Schema } from '../../../engine/src/columns/schema.js';
import type { AggregateCall, CallOptions, Expr } from '../../../engine/src/expr/ast.js';
import { AGGREGATES } from '../../../engine/src/functions/aggregate/registry.js';
import { bind } from '../../../engine/src/functions/bind.js';
import { ROW_FUNCTIONS } from '../../../engine/src/functions/rolling/registry.js';
import type { Random } from '../random.js';
import { column, isExact, type ExpressionMaker } from './expressions.js';

/** Means of powers: DuckDB has others of NaN and infinities, and of large numbers with small differences. */
const MOMENTS = /^(stddev|var|covar|corr)/;
/** Row functions that see rows of one time as one place, so that any order of those will do. */
const BY_TIME = new Set(['rank', 'denseRank']);
/** Row functions that divide: a last digit of a small number is a large one of the quotient. */
const QUOTIENTS = new Set(['returns', 'drawdown', 'ema']);
/** Sketches depend on how rows were put together, where these are many. */
const SKETCHES = /^approx/;

/** Makes random calls of aggregates and row functions. */
export class CallMaker {
  readonly #aggregates: readonly string[];
  readonly #rowFunctions: readonly string[];

  constructor(
    private readonly random: Random,
    private readonly expressions: ExpressionMaker,
    /** Whether DuckDB has to be able to say them. */
    private readonly said: boolean,
    sketches = false,
  ) {
    this.#aggregates = [...AGGREGATES.values()]
      .filter(({ name, duckdb }) => (said ? duckdb !== undefined : sketches || !SKETCHES.test(name)))
      .map(({ name }) => name);
    this.#rowFunctions = [...ROW_FUNCTIONS.keys()].filter(name => !said || !/^(ema|tradeSign)$/.test(name));
  }

  /** A random aggregate. Rows that have no order among themselves are not for those that are `ordered`. */
  aggregate(schema: Schema, ordered: boolean, framed = false): AggregateCall {
    const { random } = this;
    for (;;) {
      const fn = random.pick(this.#aggregates);
      const definition = AGGREGATES.get(fn)!;
      if (definition.ordered && !ordered) continue;
      // Rows of one time go by value where rows leave a frame.
      if (this.said && framed && fn === 'listAgg') continue;
      const args = this.#arguments(schema);
      const where = random.chance(0.2) ? this.expressions.predicate(schema) : null;
      const options: CallOptions =
        fn === 'quantile' || fn === 'approxQuantile' ? { q: random.pick([0, 0.25, 0.5, 0.9, 1]) } : {};
      const distinct = definition.distinct !== 'none' && args.length > 0 && random.chance(0.12);
      const bound = args.map(arg => bind(arg, schema));
      // A large number that enters a frame and leaves it takes the last digits of the others with it.
      if (framed && args.some(arg => !isExact(arg, schema))) continue;
      // Which row is the least must not hang on a last digit.
      if (/^(min|max)By$/.test(fn) && args.some(arg => !isExact(arg, schema))) continue;
      if (this.said && MOMENTS.test(fn) && bound.some(({ type }) => type.kind === 'float64')) continue;
      // Which values are the same must not hang on a last digit.
      if (distinct && args.some(arg => !isExact(arg, schema))) continue;
      if (can(() => definition.resolve(bound, options))) return { fn, args, where, distinct, options };
    }
  }

  /** A random function of rows. Where these have no order but that of their times, it is one of times alone. */
  rowFunction(schema: Schema, ordered: boolean): AggregateCall {
    const { random } = this;
    for (;;) {
      const fn = random.pick(this.#rowFunctions);
      if (!ordered && !BY_TIME.has(fn)) continue;
      const args = this.#arguments(schema);
      // Whether NaN is a peak differs.
      const floats = args.some(arg => bind(arg, schema).type.kind === 'float64');
      if (this.said && fn === 'drawdown' && floats) continue;
      if (QUOTIENTS.has(fn) && args.some(arg => !isExact(arg, schema))) continue;
      const options = this.#options(fn);
      const bound = args.map(arg => bind(arg, schema));
      if (can(() => ROW_FUNCTIONS.get(fn)!.resolve(bound, options)))
        return { fn, args, where: null, distinct: false, options };
    }
  }

  #options(fn: string): CallOptions {
    const { random } = this;
    if (fn === 'ema') return { span: 1 + random.below(5) };
    if (fn === 'returns') return { log: random.chance(0.3) };
    return /^(lag|lead|diff)$/.test(fn) && random.chance(0.6) ? { rows: 1 + random.below(4) } : {};
  }

  #arguments(schema: Schema): Expr[] {
    const { random } = this;
    return Array.from({ length: random.pick([0, 1, 1, 1, 2]) }, () =>
      random.chance(0.8)
        ? column(random.pick(schema.fields).name)
        : this.expressions.expression(schema, null, 1),
    );
  }
}

/** Whether a call can be made so. */
function can(resolve: () => unknown): boolean {
  try {
    resolve();
    return true;
  } catch (error) {
    if (error instanceof MillraceError) return false;
    throw error;
  }
}
