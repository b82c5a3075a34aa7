import { MillraceError } from '../../columns/error.js';
import { typeName } from '../../columns/types.js';
import type { AggregateArgument } from './define.js';

/** An aggregate that does not exist, or is given arguments it cannot take. */
export class AggregateArgumentError extends MillraceError {
  override readonly name = 'AggregateArgumentError';
}

/** A sum of integers left int64. */
export class OverflowError extends MillraceError {
  override readonly name = 'OverflowError';
}

/** Throws unless there are `least` to `most` arguments. */
export function requireCount(
  name: string,
  args: readonly AggregateArgument[],
  least: number,
  most = least,
): void {
  if (args.length >= least && args.length <= most) return;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  throw new AggregateArgumentError(
    'MR3102',
    `${name}() takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${args.length}.`,
  );
}

/** Throws unless there are `count` arguments and each is of a type that `accepts` takes. */
export function requireArguments(
  name: string,
  args: readonly AggregateArgument[],
  count: number,
  accepts: (arg: AggregateArgument) => boolean,
  wanted: string,
): void {
  requireCount(name, args, count);
  for (const arg of args) {
    if (accepts(arg)) continue;
    throw new AggregateArgumentError(
      'MR3103',
      `${name}() takes ${wanted}, not ${typeName(arg.type)}.`,
      `Cast the column first, e.g. .cast('float64').`,
    );
  }
}
