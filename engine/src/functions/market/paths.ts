import { FLOAT64, isNumeric } from '../../columns/types.js';
import {
  defineAggregate,
  type AggregateContext,
  type BoundAggregate,
  type StatePart,
} from '../aggregate/define.js';
import { requireOrder } from '../aggregate/ends.js';
import { requireArguments } from '../aggregate/errors.js';
import { rowsPart } from '../aggregate/objects.js';
import { inEventOrder, numberOf } from '../aggregate/references.js';
import { narrow, timeBetween, type HeldValue } from '../aggregate/state/held.js';
import { LinkedRows, type Link } from '../aggregate/state/linkedRows.js';
import { PassedRows } from '../aggregate/state/passedRows.js';

/** The rows of the first argument as numbers, in event order, with a sum over neighbours; no more of them than their order asks for. */
function path(kind: string, { retracting, inOrder }: AggregateContext, link: Link): StatePart {
  const passes = inOrder === true && !retracting;
  return rowsPart(
    kind,
    0,
    () => (passes ? new PassedRows(link) : new LinkedRows(retracting, link)),
    plain => (passes ? PassedRows.decode(link, plain) : LinkedRows.decodeLinked(retracting, link, plain)),
    emit => `${emit.numbers[0]}, null`,
  );
}

/** A price times how long it held, in ticks. One that did not hold counts for nothing, even if it is infinite or NaN. */
const held: Link = (before, after) => weighted(Number(before.value), timeBetween(before.time, after.time));

function weighted(price: number, length: number): number {
  return length === 0 ? 0 : price * length;
}

export const twap = defineAggregate({
  name: 'twap',
  doc: "The time-weighted average price, as float64: each price holds until the next row, the last one to the window's end (to the last row without windows). NULL for none.",
  signature: 'price: number',
  sql: () => null,
  ordered: true,
  distinct: 'none',
  retracts: true,
  resolve(args) {
    requireArguments('twap', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    requireOrder('twap', context);
    const toTicks = context.time?.kind === 'timestamp' ? 'nanosecondsOf' : '';
    return {
      parts: { prices: path('prices and their times', context, held) },
      counts: false,
      value: emit => ({
        value: `timeWeighted(${emit.part('prices').lane('rows')}, ${toTicks}(${emit.end}))`,
      }),
    };
  },
  reference(rows, [price], { retracting, windowEnd }) {
    const ordered = inEventOrder(rows, retracting);
    if (ordered.length === 0) return null;
    const end = windowEnd ?? ordered[ordered.length - 1].time;
    const length = Number(end - ordered[0].time);
    if (length === 0) return numberOf(ordered[ordered.length - 1].args[0], price);
    const total = ordered.reduce((sum, row, k) => {
      const until = k + 1 < ordered.length ? ordered[k + 1].time : end;
      return sum + weighted(numberOf(row.args[0], price), Number(until - row.time));
    }, 0);
    return total / length;
  },
});

/** The average of prices over time up to `end`, or to the last row where it is NaN. */
export function timeWeighted(prices: LinkedRows | PassedRows, end: HeldValue): number {
  const last = Number(prices.last());
  const until = Number.isNaN(end) ? prices.lastTime() : end;
  const length = timeBetween(prices.firstTime(), until);
  if (length === 0) return last;
  return (prices.total + weighted(last, timeBetween(prices.lastTime(), until))) / length;
}

/** Microseconds in nanoseconds. */
export function nanosecondsOf(us: number): HeldValue {
  return Number.isNaN(us) ? us : narrow(BigInt(us) * 1000n);
}

/** The square of the logarithmic return from one price to the next. */
const squaredReturn: Link = (before, after) => Math.log(Number(after.value) / Number(before.value)) ** 2;

export const realizedVol = defineAggregate({
  name: 'realizedVol',
  doc: 'The realised volatility, as float64: the root of the sum of squared logarithmic returns from row to row (Andersen and Bollerslev 1998), not annualised. NULL for fewer than two rows.',
  signature: 'price: number',
  sql: () => null,
  ordered: true,
  distinct: 'none',
  retracts: true,
  resolve(args) {
    requireArguments('realizedVol', args, 1, arg => isNumeric(arg.type), 'a number');
    return { type: FLOAT64, nullable: true };
  },
  bind(context): BoundAggregate {
    requireOrder('realizedVol', context);
    return {
      parts: { returns: path('prices and their returns', context, squaredReturn) },
      counts: false,
      value(emit) {
        const rows = emit.part('returns').lane('rows');
        return { present: `${rows}.size > 1`, value: `Math.sqrt(Math.max(0, ${rows}.total))` };
      },
    };
  },
  reference(rows, [price], { retracting }) {
    const prices = inEventOrder(rows, retracting).map(row => numberOf(row.args[0], price));
    if (prices.length < 2) return null;
    return Math.sqrt(prices.slice(1).reduce((sum, next, k) => sum + Math.log(next / prices[k]) ** 2, 0));
  },
});
