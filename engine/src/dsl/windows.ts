import { parseDuration } from '../columns/duration.js';
import type { DurationText } from '../columns/duration.js';
import type { WindowSpec } from '../plan/nodes/aggregate.js';
import { bindWindow } from '../windows/registry.js';

type Parameters = Record<string, number | string>;

function windowSpec(type: string, parameters: Parameters): WindowSpec {
  const spec = { type, parameters };
  bindWindow(spec);
  return spec;
}

/** A span of windows: a duration, or whole months, quarters or years by the calendar (`'1 month'`). */
export type WindowSpanText = DurationText;

/** Where windows lie. */
export interface WindowPlace {
  /** Moves their borders by so much: `'30 min'`, or `'-30 min'`. */
  readonly offset?: DurationText;
  /**
   * A zone by whose clocks and calendar they begin: days from midnight to midnight (23, 24 or 25 hours), weeks from Monday, months; hours
   * as its clocks strike. Without one, windows are of one length and are counted from 1970-01-01 UTC.
   */
  readonly timeZone?: string;
}

const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** A span as parameters: `sizeUs`, or `sizeMonths`. */
function spanParameters(name: string, text: WindowSpanText, what: string): Parameters {
  const match = /^\s*(\d+)\s*(month|quarter|year)s?\s*$/.exec(text);
  if (match !== null) return { [`${name}Months`]: Number(match[1]) * MONTHS[match[2]] };
  return { [`${name}Us`]: parseDuration(text, what) };
}

function placeParameters({ offset, timeZone }: WindowPlace): Parameters {
  const negative = offset?.trim().startsWith('-') ?? false;
  const us =
    offset === undefined ? 0 : parseDuration(negative ? offset.trim().slice(1) : offset, 'an offset');
  return { offsetUs: negative ? -us : us, ...(timeZone === undefined ? {} : { timeZone }) };
}

/**
 * Windows of one size that follow each other, in Flink's meaning: they start at multiples of the size since 1970-01-01 UTC, shifted by
 * `offset`; with a `timeZone`, by its clocks and calendar.
 *
 * @example trades.window(tumble('1 min')).groupBy('symbol')
 * @example trades.window(tumble('1 d', { timeZone: 'America/New_York' })) // 23 hours on 2024-03-10
 * @throws MillraceError `MR1002` for a size that is no duration, `MR3201` for one of nothing, `MR1004` for an unknown zone
 */
export function tumble(size: WindowSpanText, place: WindowPlace = {}): WindowSpec {
  return windowSpec('tumble', {
    ...spanParameters('size', size, 'a window size'),
    ...placeParameters(place),
  });
}

/**
 * Windows of `size` that start every `slide`, so that a row is in several, in Flink's meaning. What they have in common is computed once.
 *
 * @example trades.window(hop({ size: '5 min', slide: '1 min' })).groupBy('symbol')
 * @throws MillraceError `MR3202` for a slide longer than the size; with a time zone `MR3213` for a size of no whole number of slides
 */
export function hop(
  options: { readonly size: WindowSpanText; readonly slide: WindowSpanText } & WindowPlace,
): WindowSpec {
  return windowSpec('hop', {
    ...spanParameters('size', options.size, 'a window size'),
    ...spanParameters('slide', options.slide, 'a slide'),
    ...placeParameters(options),
  });
}

/**
 * Windows that start together every `size` and end a `step` later each, in Flink's meaning: the day so far, told every hour.
 *
 * @example trades.window(cumulate({ size: '1 d', step: '1 h', timeZone: 'America/New_York' })).groupBy('symbol')
 * @throws MillraceError `MR3211` for a size of no whole number of steps; with a time zone `MR3213`
 */
export function cumulate(
  options: { readonly size: WindowSpanText; readonly step: WindowSpanText } & WindowPlace,
): WindowSpec {
  return windowSpec('cumulate', {
    ...spanParameters('size', options.size, 'a window size'),
    ...spanParameters('step', options.step, 'a step'),
    ...placeParameters(options),
  });
}

/** Options of `calendar`. */
export interface CalendarOptions {
  /** What becomes of rows outside of sessions: `'drop'` counts them (the default), `'previous'` gives them to the window before. */
  readonly outside?: 'drop' | 'previous';
}

/**
 * Windows of an exchange's sessions, with its holidays and short days, by its own clocks: `'1 d'` is a session from its opening to its
 * close, `'30 min'` pieces of sessions counted from the opening (the last one may be shorter, and none spans a break), `'1 week'`,
 * `'1 month'`, `'1 quarter'` and `'1 year'` the sessions of one. Known are XNYS, XNAS, XLON, XETR, XTKS, XHKG, CMES and 24/7, from 1990
 * (XTKS: 1997) to 2030, as the package exchange_calendars has them.
 *
 * @example trades.window(calendar('XNYS', '1 d')).groupBy('symbol').aggregate(t => ({ close: last(t.price) }))
 * @throws MillraceError `MR3216` for an unknown calendar, `MR3218` for other spans; and, when it runs, `MR3217` for rows beyond the years that are known
 */
export function calendar(name: string, span: WindowSpanText, options: CalendarOptions = {}): WindowSpec {
  const { outside = 'drop' } = options;
  return windowSpec('calendar', {
    calendar: name,
    ...spanParameters('size', span, 'a span of sessions'),
    outside,
  });
}

/**
 * Sessions: a group's rows that follow each other by `gap` or less. A session ends the gap after its last row; a row between two of
 * them makes them one.
 *
 * @example trades.window(session({ gap: '5 min' })).groupBy('symbol').aggregate(t => ({ n: count(), volume: sum(t.size) }))
 */
export function sessionWindow(options: { readonly gap: DurationText }): WindowSpec {
  return windowSpec('session', { gapUs: parseDuration(options.gap, 'a gap') });
}
