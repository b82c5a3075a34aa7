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

/**
 * The names that generated text uses: state lanes are `s0`, `s1` … at `slot`, those of a merge's other group `o0`, `o1` … at `other`,
 * arguments `a0`, `a1` …, dictionaries `d0`, `d1` …, the event time `order`.
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
export function presentText(set: RowSet, lanes = 's', slot = 'slot'): string | null {
  return set.partial ? `${lanes}${set.seen}[${slot}] > 0` : null;
}

/** What a part's text may refer to. */
export function emitContext(shape: GroupedShape, placed: PlacedPart, wide: boolean): EmitContext {
  const { args, set } = placed;
  const ticks = shape.order === 'ticks' && wide;
  const { sequence } = shape;
  return {
    ...laneNames(placed, 's', 'slot'),
    slot: 'slot',
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
    seen: `s${set.seen}[slot]`,
    present: presentText(set),
  };
}

function dictionaryText(shape: GroupedShape, arg: number): string {
  return hasDictionary(shape.args[arg].type) ? `d${arg}` : 'null';
}

function laneNames(
  { part, offset }: PlacedPart,
  prefix: string,
  slot: string,
): Pick<EmitContext, 'lane' | 'array'> {
  const array = (name: string): string => {
    const found = part.lanes.findIndex(lane => lane.name === name);
    if (found < 0) throw new Error(`${part.kind} has no state lane '${name}'`);
    return `${prefix}${offset + found}`;
  };
  return { array, lane: name => `${array(name)}[${slot}]` };
}

/** The same for a merge. */
export function mergeContext(shape: GroupedShape, placed: PlacedPart, wide: boolean): MergeContext {
  const other = laneNames(placed, 'o', 'other');
  return {
    ...emitContext(shape, placed, wide),
    other: other.lane,
    otherArray: other.array,
    otherSlot: 'other',
    otherPresent: presentText(placed.set, 'o', 'other'),
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
    seen: `s${set.seen}[slot]`,
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
    rows: bound.valueOfNone === true ? null : presentText(set),
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
