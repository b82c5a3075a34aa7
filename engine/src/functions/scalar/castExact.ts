import {
  decimalDigits,
  decimalToNumber,
  fitsPrecision,
  formatDecimal,
  parseDecimal,
  powerOfTen,
  rescaleDecimal,
} from '../../columns/decimal.js';
import { formatDurationTicks, parseDurationTicks } from '../../columns/durationTicks.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import { canonicalJson } from '../../columns/json.js';
import type { DataType, DecimalType, TimeUnit } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import { MAX_INT64, MIN_INT64 } from './int64.js';

type Exact = Extract<DataType, { kind: 'decimal' | 'duration' | 'json' }>;

/** Whether a type is one of those that this file casts from and to: decimals, durations and JSON. */
export function isExactType(type: DataType): type is Exact {
  return type.kind === 'decimal' || type.kind === 'duration' || type.kind === 'json';
}

/** A value as a decimal, a duration or JSON; null where that type cannot hold it. */
export function castToExact(value: NonNullable<Value>, from: DataType, to: Exact): Value {
  switch (to.kind) {
    case 'decimal':
      return toDecimal(value, from, to);
    case 'duration':
      return toDuration(value, from, to.unit);
    case 'json':
      return toJson(value, from);
  }
}

function toDecimal(value: NonNullable<Value>, from: DataType, to: DecimalType): bigint | null {
  if (from.kind === 'string') return parseRounded(value as string, to);
  if (from.kind === 'float64') return parseRounded(String(value), to);
  const scale = from.kind === 'decimal' ? from.scale : 0;
  const scaled = rescaleDecimal(BigInt(value), scale, to.scale);
  return fitsPrecision(scaled, to.precision) ? scaled : null;
}

/** Text as a decimal: digits beyond the scale round half away from zero, as casts of decimals do. */
function parseRounded(text: string, to: DecimalType): bigint | null {
  const exact = parseDecimal(text, to);
  const digits = exact === null ? decimalDigits(text) : null;
  if (digits === null) return exact;
  // Digits this far behind the scale cannot move the result, and need not be computed with.
  if (digits.scale - to.scale > 400) return 0n;
  const scaled = rescaleDecimal(digits.unscaled, digits.scale, to.scale);
  return fitsPrecision(scaled, to.precision) ? scaled : null;
}

function toDuration(value: NonNullable<Value>, from: DataType, unit: TimeUnit): bigint | null {
  if (from.kind === 'string') return parseDurationTicks(value as string, unit);
  if (from.kind === 'duration') return rescaleTicks(value as bigint, from.unit, unit);
  return BigInt(value as number | bigint);
}

/** Ticks in another unit: what is finer is cut off towards the past, and towards less. Null beyond int64. */
function rescaleTicks(ticks: bigint, from: TimeUnit, to: TimeUnit): bigint | null {
  const [a, b] = [TICKS_PER_SECOND[from], TICKS_PER_SECOND[to]];
  if (b >= a) {
    const scaled = ticks * (b / a);
    return scaled < MIN_INT64 || scaled > MAX_INT64 ? null : scaled;
  }
  const quotient = ticks / (a / b);
  return ticks < 0n && quotient * (a / b) !== ticks ? quotient - 1n : quotient;
}

function toJson(value: NonNullable<Value>, from: DataType): string | null {
  switch (from.kind) {
    case 'string':
      return canonicalJson(value as string);
    case 'decimal':
      return formatDecimal(value as bigint, from.scale);
    case 'float64':
      return Number.isFinite(value) ? String(value) : null;
    default:
      return String(value);
  }
}

/** A decimal, a duration or JSON as another type; null where that type cannot hold it. */
export function castFromExact(value: NonNullable<Value>, from: Exact, to: DataType): Value {
  switch (from.kind) {
    case 'decimal':
      return fromDecimal(value as bigint, from.scale, to);
    case 'duration':
      return fromDuration(value as bigint, from.unit, to);
    case 'json':
      return value;
  }
}

function fromDecimal(unscaled: bigint, scale: number, to: DataType): Value {
  switch (to.kind) {
    case 'string':
      return formatDecimal(unscaled, scale);
    case 'boolean':
      return unscaled !== 0n;
    case 'float64':
      return decimalToNumber(unscaled, scale);
    case 'int64':
      return unscaled / powerOfTen(scale);
    default: {
      const whole = unscaled / powerOfTen(scale);
      return BigInt.asIntN(32, whole) === whole ? Number(whole) : null;
    }
  }
}

function fromDuration(ticks: bigint, unit: TimeUnit, to: DataType): Value {
  switch (to.kind) {
    case 'string':
      return formatDurationTicks(ticks, unit);
    case 'float64':
      return Number(ticks);
    default:
      return ticks;
  }
}
