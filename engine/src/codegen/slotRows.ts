import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { groupedArgumentsText, type GroupedInput, type GroupedState } from './grouped.js';
import { groupedRowText } from './groupedRows.js';
import type { GroupedShape } from './groupedShape.js';
import { baseText, stateConstants } from './stateText.js';

/** Adds the rows `rows[0]` to `rows[count - 1]`, or takes them back, as their kinds say: each in the slot beside it. All have a time. */
export type SlotLoop = (
  state: GroupedState,
  input: GroupedInput,
  rows: Int32Array,
  slots: Int32Array,
  count: number,
) => void;

/** The loop over rows whose slots are known. */
export function compileSlotLoop(shape: GroupedShape, wide: boolean): SlotLoop {
  return compileFunction<SlotLoop>(
    ['state', 'input', 'rows', 'slots', 'count'],
    `
${stateConstants(shape, wide, 'state')}
const times = input.times, timeValid = null, ticks = input.ticks, kinds = input.kinds;
${groupedArgumentsText(shape)}
for (let j = 0; j < count; j++) {
  const i = rows[j], slot = slots[j];
  ${baseText(shape)}
${groupedRowText(shape, wide)}
}
`,
    Object.keys(AGGREGATE_HELPERS),
    Object.values(AGGREGATE_HELPERS),
  );
}
