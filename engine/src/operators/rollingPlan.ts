import { compileFunction } from '../codegen/compile.js';
import { FLOAT64, timestampType, type DataType } from '../columns/types.js';
import type { GroupedAggregate } from '../codegen/groupedShape.js';
import { BY_ROW, MOVING, RUNNING, type RollingRole, type RollingShape } from '../codegen/rollingShape.js';
import type { BoundAggregate, StateLane } from '../functions/aggregate/define.js';
import { aggregateOf } from '../functions/aggregate/registry.js';
import { DEQUE_RULES } from '../functions/rolling/deque.js';
import { rowFunctionOf } from '../functions/rolling/registry.js';
import type { PhysicalRolling, PhysicalRollingColumn } from '../physical/rolling.js';

/** What stands among the aggregates for a column that is none: the lanes of its state, which each such column has for itself. */
function stateOnly(name: string, lanes: readonly StateLane[]): BoundAggregate {
  const state = { kind: `row ${name}`, args: [], lanes, add: () => '', retract: null, merge: null };
  return { parts: { state }, counts: false, value: () => ({ value: '0' }) };
}

/** Chooses how each column of a rolling operator is kept current, and lays out its state. */
export function rollingShape(physical: PhysicalRolling): RollingShape {
  const { args, columns, frame, time, sequence } = physical;
  const ordered = columns.some(({ over, fn }) =>
    over === 'row' ? rowFunctionOf(fn).timed : aggregateOf(fn).ordered,
  );
  const order =
    time === null || !(ordered || frame?.kind === 'range') ? 'none' : time.unit === 'ns' ? 'ticks' : 'time';
  const orderType: DataType | null =
    order === 'none' ? null : order === 'ticks' ? timestampType('ns') : FLOAT64;
  const made = columns.map((column): { readonly role: RollingRole; readonly aggregate: GroupedAggregate } => {
    const { over, fn, options, type, name, where, distinct } = column;
    const base = { type, ordered: false, distinct: false };
    if (over === 'row') {
      const row = rowFunctionOf(fn).bind({ args: column.args.map(at => args[at]), options, time: orderType });
      return {
        role: { kind: 'row', row, args: column.args },
        aggregate: { ...base, bound: stateOnly(name, row.lanes), args: [], where: null, phase: BY_ROW },
      };
    }
    if (over === 'frame' && DEQUE_RULES.has(fn)) {
      return {
        role: { kind: 'deque', rule: fn, arg: column.args[0], where },
        aggregate: { ...base, bound: stateOnly(name, []), args: [], where: null, phase: BY_ROW },
      };
    }
    const definition = aggregateOf(fn);
    const moving = over === 'frame';
    const bound = definition.bind({
      args: argumentsOf(physical, column),
      distinct,
      options,
      compile: compileFunction,
      retracting: moving,
      inOrder: true,
      time: orderType,
      sequence: sequence === null ? null : args[sequence].type,
    });
    return {
      role: { kind: moving ? 'moving' : 'running' },
      aggregate: {
        type,
        bound,
        args: column.args,
        where,
        distinct: distinct && definition.distinct === 'rows',
        ordered: definition.ordered,
        phase: moving ? MOVING : RUNNING,
      },
    };
  });
  return {
    windowed: false,
    retracting: false,
    touches: false,
    revises: false,
    order,
    sequence,
    args: args.map(({ type, nullable }) => ({ type, nullable })),
    aggregates: made.map(({ aggregate }) => aggregate),
    roles: made.map(({ role }) => role),
    nullable: columns.map(column => column.nullable),
    frame,
  };
}

/** An aggregate's arguments; a condition and a frame that is empty at first leave some out. */
function argumentsOf(
  { args, frame }: PhysicalRolling,
  { args: positions, where, over }: PhysicalRollingColumn,
) {
  const partial = where !== null || (over === 'frame' && frame?.kind === 'rows' && frame.behind > 0);
  return positions.map(at => ({ type: args[at].type, nullable: args[at].nullable || partial }));
}
