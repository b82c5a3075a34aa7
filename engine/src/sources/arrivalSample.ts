import { BatchBuilder } from '../columns/builder.js';
import { toEventTimes, type EventTime } from '../columns/time.js';
import type { Field } from '../columns/types.js';
import type { Arrival, ArrivalFormat } from './arrival.js';
import type { EventTimeColumn } from './eventTime.js';
import { disorderOf } from './marks.js';
import type { Options } from './options.js';

const MOST_ROWS = 8192;

/** The event times of the first rows: the earliest, the latest, and how far one lags behind another before it. */
export interface SampleTimes {
  readonly first: EventTime | null;
  readonly last: EventTime | null;
  readonly disorderUs: number;
}

/** Looks at the event times of the first arrivals, without counting anything. Receive times are in order by themselves. */
export function sampleTimes(
  arrivals: readonly Arrival[],
  format: ArrivalFormat,
  options: Options,
  decoded: readonly Field[],
  time: EventTimeColumn,
): SampleTimes {
  if (time.index >= decoded.length) return { first: null, last: null, disorderUs: 0 };
  const schema = { fields: decoded };
  const builder = new BatchBuilder(schema, MOST_ROWS);
  const decoder = format.decoder(
    schema,
    options,
    () => undefined,
    () => undefined,
  );
  for (const arrival of arrivals) {
    decoder.begin(arrival);
    if (decoder.isOpen) decoder.read(builder);
    if (builder.length === builder.limit) break;
  }
  const times = new Float64Array(builder.length);
  toEventTimes(builder.columns[time.index].column().data, time.unit, builder.length, times);
  const none = times.length === 0;
  return {
    first: none ? null : times.reduce((a, b) => Math.min(a, b)),
    last: none ? null : times.reduce((a, b) => Math.max(a, b)),
    disorderUs: disorderOf(times, times.length),
  };
}
