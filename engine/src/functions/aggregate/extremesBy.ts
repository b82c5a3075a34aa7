import { hasDictionary } from '../../columns/types.js';
import {
  defineAggregate,
  type AggregateContext,
  type AggregateDefinition,
  type BoundAggregate,
  type EmitContext,
  type StatePart,
} from './define.js';
import { requireArguments, requireCount } from './errors.js';
import { betterText } from './extremes.js';
import { laneOf } from './lanes.js';
import { heldValue } from './objects.js';
import { compareValues } from './references.js';
import { OrderedRows } from './state/orderedRows.js';

/**
 * `minBy` and `maxBy` share everything but a sign: the value of one column where another is least or greatest. Of rows that are
 * equal in that, the least (`minBy`) or greatest (`maxBy`) value is taken, so that the order of the rows says nothing.
 */
function extremeBy(name: 'minBy' | 'maxBy'): AggregateDefinition {
  const less = name === 'minBy';
  const what = less ? 'smallest' : 'greatest';
  return defineAggregate({
    name,
    doc: `The value of x in the row where y is ${what}; of several such rows the ${what} x. Rows where either is NULL are left out. NULL for none.`,
    signature: 'x: any type that sorts, y: number or time',
    sql: () => null,
    duckdb: ([x, y]) =>
      `arg_${less ? 'min' : 'max'}(${x.replace(/^DISTINCT /, '')}, (${y}, ${x.replace(/^DISTINCT /, '')}))`,
    ordered: false,
    distinct: 'same',
    retracts: true,
    resolve(args) {
      requireCount(name, args, 2);
      requireArguments(
        name,
        args.slice(1),
        1,
        arg => !hasDictionary(arg.type),
        'a number or a time to compare',
      );
      return { type: args[0].type, nullable: args.some(arg => arg.nullable) };
    },
    bind(context): BoundAggregate {
      if (context.retracting) {
        const pick = less ? 'first' : 'last';
        return {
          parts: { rows: ROWS_BY },
          counts: false,
          value: emit => heldValue(context.args[0].type, `${emit.part('rows').lane('rows')}.${pick}()`),
        };
      }
      return {
        parts: { best: bestPart(name, context) },
        counts: true,
        value(emit) {
          const value = emit.part('best').lane('value');
          return { value, exact: value };
        },
      };
    },
    reference(rows) {
      if (rows.length === 0) return null;
      return rows
        .map(row => row.args)
        .reduce((best, args) => {
          const order = compareValues(args[1], best[1]) || compareValues(args[0], best[0]);
          return (less ? order < 0 : order > 0) ? args : best;
        })[0];
    },
  });
}

export const minBy = extremeBy('minBy');
export const maxBy = extremeBy('maxBy');

/** The rows in order of the second argument, then the first. */
const ROWS_BY: StatePart = {
  kind: 'rows by a value',
  args: [0, 1],
  lanes: [
    {
      name: 'rows',
      lane: 'object',
      create: () => new OrderedRows(true),
      encode: value => (value as OrderedRows).encode(),
      decode: plain => OrderedRows.decode(true, plain),
    },
  ],
  add: emit => `${emit.lane('rows')}.add(${emit.held[1]}, 0, ${emit.held[0]}, ${emit.dictionaries[0]});`,
  retract: emit =>
    `${emit.lane('rows')}.remove(${emit.held[1]}, 0, ${emit.held[0]}, ${emit.dictionaries[0]});`,
  merge: emit => `${emit.lane('rows')}.merge(${emit.other('rows')}, ${emit.dictionaries[0]});`,
};

/** The best row so far. */
function bestPart(name: 'minBy' | 'maxBy', context: AggregateContext): StatePart {
  const less = name === 'minBy';
  const lane = laneOf(context.args[0].type);
  const byLane = laneOf(context.args[1].type);
  const init = lane === 'string' ? -1 : 0;
  const byInit = byLane === 'float64' && less ? NaN : less ? Infinity : -Infinity;
  const take = (emit: EmitContext, value: string, by: string): string => {
    const [held, heldBy] = [emit.lane('value'), emit.lane('by')];
    const better = betterText(less, byLane, by, heldBy, 'null');
    const equal =
      byLane === 'float64'
        ? `(${by} === ${heldBy} || ${by} !== ${by} && ${heldBy} !== ${heldBy})`
        : `(${by} === ${heldBy})`;
    const betterValue = betterText(less, lane, value, held, emit.dictionaries[0]);
    return (
      `if (${emit.seen} === 0 || !${equal} && (${better}) || ${equal} && (${betterValue})) ` +
      `{ ${held} = ${value}; ${heldBy} = ${by}; }`
    );
  };
  return {
    kind: name,
    args: [0, 1],
    lanes: [
      { name: 'value', lane, init },
      { name: 'by', lane: byLane, init: byInit },
    ],
    add: emit => take(emit, emit.args[0], emit.args[1]),
    retract: null,
    merge: emit => take(emit, emit.other('value'), emit.other('by')),
  };
}
