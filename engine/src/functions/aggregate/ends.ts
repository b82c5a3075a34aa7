import { AggregateArgumentError, requireArguments } from './errors.js';
import {
  defineAggregate,
  type AggregateContext,
  type AggregateDefinition,
  type BoundAggregate,
  type EmitContext,
  type StateLane,
  type StatePart,
} from './define.js';
import { laneOf } from './lanes.js';
import { heldValue, orderedRows } from './objects.js';
import { inEventOrder } from './references.js';

/**
 * `first` and `last` share everything but a sign. Order is event time, then the source's sequence column, then arrival;
 * NULLs are skipped. Where rows may be taken back, all are kept in order, and those of one time and sequence go by value.
 */
export function end(name: 'first' | 'last'): AggregateDefinition {
  const earliest = name === 'first';
  return defineAggregate({
    name,
    doc: `The value of the ${earliest ? 'earliest' : 'latest'} row by event time, then sequence, then arrival. NULL for none.`,
    signature: 'x: any',
    sql: args => `${name.toUpperCase()}_VALUE(${args[0]})`,
    duckdb: (args, { order, reversed }) => `any_value(${args[0]} ORDER BY ${earliest ? order : reversed})`,
    ordered: true,
    distinct: 'same',
    retracts: true,
    resolve(args) {
      requireArguments(name, args, 1, () => true, 'a value');
      return { type: args[0].type, nullable: args[0].nullable };
    },
    bind(context): BoundAggregate {
      requireOrder(name, context);
      if (context.retracting) {
        return {
          parts: { rows: orderedRows(0, true) },
          counts: false,
          value: emit => heldValue(context.args[0].type, `${emit.part('rows').lane('rows')}.${name}()`),
        };
      }
      const part = endPart(name, context);
      return {
        parts: { end: part },
        counts: part.lanes[1].lane === 'int64',
        value(emit) {
          const value = emit.part('end').lane('value');
          return { value, exact: value };
        },
      };
    },
    reference(rows, _, { retracting }) {
      return (inEventOrder(rows, retracting).at(earliest ? 0 : -1)?.args ?? [null])[0];
    },
  });
}

/** Throws where rows have no event time, which an aggregate needs. */
export function requireOrder(name: string, context: AggregateContext): void {
  if (context.time !== null) return;
  throw new AggregateArgumentError(
    'MR3104',
    `${name}() needs an order of the rows, and these have no event time.`,
    `Name the time column where the source is made: { time: 'ts' }.`,
  );
}

/** The value of the first or last row so far. */
function endPart(name: 'first' | 'last', context: AggregateContext): StatePart {
  const earliest = name === 'first';
  const timeLane = laneOf(context.time as NonNullable<typeof context.time>);
  const limit = earliest ? Infinity : -Infinity;
  const lanes: StateLane[] = [
    { name: 'value', lane: laneOf(context.args[0].type), init: 0 },
    { name: 'time', lane: timeLane, init: limit },
  ];
  const sequenced = context.sequence !== null;
  if (context.sequence !== null) {
    lanes.push({ name: 'sequence', lane: laneOf(context.sequence), init: limit });
  }
  const take = (emit: EmitContext, value: string, time: string, sequence: string): string => {
    const beats = earliest ? '<' : '>=';
    const store = sequenced ? `${emit.lane('sequence')} = ${sequence};` : '';
    let better = `${time} ${beats} ${emit.lane('time')}`;
    if (sequenced) {
      better =
        `${time} ${beats[0]} ${emit.lane('time')} || ` +
        `(${time} === ${emit.lane('time')} && ${sequence} ${beats} ${emit.lane('sequence')})`;
    }
    // An int64 lane has no value that is beyond all times.
    const first = timeLane === 'int64' ? `${emit.seen} === 0 || ` : '';
    return `if (${first}${better}) { ${emit.lane('value')} = ${value}; ${emit.lane('time')} = ${time}; ${store} }`;
  };
  return {
    kind: name,
    args: [0],
    lanes,
    add: emit => take(emit, emit.args[0], emit.time ?? '0', emit.sequence ?? '0'),
    retract: null,
    merge: emit =>
      take(emit, emit.other('value'), emit.other('time'), sequenced ? emit.other('sequence') : '0'),
  };
}
