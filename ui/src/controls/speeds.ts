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
export function speedText(speed: number | 'max'): string {
  return speed === 'max' ? 'max' : `${fixed(speed, 3, 0)}×`;
}
