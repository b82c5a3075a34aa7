import type { AggregateCall } from '../../expr/ast.js';
import { avg } from './avg.js';
import { count } from './count.js';
import type { AggregateArgument, AggregateDefinition } from './define.js';
import { AggregateArgumentError } from './errors.js';
import { first } from './first.js';
import { last } from './last.js';
import { max } from './max.js';
import { min } from './min.js';
import { sum } from './sum.js';
import { vwap } from './vwap.js';

/** Every aggregate function, by name. To add one: its file, and a line here. */
export const AGGREGATES: ReadonlyMap<string, AggregateDefinition> = new Map(
  [count, sum, avg, min, max, first, last, vwap].map(definition => [definition.name, definition]),
);

/** The aggregate of a name. Throws `AggregateArgumentError` for an unknown one. */
export function aggregateOf(name: string): AggregateDefinition {
  const definition = AGGREGATES.get(name);
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
