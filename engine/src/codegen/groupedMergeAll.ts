import type { Dictionary } from '../columns/dictionary.js';
import { hasDictionary } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { stateLayout } from './groupedEmit.js';
import { groupedMergeText } from './groupedRows.js';
import type { GroupedShape, StateArray } from './groupedShape.js';

/** Adds the states of the first `count` slots of `otherSlots` in the lanes `others` to those of `slots` in `lanes`, one to one. */
export type GroupedMergeAll = (
  lanes: readonly StateArray[],
  slots: Int32Array,
  others: readonly StateArray[],
  otherSlots: Int32Array,
  count: number,
  dictionaries: readonly (Dictionary | null)[],
) => void;

const PARAMETERS = ['lanes', 'slots', 'others', 'otherSlots', 'count', 'dictionaries'];

/** The loop that copies whole slices; null where state holds objects, which are no one else's: merged into empty states they are copied. */
export function compileGroupedCopyAll(shape: GroupedShape): GroupedMergeAll | null {
  const lanes = stateLayout(shape);
  if (lanes.some(({ lane }) => lane === 'object')) return null;
  const text = [
    ...lanes.map((_, k) => `const s${k} = lanes[${k}], o${k} = others[${k}];`),
    'for (let k = 0; k < count; k++) {',
    'const slot = slots[k], other = otherSlots[k];',
    lanes.map((_, k) => `s${k}[slot] = o${k}[other];`).join(' '),
    '}',
  ];
  return compileFunction<GroupedMergeAll>(PARAMETERS, text.join('\n'));
}

/** The loop that puts whole slices together. */
export function compileGroupedMergeAll(shape: GroupedShape, wide: boolean): GroupedMergeAll {
  const lanes = stateLayout(shape);
  const text = [
    ...lanes.map((_, k) => `const s${k} = lanes[${k}], o${k} = others[${k}];`),
    ...shape.args.map(({ type }, k) => (hasDictionary(type) ? `const d${k} = dictionaries[${k}];` : '')),
    'for (let k = 0; k < count; k++) {',
    'const slot = slots[k], other = otherSlots[k];',
    groupedMergeText(shape, wide),
    '}',
  ];
  return compileFunction<GroupedMergeAll>(
    PARAMETERS,
    text.join('\n'),
    Object.keys(AGGREGATE_HELPERS),
    Object.values(AGGREGATE_HELPERS),
  );
}
