import { isInt64Like, type DataType } from '../../columns/types.js';
import type { EmitContext, PlainValue, StatePart, ValueText } from './define.js';
import { OrderedRows } from './state/orderedRows.js';
import { SortedCounts } from './state/sortedCounts.js';
import { ValueCounts } from './state/valueCounts.js';

/** The text of a value that an object lane holds: integers are numbers where they are safe, else bigints. */
export function heldValue(type: DataType, text: string): ValueText {
  if (!isInt64Like(type)) return { value: text };
  return {
    before: `const held = ${text};`,
    value: 'held',
    exceeds: "typeof held === 'bigint'",
    exact: 'held',
  };
}

/** A multiset of one argument in order: what extremes over changing rows and exact quantiles share. */
export function sortedCounts(arg: number): StatePart {
  const lane = (emit: EmitContext): string => emit.lane('values');
  return {
    kind: 'sorted values',
    args: [arg],
    lanes: [
      {
        name: 'values',
        lane: 'object',
        create: () => new SortedCounts(),
        encode: value => (value as SortedCounts).encode(),
        decode: plain => SortedCounts.decode(plain),
      },
    ],
    add: emit => `${lane(emit)}.add(${emit.held[0]});`,
    retract: emit => `${lane(emit)}.remove(${emit.held[0]}, ${emit.dictionaries[0]});`,
    merge: emit => `${lane(emit)}.merge(${emit.other('values')}, ${emit.dictionaries[0]});`,
  };
}

/** How often each value of one argument was seen. */
export function valueCounts(arg: number): StatePart {
  const lane = (emit: EmitContext): string => emit.lane('values');
  return {
    kind: 'value counts',
    args: [arg],
    lanes: [
      {
        name: 'values',
        lane: 'object',
        create: () => new ValueCounts(),
        encode: value => (value as ValueCounts).encode(),
        decode: plain => ValueCounts.decode(plain),
      },
    ],
    add: emit => `${lane(emit)}.add(${emit.held[0]}, ${emit.dictionaries[0]});`,
    retract: emit => `${lane(emit)}.remove(${emit.held[0]}, ${emit.dictionaries[0]});`,
    merge: emit => `${lane(emit)}.merge(${emit.other('values')}, ${emit.dictionaries[0]});`,
  };
}

/** The rows of one argument in event order. */
export function orderedRows(arg: number, retracting: boolean): StatePart {
  return rowsPart(
    'ordered rows',
    arg,
    () => new OrderedRows(retracting),
    plain => OrderedRows.decode(retracting, plain),
    emit => `${emit.held[0]}, ${emit.dictionaries[0]}`,
  );
}

/** What holds rows, or what is needed of them: it has `add`, `remove` where rows are taken back, and `merge`. */
interface RowsState {
  encode(): PlainValue;
}

/** A part that keeps rows in event order. `valueOf` gives the value and its dictionary as arguments' text. */
export function rowsPart(
  kind: string,
  arg: number,
  create: () => RowsState,
  decode: (plain: PlainValue) => RowsState,
  valueOf: (emit: EmitContext) => string,
): StatePart {
  const change = (emit: EmitContext, method: string): string =>
    `${emit.lane('rows')}.${method}(${emit.heldTime}, ${emit.heldSequence}, ${valueOf(emit)});`;
  return {
    kind,
    args: [arg],
    lanes: [
      {
        name: 'rows',
        lane: 'object',
        create,
        encode: value => (value as RowsState).encode(),
        decode,
      },
    ],
    add: emit => change(emit, 'add'),
    retract: emit => change(emit, 'remove'),
    merge: emit => `${emit.lane('rows')}.merge(${emit.other('rows')}, ${emit.dictionaries[0]});`,
  };
}
