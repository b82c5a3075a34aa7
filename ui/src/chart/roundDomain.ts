import type { Spec, View } from 'vega';

/** A scale of numbers as Vega gives it. */
interface LinearScale {
  copy(): LinearScale;
  nice(): LinearScale;
  domain(): unknown[];
  domain(ends: readonly number[]): LinearScale;
}

const KEYS = ['name', 'type', 'domain', 'range', 'nice', 'zero'];

/** How the y axis of a compiled spec ends: at round numbers and nothing else is said of it, and whether it has zero; null: otherwise. */
export function roundAxisOf(spec: Spec): { readonly zero: boolean } | null {
  const scale = (spec.scales ?? []).find(({ name }) => name === 'y') as Record<string, unknown> | undefined;
  if (scale?.type !== 'linear' || scale.nice !== true) return null;
  const isPlain = Object.keys(scale).every(key => KEYS.includes(key));
  return isPlain && typeof scale.zero === 'boolean' ? { zero: scale.zero } : null;
}

/**
 * Whether the y axis, which is drawn for values that reach from `drawn[0]` to `drawn[1]`, is the same for values of another reach: round numbers lie beyond both. Where
 * Vega has drawn anything else than is known here, it is asked.
 */
export function isSameAxis(
  view: View,
  { zero }: { readonly zero: boolean },
  drawn: readonly [number, number],
  now: readonly [number, number],
): boolean {
  if (![...drawn, ...now].every(Number.isFinite)) return false;
  const scale = view.scale('y') as unknown as LinearScale;
  const roundOf = ([low, high]: readonly [number, number]): string => {
    const ends = zero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
    return String(scale.copy().domain(ends).nice().domain());
  };
  const axis = String(scale.domain());
  return roundOf(drawn) === axis && roundOf(now) === axis;
}
