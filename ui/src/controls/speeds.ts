import type { ClockSpeed } from '@millrace/protocol';
import { fixed } from '../format.js';

/** The speeds that the replay bar offers: event time per wall time. */
export const SPEEDS: readonly (number | 'max')[] = [
  0.1,
  0.25,
  0.5,
  1,
  2,
  5,
  10,
  30,
  60,
  120,
  300,
  600,
  1000,
  3600,
  10_000,
  'max',
];

/** A speed as the bar shows it: `60×`. */
export function speedText(speed: ClockSpeed): string {
  if (typeof speed === 'object') return `${fixed(speed.rowsPerSecond, 3, 0)} rows/s`;
  return speed === 'max' ? 'max' : `${fixed(speed, 3, 0)}×`;
}

/** A speed as the value of an option. */
export function speedValue(speed: ClockSpeed): string {
  return typeof speed === 'object' ? `${speed.rowsPerSecond} rows` : String(speed);
}

/** The speed that `speedValue` wrote. */
export function speedOf(value: string): ClockSpeed {
  if (value.endsWith(' rows')) return { rowsPerSecond: Number.parseFloat(value) };
  return value === 'max' ? 'max' : Number(value);
}
