import { Temporal } from 'temporal-polyfill';

/** How Node's `console.log` and a cell's output ask an object for its text; a name shared by all, so no Node import. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Times and days print as their ISO text, as a Date does: without this a row shows `Instant {}`. */
function inspect(this: Temporal.Instant | Temporal.PlainDate): string {
  return this.toString();
}

for (const { prototype } of [Temporal.Instant, Temporal.PlainDate]) {
  if (INSPECT in prototype) continue;
  Object.defineProperty(prototype, INSPECT, { value: inspect, configurable: true, writable: true });
}
