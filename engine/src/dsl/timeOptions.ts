import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import type { TimeSpec } from '../plan/nodes/source.js';

/** How event time is read from a source's rows. The names of columns say nothing about the row type: `NoInfer`. */
export interface TimeOptions<Row> {
  /** The timestamp column that is the rows' event time. */
  readonly time?: keyof NoInfer<Row> & string;
  /** How far rows may lag behind the latest one; not given: the disorder of the sample. */
  readonly watermark?: DurationText;
  /** A source silent for so long stops holding others back. */
  readonly idleTimeout?: DurationText;
  /** A column that orders rows of one time. */
  readonly sequence?: keyof NoInfer<Row> & string;
}

/** The plan's form of the options; null where no column is event time. */
export function timeSpec(options: TimeOptions<Record<string, unknown>>): TimeSpec | null {
  if (options.time === undefined) return null;
  return {
    column: options.time,
    boundUs: options.watermark === undefined ? null : parseDuration(options.watermark, 'a watermark bound'),
    idleTimeoutUs:
      options.idleTimeout === undefined ? null : parseDuration(options.idleTimeout, 'an idle timeout'),
    sequence: options.sequence ?? null,
  };
}
