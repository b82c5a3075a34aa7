import { MillraceError } from '../columns/error.js';
import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import type { EmitSpec, FillSpec } from '../windows/emission.js';

/** A point at which windows are told before they close; see `WindowOptions.emit`. */
export type EmitTrigger = 'change' | 'close' | { readonly every: DurationText } | { readonly rows: number };

/** What stands for empty windows; see `WindowOptions.fill`. */
export type Fill =
  'none' | 'previous' | 'null' | { readonly with: 'previous' | 'null'; readonly limit: number };

/** Options of `window`. */
export interface WindowOptions {
  /** How long after a window's end, by the watermark, late rows still revise it (`'0 s'`). Later ones are dropped and counted. */
  readonly allowedLateness?: DurationText;
  /**
   * When a window's rows are told:
   * - `'change'`: with every batch of input that changes them. The default.
   * - `'close'`: when the watermark reaches the window's end, and not before.
   * - `{ every: '1 s' }`: what has changed, at multiples of the time on the session clock: at speed 60 sixty times a second. Replays, recordings
   *   and tables tell the same at any speed. Over a live feed it is the wall clock.
   * - `{ rows: 100 }`: a group of a window, with the row with which it has so many rows more than when it was told last.
   *
   * A list means each of them. Windows are always told when they close, and late rows that revise them at once.
   */
  readonly emit?: EmitTrigger | readonly EmitTrigger[];
  /**
   * What stands for a window in which a group has no rows, from the group's first window on:
   * - `'none'`: nothing. The default.
   * - `'previous'`: a flat row. Counts and sums are 0; `first`, `min`, `max`, `avg` and `median` are at the `last` of the same value where that is
   *   asked for, too (a bar's open, high, low and close); everything else stays as it was.
   * - `'null'`: NULL; counts are 0.
   *
   * Such a row comes when the window can no longer get rows. A group that is silent for more than `limit` windows in a row (1,000) has no
   * more of them until it has rows again, so that a long silence does not make endless rows.
   */
  readonly fill?: Fill;
}

/** A window and its options as the plan has them. */
export interface WindowChoice {
  readonly spec: WindowSpec;
  readonly allowedLatenessUs: number;
  readonly emit: EmitSpec | undefined;
  readonly fill: FillSpec | undefined;
}

const FILL_LIMIT = 1000;

export function windowOptions(
  spec: WindowSpec,
  { allowedLateness, emit, fill }: WindowOptions,
): WindowChoice {
  return {
    spec,
    allowedLatenessUs:
      allowedLateness === undefined ? 0 : parseDuration(allowedLateness, 'an allowed lateness'),
    emit:
      emit === undefined ? undefined : emitSpec(typeof emit === 'object' && 'length' in emit ? emit : [emit]),
    fill: fill === undefined ? undefined : fillSpec(fill),
  };
}

/** Several triggers of one kind come down to the most frequent. */
function emitSpec(triggers: readonly EmitTrigger[]): EmitSpec | undefined {
  let everyUs: number | null = null;
  let rows: number | null = null;
  if (triggers.length === 0)
    throw new MillraceError('MR3214', 'emit: [] says no time at all.', "Write emit: 'close'.");
  for (const trigger of triggers) {
    if (trigger === 'change') return undefined;
    if (trigger === 'close') continue;
    if ('every' in trigger)
      everyUs = Math.min(everyUs ?? Infinity, parseDuration(trigger.every, 'a time to tell windows'));
    else rows = Math.min(rows ?? Infinity, trigger.rows);
  }
  if (everyUs === 0 || (rows !== null && !(Number.isSafeInteger(rows) && rows > 0))) {
    throw new MillraceError(
      'MR3214',
      'emit needs a positive time or a positive whole number of rows.',
      "Write emit: { every: '1 s' } or emit: { rows: 100 }.",
    );
  }
  return { change: false, everyUs, rows };
}

function fillSpec(fill: Fill): FillSpec | undefined {
  if (fill === 'none') return undefined;
  const { with: by, limit } = typeof fill === 'string' ? { with: fill, limit: FILL_LIMIT } : fill;
  if ((by === 'previous' || by === 'null') && Number.isSafeInteger(limit) && limit > 0) return { by, limit };
  throw new MillraceError(
    'MR3215',
    `fill cannot be ${JSON.stringify(fill)}.`,
    "Write 'none', 'previous', 'null', or { with: 'previous', limit: 100 } for at most 100 empty windows in a row.",
  );
}
