import {
  defineAggregate,
  type AggregateContext,
  type AggregateDefinition,
  type BoundAggregate,
  type EmitContext,
  type StatePart,
} from './define.js';
import { requireArguments } from './errors.js';
import { laneOf } from './lanes.js';
import { heldValue, sortedCounts } from './objects.js';
import { compareValues } from './references.js';

/**
 * `min` and `max` share everything but a sign. NaN sorts greatest: `min` gives it only where there is nothing else, `max`
 * wherever there is one. Strings compare by code points. Where rows may be taken back, all values are kept, in order.
 */
export function extreme(name: 'min' | 'max'): AggregateDefinition {
  const less = name === 'min';
  const what = less ? 'smallest' : 'greatest';
  return defineAggregate({
    name,
    doc: `The ${what} value; NaN is greater than every number. NULL for none.`,
    signature: 'x: any type that sorts',
    sql: args => `${name.toUpperCase()}(${args[0]})`,
    duckdb: args => `${name}(${args[0]})`,
    ordered: false,
    distinct: 'same',
    retracts: true,
    resolve(args) {
      requireArguments(name, args, 1, () => true, 'a value that sorts');
      return { type: args[0].type, nullable: args[0].nullable };
    },
    bind(context): BoundAggregate {
      const [{ type }] = context.args;
      if (context.retracting) {
        return {
          parts: { values: sortedCounts(0) },
          counts: false,
          value(emit) {
            const part = emit.part('values');
            return heldValue(
              type,
              `${part.lane('values')}.${less ? 'first' : 'last'}(${part.dictionaries[0]})`,
            );
          },
        };
      }
      return {
        parts: { best: extremePart(name, context) },
        counts: false,
        value(emit) {
          const value = emit.part('best').lane('value');
          return { value, exact: value };
        },
      };
    },
    reference(rows) {
      if (rows.length === 0) return null;
      return rows
        .map(row => row.args[0])
        .reduce((best, value) => {
          const order = compareValues(value, best);
          return (less ? order < 0 : order > 0) ? value : best;
        });
    },
  });
}

/** The best value so far. */
function extremePart(name: 'min' | 'max', context: AggregateContext): StatePart {
  const less = name === 'min';
  const lane = laneOf(context.args[0].type);
  const init = lane === 'string' ? -1 : lane === 'float64' && less ? NaN : less ? Infinity : -Infinity;
  const take = (emit: EmitContext, value: string): string => {
    const held = emit.lane('value');
    return `if (${betterText(less, lane, value, held, emit.dictionaries[0])}) ${held} = ${value};`;
  };
  return {
    kind: name,
    args: [0],
    lanes: [{ name: 'value', lane, init }],
    add: emit => take(emit, emit.args[0]),
    retract: null,
    merge: emit => take(emit, emit.other('value')),
  };
}

/** Text that is true where a value beats the one held; a code of -1 holds none. */
export function betterText(
  less: boolean,
  lane: ReturnType<typeof laneOf>,
  value: string,
  held: string,
  dictionary: string,
): string {
  if (lane === 'string') {
    return `${held} < 0 || comesBefore(${dictionary}, ${less ? `${value}, ${held}` : `${held}, ${value}`})`;
  }
  if (lane !== 'float64') return `${value} ${less ? '<' : '>'} ${held}`;
  return less ? `${value} < ${held} || ${held} !== ${held}` : `${value} > ${held} || ${value} !== ${value}`;
}
