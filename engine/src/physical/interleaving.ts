import type { PhysicalOperator, PhysicalPlan } from './physical.js';

/** Whether an operator puts out nothing that another way may still take back: rows once, when they are certain. */
export function tellsWhatIsCertain(operator: PhysicalOperator): boolean {
  return waitsForAll(operator) || ('form' in operator && operator.form === 'final');
}

/** Whether it can be seen in which order the rows of different sources went through a plan. */
export function hangsOnInterleaving({ operators }: Pick<PhysicalPlan, 'operators'>): boolean {
  return operators.some(operator => operator.inputs.length > 1 && !waitsForAll(operator));
}

/**
 * Whether an operator lets a row out when the watermarks of all ports say so, in event order: in which order the rows of different ports came to it
 * changes nothing.
 */
function waitsForAll(operator: PhysicalOperator): boolean {
  switch (operator.op) {
    case 'asOfJoin':
      return operator.form === 'final';
    case 'windowJoin':
    case 'intervalJoin':
      return true;
    default:
      return false;
  }
}
