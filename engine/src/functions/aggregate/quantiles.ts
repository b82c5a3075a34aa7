import { FLOAT64, isNumeric } from '../../columns/types.js';
import type { CallOptions } from '../../expr/ast.js';
import { defineAggregate, type AggregateDefinition, type BoundAggregate } from './define.js';
import { AggregateArgumentError, requireArguments } from './errors.js';
import { sortedCounts } from './objects.js';
import { compareValues, numberOf } from './references.js';
import type { SortedCounts } from './state/sortedCounts.js';
import { unitsOf } from './sums.js';

/** The q of a call's options: 0 is the least value, 1 the greatest. */
export function quantileOf(name: string, { q }: CallOptions): number {
  if (typeof q === 'number' && q >= 0 && q <= 1) return q;
  throw new AggregateArgumentError(
    'MR3105',
    `${name}() takes a fraction from 0 to 1, not ${q === undefined ? 'nothing' : String(q)}.`,
    `Write ${name}(t.price, 0.95) for the value that 95% of the rows do not exceed.`,
  );
}

/** `median` is the quantile of a half. */
function quantileBy(
  name: string,
  doc: string,
  signature: string,
  fractionOf: (options: CallOptions) => number,
): AggregateDefinition {
  return defineAggregate({
    name,
    doc,
    signature,
    sql: (args, { options }) =>
      args[0].startsWith('DISTINCT') ? null : `PERCENTILE(${args[0]}, ${fractionOf(options)})`,
    duckdb: (args, { options, args: [arg] }) => {
      const double = arg.type.kind === 'float64' ? args[0] : castDouble(args[0]);
      return `quantile_cont(${double}, ${fractionOf(options)})`;
    },
    ordered: false,
    distinct: 'rows',
    retracts: true,
    resolve(args, options) {
      requireArguments(name, args, 1, arg => isNumeric(arg.type), 'a number');
      fractionOf(options);
      return { type: FLOAT64, nullable: args[0].nullable };
    },
    bind(context): BoundAggregate {
      const fraction = fractionOf(context.options);
      const units = unitsOf(context.args[0]);
      return {
        parts: { values: sortedCounts(0) },
        counts: false,
        value: emit => ({
          value: `quantileAt(${emit.part('values').lane('values')}, ${fraction})${units === 1 ? '' : ` / ${units}`}`,
        }),
      };
    },
    reference(rows, [arg], { options }) {
      if (rows.length === 0) return null;
      const values = rows
        .map(row => row.args[0])
        .sort(compareValues)
        .map(value => numberOf(value, arg));
      const rank = fractionOf(options) * (values.length - 1);
      return between(values[Math.floor(rank)], values[Math.ceil(rank)], rank - Math.floor(rank));
    },
  });
}

export const median = quantileBy(
  'median',
  'The value in the middle as float64, or the mean of the two in the middle; NaN is the greatest. NULL for none.',
  'x: number',
  () => 0.5,
);

export const quantile = quantileBy(
  'quantile',
  'The exact value below which a fraction q of the values lies, between two of them in proportion, as float64; NaN is the greatest. NULL for none.',
  'x: number, q: fraction',
  options => quantileOf('quantile', options),
);

/** The quantile of a multiset that is not empty, by linear interpolation (definition 7 of Hyndman and Fan 1996). */
export function quantileAt(values: SortedCounts, fraction: number): number {
  const rank = fraction * (values.size - 1);
  const below = Math.floor(rank);
  const low = Number(values.at(below, null));
  return rank === below ? low : between(low, Number(values.at(below + 1, null)), rank - below);
}

/**
 * The value at a part of the way from one to another; equal infinities stay. A way that is too long for a float64 is not walked: half of the way from
 * minus infinity to 1 is minus infinity.
 */
function between(low: number, high: number, part: number): number {
  if (low === high || part === 0) return low;
  const way = high - low;
  return Number.isFinite(way) ? low + way * part : low * (1 - part) + high * part;
}

/** An argument of SQL as a DOUBLE; DISTINCT stays in front. */
function castDouble(x: string): string {
  return x.startsWith('DISTINCT ')
    ? `DISTINCT CAST(${x.slice('DISTINCT '.length)} AS DOUBLE)`
    : `CAST(${x} AS DOUBLE)`;
}
