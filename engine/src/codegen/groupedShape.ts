import type { Lane } from '../columns/column.js';
import { isInt64Like } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import type { BoundAggregate, EmitContext, MergeContext, StateLane } from '../functions/aggregate/define.js';

/** One aggregate of a grouped query: its arguments and its `where` as positions among the argument columns. */
export interface GroupedAggregate {
  readonly bound: BoundAggregate;
  readonly args: readonly number[];
  readonly where: number | null;
  /** Whether it reads the order of rows, so that one whose event time is NULL is left out. */
  readonly ordered: boolean;
  /** The result's type. */
  readonly type: DataType;
}

/** What the loops of a grouped query are generated from. Plain but for the aggregates. */
export interface GroupedShape {
  readonly aggregates: readonly GroupedAggregate[];
  readonly args: readonly { readonly type: DataType; readonly nullable: boolean }[];
  /** Whether rows go to windows, by event time. */
  readonly windowed: boolean;
  /** Whether rows may be taken back: their count is then the first lane of the state. */
  readonly retracting: boolean;
  /** Whether changes are emitted for each batch, so that touched slots are noted. */
  readonly touches: boolean;
  /** Whether windows stay open to late rows after they have closed. */
  readonly revises: boolean;
  /** What `first` and `last` order by: event time in µs, the column's own ticks, or nothing. */
  readonly order: 'time' | 'ticks' | 'none';
  /** The sequence column's position among the argument columns. */
  readonly sequence: number | null;
}

/** The array of a state lane, by slot; of an object lane, null in slots that are free. */
export type StateArray = Lane | (object | null)[];

/** The lane that counts a group's rows, where rows may be taken back. */
export const ROWS_LANE: StateLane = { name: 'rows', lane: 'float64', init: 0 };

/** The state of one group: the row count where there is one, then each aggregate's lanes. */
export function stateLayout(shape: GroupedShape): StateLane[] {
  const lanes = shape.aggregates.flatMap(aggregate => aggregate.bound.lanes);
  return shape.retracting ? [ROWS_LANE, ...lanes] : [...lanes];
}

/** Where an aggregate's lanes begin in the state. */
export function laneOffset(shape: GroupedShape, aggregate: number): number {
  let offset = shape.retracting ? 1 : 0;
  for (let k = 0; k < aggregate; k++) offset += shape.aggregates[k].bound.lanes.length;
  return offset;
}

/** The names that the text of an aggregate's loops uses: lanes are `s0`, `s1` …, arguments `a0`, `a1` …. */
export function emitContext(shape: GroupedShape, at: number, wide: boolean): EmitContext {
  const { bound, args } = shape.aggregates[at];
  const offset = laneOffset(shape, at);
  const position = (name: string): number => {
    const found = bound.lanes.findIndex(lane => lane.name === name);
    if (found < 0) throw new Error(`aggregate ${at} has no state lane '${name}'`);
    return offset + found;
  };
  const number = (arg: number): string => {
    const { type } = shape.args[arg];
    const text = wide && isInt64Like(type) ? `Number(a${arg})` : `a${arg}`;
    return type.kind === 'decimal' ? `(${text} / ${10 ** type.scale})` : text;
  };
  return {
    lane: name => `s${position(name)}[slot]`,
    array: name => `s${position(name)}`,
    slot: 'slot',
    args: args.map(arg => `a${arg}`),
    numbers: args.map(number),
    time: shape.order === 'none' ? null : 'order',
    sequence: shape.sequence === null ? null : `a${shape.sequence}`,
    wide,
    dictionary: `d${args[0] ?? 0}`,
  };
}

/** The same for a merge: the other state's lanes are `o0`, `o1` …. */
export function mergeContext(shape: GroupedShape, at: number, wide: boolean): MergeContext {
  const emit = emitContext(shape, at, wide);
  const name = (text: string): string => text.replace(/^s/, 'o');
  return {
    ...emit,
    other: lane => name(emit.lane(lane)).replace('[slot]', '[other]'),
    otherArray: lane => name(emit.array(lane)),
    otherSlot: 'other',
  };
}
