import {
  defineAggregate,
  type AggregateDefinition,
  type BoundAggregate,
  type EmitContext,
  type ReferenceValue,
} from './define.js';
import { requireArguments } from './errors.js';
import { laneOf } from './lanes.js';
import { presence } from './presence.js';
import { compareStrings } from './text.js';

/**
 * `min` and `max` share everything but a sign. NaN sorts greatest: `min` gives it only where there is nothing else, `max`
 * wherever there is one. Strings compare by code points.
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
    retractable: false,
    resolve(args) {
      requireArguments(name, args, 1, () => true, 'a value that sorts');
      return { type: args[0].type, nullable: args[0].nullable };
    },
    bind(context): BoundAggregate {
      const lane = laneOf(context.args[0].type);
      const seen = presence(context, lane === 'string');
      const init = lane === 'float64' && less ? NaN : less ? Infinity : -Infinity;
      const take = (emit: EmitContext, value: string): string => {
        const held = emit.lane('value');
        const first = seen.test(emit);
        const better = betterText(emit, lane, value, held);
        return `if (${first === null ? better : `!(${first}) || ${better}`}) ${held} = ${value};`;
      };
      const betterText = (emit: EmitContext, of: typeof lane, value: string, held: string): string => {
        if (of === 'string')
          return `comesBefore(${emit.dictionary}, ${less ? `${value}, ${held}` : `${held}, ${value}`})`;
        if (of !== 'float64') return `${value} ${less ? '<' : '>'} ${held}`;
        return less
          ? `${value} < ${held} || ${held} !== ${held}`
          : `${value} > ${held} || ${value} !== ${value}`;
      };
      return {
        lanes: [{ name: 'value', lane, init: lane === 'string' ? 0 : init }, ...seen.lanes],
        add: emit => take(emit, emit.args[0]) + seen.add(emit),
        retract: null,
        merge: emit => {
          const text = take(emit, emit.other('value')) + seen.merge(emit);
          const other = seen.test({ ...emit, lane: emit.other });
          return other === null ? text : `if (${other}) { ${text} }`;
        },
        value: emit => {
          const value = emit.lane('value');
          return { present: seen.test(emit), value, exceeds: null, exact: value };
        },
      };
    },
    reference(rows) {
      if (rows.length === 0) return null;
      return rows
        .map(row => row.args[0])
        .reduce((best, value) =>
          compare(value, best) < 0 === less && compare(value, best) !== 0 ? value : best,
        );
    },
  });
}

/** The order of values of one type: numbers with NaN last, strings by code points. */
function compare(a: ReferenceValue, b: ReferenceValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const x = a as number;
  const y = b as number;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : x > y ? 1 : 0;
}
