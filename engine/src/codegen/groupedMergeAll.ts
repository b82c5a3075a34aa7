import type { Dictionary } from '../columns/dictionary.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import { dictionaryNames, stateLayout } from './groupedEmit.js';
import type { GroupedCells } from './grouped.js';
import { groupedMergeText } from './groupedRows.js';
import type { GroupedShape } from './groupedShape.js';
import { baseText, copyText, HERE, OTHER, stateConstants } from './stateText.js';

/** Adds the states of the first `count` slots of `otherSlots` in `others` to those of `slots` in `state`, one to one. */
export type GroupedMergeAll = (
  state: GroupedCells,
  slots: Int32Array,
  others: GroupedCells,
  otherSlots: Int32Array,
  count: number,
  dictionaries: readonly (Dictionary | null)[],
) => void;

const PARAMETERS = ['state', 'slots', 'others', 'otherSlots', 'count', 'dictionaries'];

/** The loop that copies whole slices; null where state holds objects, which are no one else's: merged into empty states they are copied. */
export function compileGroupedCopyAll(shape: GroupedShape, wide: boolean): GroupedMergeAll | null {
  const lanes = stateLayout(shape);
  if (lanes.some(({ lane }) => lane === 'object')) return null;
  return compileFunction<GroupedMergeAll>(PARAMETERS, allText(shape, wide, '', copyText(shape, wide)));
}

/** The loop over pairs of slots. */
function allText(shape: GroupedShape, wide: boolean, names: string, body: string): string {
  return [
    stateAndOtherText(shape, wide),
    names,
    'for (let k = 0; k < count; k++) {',
    'const slot = slots[k], other = otherSlots[k];',
    `${baseText(shape)} ${baseText(shape, OTHER)}`,
    body,
    '}',
  ].join('\n');
}

/** Names the arrays of `state` and `others`. */
export function stateAndOtherText(shape: GroupedShape, wide: boolean): string {
  return `${stateConstants(shape, wide, 'state', HERE)}\n${stateConstants(shape, wide, 'others', OTHER)}`;
}

/** The loop that puts whole slices together. */
export function compileGroupedMergeAll(shape: GroupedShape, wide: boolean): GroupedMergeAll {
  return compileFunction<GroupedMergeAll>(
    PARAMETERS,
    allText(shape, wide, dictionaryNames(shape, 'dictionaries'), groupedMergeText(shape, wide)),
    Object.keys(AGGREGATE_HELPERS),
    Object.values(AGGREGATE_HELPERS),
  );
}
