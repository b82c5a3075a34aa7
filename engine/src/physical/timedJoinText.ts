import type { BoundExpr } from '../expr/bound.js';
import { joinKeysText } from '../plan/joined.js';
import { boundsText } from '../plan/timedJoin.js';
import type { PhysicalOperator } from './physical.js';

/** A join in event time in one line. */
export function timedJoinText(
  operator: Extract<PhysicalOperator, { op: 'windowJoin' | 'intervalJoin' }>,
  textOf: (expr: BoundExpr) => string,
): string {
  const within = `by ${joinKeysText(operator.keys) || '()'}, ${boundsText(operator)}`;
  if (operator.op === 'intervalJoin') {
    const { how, where } = operator;
    return `${how} interval join ${within}${where === null ? '' : `, where ${textOf(where.predicate)}`}`;
  }
  const { prevailing, columns, args } = operator;
  const texts = columns.map(({ name, fn, args: positions, where }) => {
    const condition = where === null ? '' : ` where ${textOf(args[where])}`;
    return `${name} = ${fn}(${positions.map(at => textOf(args[at])).join(', ')})${condition}`;
  });
  return `window join ${within}${prevailing ? ' and what prevails before' : ''}: ${texts.join(', ')}`;
}
