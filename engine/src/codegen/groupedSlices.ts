import type { Dictionary } from '../columns/dictionary.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import type { GroupedCells } from './grouped.js';
import { dictionaryNames, stateLayout } from './groupedEmit.js';
import { stateAndOtherText } from './groupedMergeAll.js';
import { groupedMergeText } from './groupedRows.js';
import type { GroupedShape } from './groupedShape.js';
import { baseText, copyText, OTHER } from './stateText.js';

/** State with the group numbers of its slots. */
export interface SliceState extends GroupedCells {
  readonly groups: Int32Array;
}

/** Slots of a slice or window: in a list, and + 1 by group number (0: none). */
export interface SliceSlots {
  readonly slots: Int32Array;
  readonly count: number;
  readonly dense: Int32Array;
}

/** Adds a slice's groups to those that `dense` finds in `state`; `claim` gives a slot for a group that is new there, in arrays that stay. */
export type SliceUnion = (
  state: SliceState,
  dense: Int32Array,
  claim: (group: number) => number,
  others: SliceState,
  slice: SliceSlots,
  dictionaries: readonly (Dictionary | null)[],
) => void;

/** Puts the groups of two slices, both of `others`, together in the first slots of `state`; gives how many there are. */
export type SliceCombination = (
  state: SliceState,
  others: SliceState,
  first: SliceSlots,
  second: SliceSlots,
  dictionaries: readonly (Dictionary | null)[],
) => number;

/** The loops over whole slices, which find each group once. */
export interface SliceLoops {
  readonly union: SliceUnion;
  readonly combine: SliceCombination;
}

/** Null where state holds objects, which cannot be copied lane by lane. */
export function compileSliceLoops(shape: GroupedShape, wide: boolean): SliceLoops | null {
  if (stateLayout(shape).some(({ lane }) => lane === 'object')) return null;
  const text = new SliceText(shape, wide);
  const names = Object.keys(AGGREGATE_HELPERS);
  const values = Object.values(AGGREGATE_HELPERS);
  return {
    union: compileFunction<SliceUnion>(
      ['state', 'dense', 'claim', 'others', 'slice', 'dictionaries'],
      text.union(),
      names,
      values,
    ),
    combine: compileFunction<SliceCombination>(
      ['state', 'others', 'first', 'second', 'dictionaries'],
      text.combine(),
      names,
      values,
    ),
  };
}

class SliceText {
  readonly #head: string;
  readonly #copy: string;
  readonly #merge: string;

  constructor(
    readonly shape: GroupedShape,
    wide: boolean,
  ) {
    this.#head = `${stateAndOtherText(shape, wide)}\n${dictionaryNames(shape, 'dictionaries')}`;
    this.#copy = copyText(shape, wide);
    this.#merge = groupedMergeText(shape, wide);
  }

  union(): string {
    const { shape } = this;
    return `${this.#head}
const slots = slice.slots, count = slice.count, groups = others.groups;
for (let k = 0; k < count; k++) {
  const other = slots[k], group = groups[other];
  ${baseText(shape, OTHER)}
  const known = dense[group] - 1;
  if (known >= 0) { const slot = known; ${baseText(shape)} ${this.#merge} }
  else { const slot = claim(group); ${baseText(shape)} ${this.#copy} }
}`;
  }

  combine(): string {
    const { shape } = this;
    return `${this.#head}
const groups = others.groups, named = state.groups;
const slots = first.slots, count = first.count, dense = first.dense;
const secondSlots = second.slots, secondCount = second.count, secondDense = second.dense;
for (let slot = 0; slot < count; slot++) {
  const one = slots[slot], group = groups[one], two = secondDense[group] - 1;
  named[slot] = group;
  ${baseText(shape)}
  { const other = one; ${baseText(shape, OTHER)} ${this.#copy} }
  if (two >= 0) { const other = two; ${baseText(shape, OTHER)} ${this.#merge} }
}
let total = count;
for (let k = 0; k < secondCount; k++) {
  const other = secondSlots[k], group = groups[other];
  if (dense[group] !== 0) continue;
  const slot = total++;
  named[slot] = group;
  ${baseText(shape)} ${baseText(shape, OTHER)} ${this.#copy}
}
return total;`;
  }
}
