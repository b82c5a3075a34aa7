import type { BatchBuilder } from '../columns/builder.js';
import type { TimeUnit } from '../columns/types.js';
import type { EventTimeColumn } from './eventTime.js';

/** Event times further from when they came are looked at. */
const DAY_US = 86_400e6;
const PER_TICK = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 } as const;
const UNITS = Object.keys(PER_TICK) as TimeUnit[];

/**
 * Finds event times of another unit than the one that their column has: those that are more than a day from when they came, and in another unit are not.
 * One such row would else take the watermark to the year 50,000, or be late for ever. What is old, or a test's, is so in every unit and passes.
 */
export class TimeUnitGuard {
  readonly #perTick: number;

  constructor(
    private readonly time: EventTimeColumn,
    private readonly reject: (reason: string, text: string) => void,
  ) {
    this.#perTick = PER_TICK[time.unit];
  }

  /** Takes out the rows from `from` on, which came at `atUs`, whose times are of another unit. */
  check(rows: BatchBuilder, from: number, atUs: number): void {
    const column = rows.columns[this.time.index];
    const { floats, wide, isWide } = column;
    const low = (atUs - DAY_US) / this.#perTick;
    const high = (atUs + DAY_US) / this.#perTick;
    let kept = from;
    for (let row = from; row < rows.length; row++) {
      const ticks = isWide ? Number((wide as BigInt64Array)[row]) : floats[row];
      if (!(ticks >= low && ticks <= high)) {
        const meant = this.#meant(ticks, atUs);
        if (meant !== null) {
          this.#tell(ticks, meant, atUs);
          continue;
        }
      }
      if (kept < row) for (const each of rows.columns) each.move(row, kept);
      kept++;
    }
    rows.length = kept;
  }

  #meant(ticks: number, atUs: number): TimeUnit | null {
    return UNITS.find(unit => Math.abs(ticks * PER_TICK[unit] - atUs) <= DAY_US) ?? null;
  }

  #tell(ticks: number, meant: TimeUnit, atUs: number): void {
    const { name, unit } = this.time;
    const days = Math.round(Math.abs(ticks * this.#perTick - atUs) / DAY_US);
    this.reject(
      `column '${name}' is read in '${unit}' and is ${days} days from when it came: its unit is '${meant}', so declare timestamp('${meant}')`,
      String(ticks),
    );
  }
}
