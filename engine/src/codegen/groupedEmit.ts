import { hasDictionary, isInt64Like } from '../columns/types.js';
import type {
  EmitContext,
  MergeContext,
  StateLane,
  ValueContext,
  ValueText,
} from '../functions/aggregate/define.js';
import { layoutOf, type PlacedPart, type RowSet } from './groupedLayout.js';
import type { GroupedShape } from './groupedShape.js';
import { cellText, HERE, laneText, OTHER, type StateNames } from './stateText.js';

/**
 * The names that generated text uses beside the state's (`stateText.ts`): arguments `a0`, `a1` …, dictionaries `d0`, `d1` …, the event
 * time `order`.
 */
export function stateLayout(shape: GroupedShape): readonly StateLane[] {
  return layoutOf(shape).lanes;
}

/** The text of an argument as object lanes hold it. */
export function heldText(shape: GroupedShape, arg: number, wide: boolean): string {
  return wide && isInt64Like(shape.args[arg].type) ? `narrow(a${arg})` : `a${arg}`;
}

function numberText(shape: GroupedShape, arg: number, wide: boolean): string {
  const { type } = shape.args[arg];
  const text = wide && isInt64Like(type) ? `Number(a${arg})` : `a${arg}`;
  return type.kind === 'decimal' ? `(${text} / ${10 ** type.scale})` : text;
}

/** The text that says whether a group has rows of a set; null where it always has. */
export function presentText(shape: GroupedShape, set: RowSet, names = HERE): string | null {
  return set.partial ? `${seenText(shape, set, names)} > 0` : null;
}

/** How many rows of a set a group has: always a cell. */
export function seenText(shape: GroupedShape, set: RowSet, names = HERE): string {
  // Row functions alone may need no state, and then nothing counts their rows.
  if (stateLayout(shape).length === 0) return '0';
  return laneText(shape, set.seen ?? 0, false, names);
}

/** What a part's text may refer to. */
export function emitContext(shape: GroupedShape, placed: PlacedPart, wide: boolean): EmitContext {
  const { args, set } = placed;
  const ticks = shape.order === 'ticks' && wide;
  const { sequence } = shape;
  return {
    ...laneNames(shape, placed, wide, HERE),
    args: args.map(arg => `a${arg}`),
    int64: args.map(arg => isInt64Like(shape.args[arg].type)),
    numbers: args.map(arg => numberText(shape, arg, wide)),
    held: args.map(arg => heldText(shape, arg, wide)),
    time: shape.order === 'none' ? null : 'order',
    sequence: sequence === null ? null : `a${sequence}`,
    heldTime: shape.order === 'none' ? '0' : ticks ? 'narrow(order)' : 'order',
    heldSequence: sequence === null ? '0' : heldText(shape, sequence, wide),
    wide,
    dictionaries: args.map(arg => dictionaryText(shape, arg)),
    seen: seenText(shape, set),
  };
}

/** Names the dictionaries of the arguments that have one, out of what text calls `from`. */
export function dictionaryNames(shape: GroupedShape, from: string): string {
  return shape.args.map((arg, k) => (hasDictionary(arg.type) ? `const d${k} = ${from}[${k}];` : '')).join('');
}

function dictionaryText(shape: GroupedShape, arg: number): string {
  return hasDictionary(shape.args[arg].type) ? `d${arg}` : 'null';
}

function laneNames(
  shape: GroupedShape,
  { part, offset }: PlacedPart,
  wide: boolean,
  names: StateNames,
): Pick<EmitContext, 'lane' | 'cells' | 'cell'> {
  const position = (name: string): number => {
    const found = part.lanes.findIndex(lane => lane.name === name);
    if (found < 0) throw new Error(`${part.kind} has no state lane '${name}'`);
    return offset + found;
  };
  return {
    lane: name => laneText(shape, position(name), wide, names),
    cells: names.cells,
    cell: name => cellText(position(name), names),
  };
}

/** The same for a merge. */
export function mergeContext(shape: GroupedShape, placed: PlacedPart, wide: boolean): MergeContext {
  return {
    ...emitContext(shape, placed, wide),
    other: laneNames(shape, placed, wide, OTHER).lane,
  };
}

/** What the text of an aggregate's value may refer to. */
function valueContext(shape: GroupedShape, at: number, wide: boolean): ValueContext {
  const { set, parts } = layoutOf(shape).aggregates[at];
  return {
    part: name => {
      const placed = parts.get(name);
      if (placed === undefined) throw new Error(`aggregate ${at} has no part '${name}'`);
      return emitContext(shape, placed, wide);
    },
    seen: seenText(shape, set),
    end: 'end(slot)',
  };
}

/** The text of an aggregate's value, in the order in which it is asked: whether the group has rows, what comes before, and the value. */
export function aggregateValueText(
  shape: GroupedShape,
  at: number,
  wide: boolean,
): Required<ValueText> & { readonly rows: string | null } {
  const { bound } = shape.aggregates[at];
  const { set } = layoutOf(shape).aggregates[at];
  const text = bound.value(valueContext(shape, at, wide));
  return {
    rows: bound.valueOfNone === true ? null : presentText(shape, set),
    before: text.before ?? '',
    present: text.present ?? null,
    value: text.value,
    exceeds: text.exceeds ?? null,
    exact: text.exact ?? null,
  };
}

/** Whether a lane of an aggregate's value is held as BigInts where `wide`. */
export function holdsInt64(shape: GroupedShape, at: number): boolean {
  const { parts } = layoutOf(shape).aggregates[at];
  return [...parts.values()].some(({ part }) => part.lanes.some(lane => lane.lane === 'int64'));
}
