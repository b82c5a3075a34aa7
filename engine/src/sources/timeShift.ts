import type { ColumnBuilder } from '../columns/builder.js';
import { TICKS_PER_SECOND } from '../columns/iso.js';
import type { TimeUnit } from '../columns/types.js';
import type { Zone } from '../columns/zone.js';

const DAY = 86400;

/**
 * Turns the time since a day's midnight, as a zone's clocks show it, into a point in time. `localMidnight` is that
 * midnight in seconds, as if the clocks were UTC's.
 */
export class TimeShift {
  readonly #ticks: number;
  /** What to add to each value, in ticks; null where the clocks are changed in the two days from that midnight on. */
  readonly #constant: bigint | null;

  constructor(
    readonly unit: TimeUnit,
    private readonly localMidnight: number,
    private readonly zone: Zone,
  ) {
    const perSecond = TICKS_PER_SECOND[unit];
    this.#ticks = Number(perSecond);
    const start = zone.toUtc(localMidnight);
    const isSteady = zone.toUtc(localMidnight + 2 * DAY) - start === 2 * DAY;
    this.#constant = isSteady ? BigInt(start) * perSecond : null;
  }

  /** Turns the values of the rows from `from` to `to` into times. */
  apply(column: ColumnBuilder, from: number, to: number): void {
    const { floats } = column;
    const constant = this.#constant;
    if (constant !== null && !column.isWide && this.unit !== 'ns') {
      const add = Number(constant);
      for (let row = from; row < to; row++) floats[row] += add;
      return;
    }
    for (let row = from; row < to; row++) {
      if (column.hasNull && column.valid[row] === 0) continue;
      const value = column.isWide && column.wide !== null ? column.wide[row] : BigInt(floats[row]);
      column.setBigint(row, value + this.#offset(Number(value)));
    }
  }

  #offset(value: number): bigint {
    const constant = this.#constant;
    if (constant !== null && Math.abs(value) < 2 * DAY * this.#ticks) return constant;
    const seconds = Math.floor(value / this.#ticks);
    const utc = this.zone.toUtc(this.localMidnight + seconds) - seconds;
    return BigInt(utc) * TICKS_PER_SECOND[this.unit];
  }
}
