import { joinKeysText } from '../plan/joined.js';
import { boundsText } from '../plan/timedJoin.js';
import { boundText } from './boundText.js';
import type { PhysicalOperator } from './physical.js';

/** A join in event time in one line. */
export function timedJoinText(
  operator: Extract<PhysicalOperator, { op: 'windowJoin' | 'intervalJoin' }>,
): string {
  const within = `by ${joinKeysText(operator.keys) || '()'}, ${boundsText(operator)}`;
  if (operator.op === 'intervalJoin') {
    const { how, where } = operator;
    return `${how} interval join ${within}${where === null ? '' : `, where ${boundText(where.predicate)}`}`;
  }
  const { prevailing, columns, args } = operator;
  const texts = columns.map(({ name, fn, args: positions, where }) => {
    const condition = where === null ? '' : ` where ${boundText(args[where])}`;
    return `${name} = ${fn}(${positions.map(at => boundText(args[at])).join(', ')})${condition}`;
  });
  return `window join ${within}${prevailing ? ' and what prevails before' : ''}: ${texts.join(', ')}`;
}
