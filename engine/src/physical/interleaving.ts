import type { PhysicalPlan } from './physical.js';

/**
 * Operators that let a row out when the watermarks of all ports say so, in event order: in which order the rows of different ports came to them
 * changes nothing.
 */
const BY_WATERMARK: ReadonlySet<string> = new Set(['asOfJoin', 'windowJoin', 'intervalJoin']);

/** Whether it can be seen in which order the rows of different sources went through a plan. */
export function hangsOnInterleaving({ operators }: Pick<PhysicalPlan, 'operators'>): boolean {
  return operators.some(operator => {
    if (operator.inputs.length < 2) return false;
    const atOnce = 'emit' in operator && (operator.emit as unknown) === 'change';
    return atOnce || !BY_WATERMARK.has(operator.op);
  });
}
