import { formatDuration } from '../columns/duration.js';
import type { CalendarWindow, TimeWindow, ZonedSpan } from './define.js';

/** A bound window in words, for `explain()`: its windows, and the slices that they are put together of. */
export function boundWindowText(window: TimeWindow): string {
  switch (window.kind) {
    case 'sliced': {
      const { sizeUs, slideUs, sliceUs } = window;
      const slices =
        sizeUs === slideUs ? '' : `, slide ${formatDuration(slideUs)}, slices of ${formatDuration(sliceUs)}`;
      return `windows of ${formatDuration(sizeUs)}${slices}`;
    }
    case 'cumulative':
      return `windows that grow by ${formatDuration(window.stepUs)} up to ${formatDuration(window.sizeUs)}`;
    case 'zoned': {
      const { slice, slices, cumulative, timeZone } = window;
      const part = spanText(slice);
      if (cumulative !== null)
        return `windows that grow by ${part} up to ${spanText(cumulative)} in ${timeZone}`;
      return `windows of ${slices === 1 ? '' : `${slices} × `}${part} in ${timeZone}`;
    }
    case 'calendar': {
      const outside = window.outside === 'drop' ? '' : ' and what lies between them';
      return `${calendarSpanText(window.span)} of ${window.calendar}${outside}`;
    }
  }
}

function calendarSpanText(span: CalendarWindow['span']): string {
  if ('us' in span) return `pieces of ${formatDuration(span.us)} of the sessions`;
  if ('months' in span) return `the sessions of ${spanText(span)}`;
  return span.days === 1 ? 'the sessions' : 'the sessions of a week';
}

function spanText(span: ZonedSpan): string {
  return 'us' in span ? formatDuration(span.us) : `${span.months} month${span.months === 1 ? '' : 's'}`;
}
