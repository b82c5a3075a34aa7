import type { Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { isInt64Like } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import type { GroupedCells } from './grouped.js';
import { aggregateValueText, dictionaryNames } from './groupedEmit.js';
import { stateAndOtherText } from './groupedMergeAll.js';
import { groupedMergeText } from './groupedRows.js';
import type { GroupedShape } from './groupedShape.js';
import { baseText, OTHER, stateConstants } from './stateText.js';

const HELPER_NAMES = Object.keys(AGGREGATE_HELPERS);
const HELPERS = Object.values(AGGREGATE_HELPERS);

/** What values are read from beside the state, and where they go. */
export interface GroupedReading {
  readonly dictionaries: readonly (Dictionary | null)[];
  /** The end of a slot's window in µs; NaN where there is none. */
  readonly endOf: (slot: number) => number;
  /** The dictionary that strings made anew go to. */
  readonly made: Dictionary | null;
}

/**
 * Writes an aggregate's values of the first `count` slots to `data` and `valid`, the k-th at position `at[k]`. Returns false
 * where a value does not fit the fast lane: then the exact function has to do all of them.
 */
export type GroupedValues = (
  state: GroupedCells,
  slots: Int32Array,
  count: number,
  at: Int32Array,
  data: Lane,
  valid: Uint8Array,
  reading: GroupedReading,
) => boolean;

/** The loop that reads one aggregate's values; `exact` writes BigInts. */
export function compileGroupedValues(
  shape: GroupedShape,
  at: number,
  wide: boolean,
  exact: boolean,
): GroupedValues {
  return compileFunction<GroupedValues>(
    ['state', 'slots', 'count', 'at', 'data', 'valid', 'reading'],
    valuesText(shape, at, wide, exact),
    HELPER_NAMES,
    HELPERS,
  );
}

function valuesText(shape: GroupedShape, at: number, wide: boolean, exact: boolean): string {
  const { bound, type } = shape.aggregates[at];
  const { rows, before, present, value, exceeds, exact: exactly } = aggregateValueText(shape, at, wide);
  let write = `data[p] = ${value};`;
  if (bound.makesText === true) write = `data[p] = made.intern(${value});`;
  else if (exact) write = `data[p] = BigInt(${exactly ?? value});`;
  else if (isInt64Like(type) && exceeds !== null) write = `if (${exceeds}) return false; ${write}`;
  const none = `data[p] = ${exact ? '0n' : '0'}; valid[p] = 0;`;
  const written =
    present === null
      ? `${before} ${write} if (valid.length > 0) valid[p] = 1;`
      : `${before} if (${present}) { ${write} valid[p] = 1; } else { ${none} }`;
  const body = `
for (let k = 0; k < count; k++) {
  const slot = slots[k], p = at[k];
  ${baseText(shape)}
  ${rows === null ? written : `if (${rows}) { ${written} } else { ${none} }`}
}
return true;
`;
  return [
    stateConstants(shape, wide, 'state'),
    'const made = reading.made, end = reading.endOf;',
    dictionaryNames(shape, 'reading.dictionaries'),
    body,
  ].join('\n');
}

/** Adds the state of slot `other` in `others` to slot `slot` in `state`. */
export type GroupedMerge = (
  state: GroupedCells,
  slot: number,
  others: GroupedCells,
  other: number,
  dictionaries: readonly (Dictionary | null)[],
) => void;

/** The function that puts slices together. */
export function compileGroupedMerge(shape: GroupedShape, wide: boolean): GroupedMerge {
  const declare = `${stateAndOtherText(shape, wide)} ${baseText(shape)} ${baseText(shape, OTHER)}`;
  return compileFunction<GroupedMerge>(
    ['state', 'slot', 'others', 'other', 'dictionaries'],
    [declare, dictionaryNames(shape, 'dictionaries'), groupedMergeText(shape, wide)].join('\n'),
    HELPER_NAMES,
    HELPERS,
  );
}
