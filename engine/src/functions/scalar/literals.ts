import { decimalDigits } from '../../columns/decimal.js';
import { parseNanoseconds } from '../../columns/durationTicks.js';
import { parseTimestamp, TICKS_PER_SECOND } from '../../columns/iso.js';
import { decimalType, durationType, MAX_PRECISION } from '../../columns/types.js';
import type { DataType, DecimalType, TimeUnit } from '../../columns/types.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument } from '../../expr/function.js';
import { literalToValue } from '../../expr/literal.js';

/** The units of time, the coarsest first. */
export const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** The finest of some units. */
export function finest(units: readonly TimeUnit[]): TimeUnit {
  return UNITS[Math.max(...units.map(unit => UNITS.indexOf(unit)))];
}

/** Whether an argument is text that was written in the query, which may stand for a number, a time or a duration. */
export function isTextLiteral(arg: Argument): boolean {
  return typeof arg.literal === 'string' && arg.type.kind === 'string';
}

/** A number written in the query as the decimal that it was written as: `1.25` is a decimal(3, 2). Null where it has too many digits. */
export function literalDecimal(arg: Argument): DecimalType | null {
  if (arg.literal === undefined || arg.literal === null) return null;
  if (arg.type.kind === 'decimal') return arg.type;
  const digits = decimalDigits(String(arg.literal));
  if (digits === null || digits.scale > MAX_PRECISION) return null;
  const count = String(digits.unscaled < 0n ? -digits.unscaled : digits.unscaled).length;
  const precision = Math.max(count, digits.scale, 1);
  return precision > MAX_PRECISION ? null : decimalType(precision, digits.scale);
}

/** The decimal that holds every value of a type of numbers; null for float64. An int64 counts as one of 18 digits. */
export function decimalOf(type: DataType): DecimalType | null {
  switch (type.kind) {
    case 'decimal':
      return type;
    case 'int32':
      return decimalType(10, 0);
    case 'int64':
      return decimalType(MAX_PRECISION, 0);
    default:
      return null;
  }
}

/** The duration type that text written in the query stands for: the coarsest unit of which it is whole ticks; null where it is none. */
export function literalDuration(arg: Argument): DataType | null {
  if (!isTextLiteral(arg)) return null;
  const nanoseconds = parseNanoseconds(String(arg.literal));
  if (nanoseconds === null) return null;
  const unit = UNITS.find(candidate => nanoseconds % perTick(candidate) === 0n);
  return unit === undefined ? null : durationType(unit);
}

/** The coarsest unit of which a time that was written in the query is a whole number of ticks. */
export function literalUnit(fn: string, arg: Argument): TimeUnit {
  const unit = UNITS.find(candidate => fitsUnit(arg, candidate));
  if (unit !== undefined) return unit;
  throw new ArgumentTypeError(
    `${fn}(): '${String(arg.literal)}' is not a time.`,
    "Write it as '2024-03-08T09:30:00Z'.",
  );
}

/** Whether a time that was written in the query is a whole number of ticks of a unit. */
export function fitsUnit(arg: Argument, unit: TimeUnit): boolean {
  if (arg.type.kind === 'date') return true;
  const nanoseconds =
    arg.type.kind === 'timestamp' || arg.type.kind === 'duration'
      ? (literalToValue(arg.literal!, arg.type) as bigint) * perTick(arg.type.unit)
      : arg.type.kind === 'string'
        ? textNanoseconds(String(arg.literal))
        : null;
  return nanoseconds !== null && nanoseconds % perTick(unit) === 0n;
}

/** The nanoseconds of ISO text, beyond what an int64 of nanoseconds holds too. */
function textNanoseconds(text: string): bigint | null {
  const exact = parseTimestamp(text, 'ns');
  if (exact !== null) return exact;
  const micros = parseTimestamp(text, 'us');
  return micros === null ? null : micros * 1000n;
}

/** The nanoseconds of one tick. */
function perTick(unit: TimeUnit): bigint {
  return TICKS_PER_SECOND.ns / TICKS_PER_SECOND[unit];
}
