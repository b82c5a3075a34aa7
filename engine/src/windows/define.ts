import { MillraceError } from '../columns/error.js';

/** A window's parameters as plans carry them; durations are microseconds. */
export type WindowParameters = Readonly<Record<string, number | string>>;

/**
 * A window as the engine computes with it: windows of `sizeUs` that start every `slideUs`, shifted by `offsetUs` from
 * 1970-01-01 UTC. They are put together of slices of `sliceUs`, which no two windows cut.
 */
export interface SlicedWindow {
  readonly sizeUs: number;
  readonly slideUs: number;
  readonly sliceUs: number;
  readonly offsetUs: number;
}

/** The one definition of a kind of window. Registered in `registry.ts`. */
export interface WindowDefinition {
  readonly name: string;
  readonly doc: string;
  /** The window of a plan's parameters; throws `WindowError` for parameters that make none. */
  bind(parameters: WindowParameters): SlicedWindow;
  /** As a user writes it, for `explain()`. */
  describe(parameters: WindowParameters): string;
  /** Its table function in Flink's SQL. */
  sql(table: string, time: string, parameters: WindowParameters): string;
  /** Start times of every window that holds an event time, found the plainest way: what tests compare with. */
  reference(timeUs: number, parameters: WindowParameters): readonly number[];
}

/** A window that cannot be: a size of nothing, a slide longer than the size. */
export class WindowError extends MillraceError {
  override readonly name = 'WindowError';
}

/** Declares a window: the definition itself, checked by its type. */
export function defineWindow(definition: WindowDefinition): WindowDefinition {
  return Object.freeze(definition);
}

/** A parameter that must be a whole number of microseconds, at least `least`. */
export function microseconds(
  window: string,
  parameters: WindowParameters,
  name: string,
  least: number,
  fallback?: number,
): number {
  const value = parameters[name] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new WindowError(
    'MR3201',
    `${window}() needs ${name} as a duration of ${least > 0 ? 'at least a microsecond' : 'whole microseconds'}, not ${String(value)}.`,
    `Write it as text, e.g. '1 min' or '10 s'.`,
  );
}

/** An interval as Flink's SQL writes it. */
export function sqlInterval(us: number): string {
  return `INTERVAL '${us / 1e6}' SECOND`;
}
