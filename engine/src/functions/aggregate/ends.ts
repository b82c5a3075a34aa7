import { AggregateArgumentError, requireArguments } from './errors.js';
import {
  defineAggregate,
  type AggregateDefinition,
  type BoundAggregate,
  type EmitContext,
  type ReferenceRow,
  type StateLane,
} from './define.js';
import { laneOf } from './lanes.js';
import { presence } from './presence.js';

/**
 * `first` and `last` share everything but a sign. Order is event time, then the source's sequence column, then arrival;
 * NULLs are skipped.
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
    retractable: false,
    resolve(args) {
      requireArguments(name, args, 1, () => true, 'a value');
      return { type: args[0].type, nullable: args[0].nullable };
    },
    bind(context): BoundAggregate {
      if (context.time === null) {
        throw new AggregateArgumentError(
          'MR3104',
          `${name}() needs an order of the rows, and these have no event time.`,
          `Name the time column where the source is made: { time: 'ts' }.`,
        );
      }
      const timeLane = laneOf(context.time);
      const sequenceLane = context.sequence === null ? null : laneOf(context.sequence);
      const seen = presence(context, timeLane !== 'float64');
      const limit = earliest ? Infinity : -Infinity;
      const lanes: StateLane[] = [
        { name: 'value', lane: laneOf(context.args[0].type), init: 0 },
        { name: 'time', lane: timeLane, init: limit },
      ];
      if (sequenceLane !== null) lanes.push({ name: 'sequence', lane: sequenceLane, init: limit });
      const take = (emit: EmitContext, value: string, time: string, sequence: string | null): string => {
        const beats = earliest ? '<' : sequence === null ? '>=' : '>';
        let better = `${time} ${beats} ${emit.lane('time')}`;
        if (sequence !== null) {
          better += ` || (${time} === ${emit.lane('time')} && ${sequence} ${earliest ? '<' : '>='} ${emit.lane('sequence')})`;
        }
        const first = seen.test(emit);
        const store = sequence === null ? '' : `${emit.lane('sequence')} = ${sequence};`;
        return (
          `if (${first === null ? better : `!(${first}) || ${better}`}) ` +
          `{ ${emit.lane('value')} = ${value}; ${emit.lane('time')} = ${time}; ${store} }`
        );
      };
      return {
        lanes: [...lanes, ...seen.lanes],
        add: emit =>
          take(emit, emit.args[0], emit.time ?? '0', sequenceLane === null ? null : emit.sequence) +
          seen.add(emit),
        retract: null,
        merge: emit => {
          const sequence = sequenceLane === null ? null : emit.other('sequence');
          const text = take(emit, emit.other('value'), emit.other('time'), sequence) + seen.merge(emit);
          const other = seen.test({ ...emit, lane: emit.other });
          return other === null ? text : `if (${other}) { ${text} }`;
        },
        value: emit => ({
          present: seen.test(emit),
          value: emit.lane('value'),
          exceeds: null,
          exact: emit.lane('value'),
        }),
      };
    },
    reference(rows) {
      if (rows.length === 0) return null;
      const inOrder = (a: ReferenceRow, b: ReferenceRow): boolean =>
        a.time < b.time ||
        (a.time === b.time && (a.sequence < b.sequence || (a.sequence === b.sequence && !earliest)));
      return rows.reduce((best, row) => ((earliest ? inOrder(row, best) : inOrder(best, row)) ? row : best))
        .args[0];
    },
  });
}
