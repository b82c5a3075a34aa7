import type { Decimal } from 'decimal.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import { bindWindow } from '../windows/registry.js';
import type { WindowOptions } from './windowOptions.js';

declare const COUNTED: unique symbol;

/** A kind of bars; `C` are the columns that it counts. */
export interface BarSpec<C extends string = string> extends WindowSpec {
  readonly [COUNTED]: { readonly columns: C };
}

/** Windows that event time cuts. */
export interface TimeWindowSpec extends WindowSpec {
  readonly [COUNTED]?: undefined;
}

/** Options of `window` for bars: they are never empty, so there is nothing to fill. */
export type BarOptions = Omit<WindowOptions, 'fill'>;

/** The columns of a row that hold numbers. */
export type NumericColumns<Row> = {
  [C in keyof Row & string]: NonNullable<Row[C]> extends number | Decimal ? C : never;
}[keyof Row & string];

function barSpec<C extends string>(type: string, parameters: WindowSpec['parameters']): BarSpec<C> {
  const spec: WindowSpec = { type, parameters };
  bindWindow(spec);
  return spec as BarSpec<C>;
}

/**
 * Windows of `rows` rows of a group each, in event order (event time, sequence, arrival). Like all bars they carry `windowNumber`, from 1 up
 * in each group, and `windowComplete`: what is still being filled is told, too, and `final()` gives the last window of a group even if the
 * input ends before it is complete. It comes with its last row's time when the watermark is past that, so windows over these
 * windows leave it out.
 *
 * @example trades.window(countWindow(100)).groupBy('symbol').aggregate(t => ({ vwap: vwap(t.price, t.size) }))
 * @throws MillraceError `MR3222` for less than 1 row
 */
export function countWindow(rows: number): BarSpec<never> {
  return barSpec('countWindow', { threshold: rows });
}

/**
 * Bars of so many ticks each. A tick is a row, that is a trade, whether its price differs from the last one's or not: this is
 * `countWindow` by its market name. To count only changes of the price, leave other trades out before.
 *
 * @example trades.window(tickBars(500)).groupBy('symbol').aggregate(t => ({ close: last(t.price) }))
 * @throws MillraceError `MR3222` for less than 1 tick
 */
export function tickBars(ticks: number): BarSpec<never> {
  return barSpec('tickBars', { threshold: ticks });
}

/**
 * Bars that are complete once the sizes of their rows add up to `volume`. The row that reaches it is the last of its bar, whole:
 * a bar may have more, and none of it goes to the next one (M. López de Prado, Advances in Financial Machine Learning,
 * 2018, chapter 2). NULL and NaN add nothing.
 *
 * @param size the column of sizes
 * @example trades.window(volumeBars(10_000)).groupBy('symbol').aggregate(t => ({ close: last(t.price) }))
 * @throws MillraceError `MR3222` for a volume of nothing
 */
export function volumeBars<C extends string = 'size'>(volume: number, size: C = 'size' as C): BarSpec<C> {
  return barSpec('volumeBars', { threshold: volume, size });
}

/**
 * Bars that are complete once price × size of their rows adds up to `value`; else as `volumeBars`.
 *
 * @param price the column of prices
 * @param size the column of sizes
 * @example trades.window(dollarBars(1_000_000)).groupBy('symbol').aggregate(t => ({ close: last(t.price) }))
 * @throws MillraceError `MR3222` for a value of nothing
 */
export function dollarBars<P extends string = 'price', S extends string = 'size'>(
  value: number,
  price: P = 'price' as P,
  size: S = 'size' as S,
): BarSpec<P | S> {
  return barSpec('dollarBars', { threshold: value, price, size });
}
