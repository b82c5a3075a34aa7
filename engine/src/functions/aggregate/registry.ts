import type { AggregateCall } from '../../expr/ast.js';
import { realizedVol, twap } from '../market/paths.js';
import { vwap } from '../market/vwap.js';
import { avg } from './avg.js';
import { count } from './count.js';
import { countDistinct } from './countDistinct.js';
import { defined } from './defined.js';
import type { AggregateArgument, AggregateDefinition } from './define.js';
import { corr, covar, covarPop, stddev, stddevPop, variance, variancePop } from './deviations.js';
import { AggregateArgumentError } from './errors.js';
import { maxBy, minBy } from './extremesBy.js';
import { first } from './first.js';
import { last } from './last.js';
import { list, listAgg } from './lists.js';
import { max } from './max.js';
import { min } from './min.js';
import { mode } from './mode.js';
import { median, quantile } from './quantiles.js';
import { approxCountDistinct, approxQuantile } from './sketches.js';
import { sum } from './sum.js';
import { all, any, countIf } from './truths.js';

const ALL: readonly AggregateDefinition[] = [
  ...[count, countIf, sum, avg, min, max, first, last, minBy, maxBy],
  ...[stddev, stddevPop, variance, variancePop, covar, covarPop, corr],
  ...[median, quantile, approxQuantile, countDistinct, approxCountDistinct, mode],
  ...[list, listAgg, any, all],
  ...[vwap, twap, realizedVol],
];

/** Every aggregate function, by name. To add one: its file, and a line here. */
export const AGGREGATES: ReadonlyMap<string, AggregateDefinition> = new Map(
  ALL.map(definition => [definition.name, definition]),
);

/** The aggregate of a name. Throws `AggregateArgumentError` for an unknown one. */
export function aggregateOf(name: string): AggregateDefinition {
  const definition = name === defined.name ? defined : AGGREGATES.get(name);
  if (definition !== undefined) return definition;
  throw new AggregateArgumentError(
    'MR3101',
    `There is no aggregate '${name}'.`,
    `These exist: ${[...AGGREGATES.keys()].join(', ')}.`,
  );
}

/** The type of an aggregate call's result. A `where` leaves out rows as NULL arguments do. */
export function resolveAggregate(
  { fn, where, options }: Pick<AggregateCall, 'fn' | 'where' | 'options'>,
  args: readonly AggregateArgument[],
): AggregateArgument {
  const seen = where === null ? args : args.map(arg => ({ ...arg, nullable: true }));
  return aggregateOf(fn).resolve(seen, options);
}
