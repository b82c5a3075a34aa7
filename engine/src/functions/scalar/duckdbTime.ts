import { TICKS_PER_SECOND } from '../../columns/iso.js';
import type { DataType } from '../../columns/types.js';

type TimestampType = Extract<DataType, { kind: 'timestamp' }>;

/** The greatest multiple of `step`, counted from `offset`, that is at most `x`; DuckDB's own `%` has the sign of `x`. */
export function floorTo(x: string, step: bigint, offset = 0n): string {
  if (step === 1n) return x;
  const shifted = offset === 0n ? x : `(${x} - (${offset}))`;
  return `(${x} - ((${shifted} % ${step}) + ${step}) % ${step})`;
}

/** A timestamp of so many ticks of its unit. */
export function timestampOfTicks(ticks: string, type: TimestampType): string {
  switch (type.unit) {
    case 's':
      return `CAST(make_timestamp(${ticks} * 1000000) AS TIMESTAMP_S)`;
    case 'ms':
      return `CAST(make_timestamp_ms(${ticks}) AS TIMESTAMP_MS)`;
    case 'us':
      return `make_timestamp(${ticks})`;
    case 'ns':
      return `make_timestamp_ns(${ticks})`;
  }
}

/** The ticks of a timestamp, counted in its unit. */
export function ticksOfTimestamp(time: string, type: TimestampType): string {
  if (type.unit === 's') return `(epoch_us(${time}) // 1000000)`;
  return `epoch_${type.unit}(${time})`;
}

/** A timestamp in another unit; where that is coarser, rounded down; NULL where that is finer and cannot hold it. */
export function rescaledTimestamp(time: string, from: TimestampType, to: TimestampType): string {
  const ticks = ticksOfTimestamp(time, from);
  const perSecond = { from: TICKS_PER_SECOND[from.unit], to: TICKS_PER_SECOND[to.unit] };
  if (perSecond.to <= perSecond.from) {
    const factor = perSecond.from / perSecond.to;
    return timestampOfTicks(`(${floorTo(ticks, factor)} // ${factor})`, to);
  }
  const factor = perSecond.to / perSecond.from;
  const limit = (2n ** 63n - 1n) / factor;
  return `(CASE WHEN abs(${ticks}) <= ${limit} THEN ${timestampOfTicks(`(${ticks} * ${factor})`, to)} END)`;
}

/** The whole microseconds of a timestamp, rounded down. */
export function microsecondsOf(time: string, type: DataType): string {
  if (type.kind !== 'timestamp' || type.unit !== 'ns') return `epoch_us(${time})`;
  return `(${floorTo(`epoch_ns(${time})`, 1000n)} // 1000)`;
}

/** A timestamp of a time in microseconds that lies on one of its ticks, less so many ticks. */
export function timestampOfMicroseconds(us: string, type: DataType, lessTicks = 0): string {
  if (type.kind !== 'timestamp') return us;
  const perSecond = TICKS_PER_SECOND[type.unit];
  const ticks =
    perSecond >= 1_000_000n ? `(${us} * ${perSecond / 1_000_000n})` : `(${us} // ${1_000_000n / perSecond})`;
  return timestampOfTicks(lessTicks === 0 ? ticks : `(${ticks} - ${lessTicks})`, type);
}
