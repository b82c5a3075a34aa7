import type { Lane } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { hasDictionary, isInt64Like } from '../columns/types.js';
import { AGGREGATE_HELPERS } from '../functions/aggregate/helpers.js';
import { compileFunction } from './compile.js';
import {
  emitContext,
  mergeContext,
  stateLayout,
  type GroupedShape,
  type StateArray,
} from './groupedShape.js';

const HELPER_NAMES = Object.keys(AGGREGATE_HELPERS);
const HELPERS = Object.values(AGGREGATE_HELPERS);

/**
 * Writes an aggregate's values of the first `count` slots to `data` and `valid`, the k-th at position `at[k]`. Returns false
 * where a value does not fit the fast lane: then the exact function has to do all of them.
 */
export type GroupedValues = (
  lanes: readonly StateArray[],
  slots: Int32Array,
  count: number,
  at: Int32Array,
  data: Lane,
  valid: Uint8Array,
) => boolean;

/** The loop that reads one aggregate's values; `exact` writes BigInts. */
export function compileGroupedValues(
  shape: GroupedShape,
  at: number,
  wide: boolean,
  exact: boolean,
): GroupedValues {
  const { bound, type } = shape.aggregates[at];
  const text = bound.value(emitContext(shape, at, wide));
  const int64 = isInt64Like(type);
  let write = `data[p] = ${text.value};`;
  if (exact) write = `data[p] = BigInt(${text.exact ?? text.value});`;
  else if (int64 && text.exceeds !== null) write = `if (${text.exceeds}) return false; ${write}`;
  const body =
    text.present === null
      ? `${write} if (valid.length > 0) valid[p] = 1;`
      : `if (${text.present}) { ${write} valid[p] = 1; } else { data[p] = ${exact ? '0n' : '0'}; valid[p] = 0; }`;
  const lanes = stateLayout(shape);
  return compileFunction<GroupedValues>(
    ['lanes', 'slots', 'count', 'at', 'data', 'valid'],
    `${lanes.map((_, k) => `const s${k} = lanes[${k}];`).join(' ')}
for (let k = 0; k < count; k++) {
  const slot = slots[k], p = at[k];
  ${body}
}
return true;
`,
    HELPER_NAMES,
    HELPERS,
  );
}

/** Adds the state of slot `other` in the lanes `others` to slot `slot` in `lanes`. */
export type GroupedMerge = (
  lanes: readonly StateArray[],
  slot: number,
  others: readonly StateArray[],
  other: number,
  dictionaries: readonly (Dictionary | null)[],
) => void;

/** The function that puts slices together. */
export function compileGroupedMerge(shape: GroupedShape, wide: boolean): GroupedMerge {
  const lanes = stateLayout(shape);
  const declare = lanes.map((_, k) => `const s${k} = lanes[${k}], o${k} = others[${k}];`).join(' ');
  const dictionaries = shape.args
    .map((arg, k) => (hasDictionary(arg.type) ? `const d${k} = dictionaries[${k}];` : ''))
    .join('');
  const rows = shape.retracting ? 's0[slot] += o0[other];' : '';
  const merges = shape.aggregates.map(
    (aggregate, k) => `{ ${aggregate.bound.merge(mergeContext(shape, k, wide))} }`,
  );
  return compileFunction<GroupedMerge>(
    ['lanes', 'slot', 'others', 'other', 'dictionaries'],
    [declare, dictionaries, rows, ...merges].join('\n'),
    HELPER_NAMES,
    HELPERS,
  );
}
