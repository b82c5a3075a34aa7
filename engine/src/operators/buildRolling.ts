import type { Schema } from '../columns/schema.js';
import type { PhysicalRolling } from '../physical/rolling.js';
import { argumentColumns } from './argumentColumns.js';
import type { Operator } from './operator.js';
import { RollingOperator } from './rolling.js';
import { RollingChangesOperator } from './rollingChanges.js';
import { rollingShape } from './rollingPlan.js';

/** The operator of rolling columns: over rows that come in event order, or over rows that change. */
export function buildRolling(
  physical: PhysicalRolling & { readonly input: Schema; readonly output: Schema },
): Operator {
  const { input, output, keys, changes, time } = physical;
  const shape = rollingShape(physical);
  const columns = physical.columns.map(({ name }) => name);
  const rolling = { shape, input, output, keys, time: time?.column ?? null, columns };
  const evaluate = argumentColumns(physical.args, input);
  if (changes === undefined) return new RollingOperator(rolling, evaluate);
  return new RollingChangesOperator(
    { input, output, keys, time, changes, rolling: { ...rolling, keys: [] } },
    evaluate,
  );
}
