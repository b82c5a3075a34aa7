import { isOfLeft } from '../plan/join.js';
import { passedKey } from '../plan/passed.js';
import type { PhysicalInput, PhysicalPlan, PhysicalStep } from './physical.js';

/** The columns whose values name one row of what an input gives, at any time; null where there are none, or they are not known. */
export function keyOf(plan: Pick<PhysicalPlan, 'operators'>, input: PhysicalInput): readonly string[] | null {
  return 'source' in input ? null : keyOfStep(plan, plan.operators[input.operator]);
}

function keyOfStep(plan: Pick<PhysicalPlan, 'operators'>, step: PhysicalStep): readonly string[] | null {
  const below = (): readonly string[] | null => keyOf(plan, step.inputs[0]);
  switch (step.op) {
    case 'asOfJoin':
    case 'windowJoin':
    case 'filter':
    case 'reorder':
    case 'sort':
    case 'rank':
    case 'lateRows':
      return below();
    case 'rolling':
    case 'lead': {
      const key = below();
      return key?.some(name => step.columns.some(column => column.name === name)) === true ? null : key;
    }
    case 'project':
      return passedKey(below(), step.columns);
    case 'distinct':
      return step.by ?? step.output.fields.map(({ name }) => name);
    case 'intervalJoin':
    case 'join':
      return isOfLeft(step.how) ? below() : null;
    case 'setOperation':
      return step.all ? below() : step.output.fields.map(({ name }) => name);
    case 'lookupJoin':
    case 'mapReduce':
    case 'matchPattern':
    case 'versions':
    case 'changes':
    case 'rowKinds':
    case 'unionAll':
    case 'followedBy':
      return null;
    case 'upsert':
      return step.key;
    case 'topN':
      if (step.rowNumber !== null) return [...step.within, step.rowNumber];
      return step.rows === 1 ? step.within : below();
    case 'orderBook':
      return ['symbol', 'level'];
    case 'apply':
      return step.call === 'udf' ? below() : null;
    case 'unpivot': {
      const key = below();
      const name = step.output.fields[step.output.fields.length - 2].name;
      return key === null ? null : [...key, name];
    }
    case 'groupBy':
      return step.keys;
    case 'windowedAggregate':
      return [...step.keys, 'windowEnd'];
    case 'sessionAggregate':
      return step.form === 'late' ? below() : [...step.keys, 'windowEnd'];
    case 'barAggregate':
      return step.form === 'late' ? below() : [...step.keys, 'windowNumber'];
  }
}
