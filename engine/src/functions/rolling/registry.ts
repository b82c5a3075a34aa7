import { AggregateArgumentError } from '../aggregate/errors.js';
import type { RowFunctionDefinition } from './define.js';
import { diff } from './diff.js';
import { forwardFill } from './forwardFill.js';
import { lag } from './lag.js';
import { lead } from './lead.js';
import { drawdown, ema, returns, tradeSign } from './market.js';
import { denseRank, rank, rowNumber } from './numbers.js';

/** Every row function, by name. To add one: its definition, and its name here. */
export const ROW_FUNCTIONS: ReadonlyMap<string, RowFunctionDefinition> = new Map(
  [lag, lead, diff, forwardFill, rowNumber, rank, denseRank, ema, returns, drawdown, tradeSign].map(
    definition => [definition.name, definition],
  ),
);

/** The row function of a name. Throws `AggregateArgumentError` for an unknown one. */
export function rowFunctionOf(name: string): RowFunctionDefinition {
  const definition = ROW_FUNCTIONS.get(name);
  if (definition !== undefined) return definition;
  throw new AggregateArgumentError(
    'MR3133',
    `There is no row function '${name}'.`,
    `These exist: ${[...ROW_FUNCTIONS.keys()].join(', ')}.`,
  );
}
