import type { AggregateCall } from '../expr/ast.js';
import { aggregateOf } from '../functions/aggregate/registry.js';

/**
 * The arguments of an aggregate as it may see them: NULL in rows where a condition is not true or, since a row without one of several
 * arguments is none, where any argument is NULL.
 */
export function guardedArguments(args: readonly string[], conditions: readonly string[]): readonly string[] {
  const all = args.length > 1 ? [...conditions, ...args.map(arg => `${arg} IS NOT NULL`)] : conditions;
  if (all.length === 0) return args;
  return (args.length === 0 ? ['1'] : args).map(arg => `CASE WHEN ${all.join(' AND ')} THEN ${arg} END`);
}

/** Arguments of a call whose first is taken once a value. Where that makes no difference, it need not be said, and often cannot be. */
export function distinctArguments(
  { fn, distinct }: Pick<AggregateCall, 'fn' | 'distinct'>,
  args: readonly string[],
): readonly string[] {
  if (!distinct || aggregateOf(fn).distinct === 'same') return args;
  return args.map((arg, at) => (at === 0 ? `DISTINCT ${arg}` : arg));
}

/** Whether text is one call of a function, so that an OVER or a FILTER behind it is for all of it. */
export function isOneCall(text: string): boolean {
  if (!/^\w+\(/.test(text) || !text.endsWith(')')) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "'") quoted = !quoted;
    if (quoted) continue;
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0 && at < text.length - 1) return false;
  }
  return true;
}
