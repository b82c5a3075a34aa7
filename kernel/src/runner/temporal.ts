import { inspect, type InspectOptions } from 'node:util';
import { Temporal } from 'temporal-polyfill';

/** What times of the polyfill are, by how their text begins where they are shown. */
const CLASSES = [
  Temporal.Instant,
  Temporal.ZonedDateTime,
  Temporal.PlainDate,
  Temporal.PlainDateTime,
  Temporal.PlainTime,
  Temporal.PlainYearMonth,
  Temporal.PlainMonthDay,
  Temporal.Duration,
];

/**
 * Gives cells the global `Temporal` that their types promise, from the polyfill that the engine uses, where Node has none. Its values
 * show as their ISO text, as a Date does: an object without properties would say nothing.
 */
export function provideTemporal(): void {
  for (const { prototype } of CLASSES) {
    if (Object.hasOwn(prototype, inspect.custom)) continue;
    Object.defineProperty(prototype, inspect.custom, { value: shown, configurable: true, writable: true });
  }
  if ('Temporal' in globalThis) return;
  const property = { value: Temporal, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(globalThis, 'Temporal', property);
}

function shown(this: object, _depth: number, { stylize }: InspectOptions & { stylize: Stylize }): string {
  try {
    return stylize(String(this), 'date');
  } catch {
    // The prototype itself is none.
    return '[Temporal]';
  }
}

type Stylize = (text: string, style: 'date') => string;
