import type { TimeUnit } from '../columns/types.js';

/** Microseconds in a tick of a unit; of 'ns', whose windows are cut by whole microseconds, one. */
export const TICK_US: Readonly<Record<TimeUnit, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1 };
