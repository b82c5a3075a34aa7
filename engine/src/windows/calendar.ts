import { formatDuration } from '../columns/duration.js';
import { sessionsOf } from './calendars/sessions.js';
import {
  defineWindow,
  WindowError,
  type CalendarWindow,
  type WindowParameters,
  type WindowSpan,
} from './define.js';
import { spanText } from './zonedParameters.js';

const DAY_US = 86_400_000_000;

function bind(parameters: WindowParameters): CalendarWindow {
  const calendar = String(parameters.calendar);
  sessionsOf(calendar);
  const { outside = 'drop' } = parameters;
  if (outside !== 'drop' && outside !== 'previous') {
    throw new WindowError(
      'MR3219',
      `calendar() does not know outside: '${outside}'.`,
      "Write 'drop', or 'previous' to give such rows to the window before them.",
    );
  }
  return { kind: 'calendar', calendar, span: spanOf(parameters), outside };
}

function spanOf(parameters: WindowParameters): CalendarWindow['span'] {
  const { sizeUs, sizeMonths } = parameters;
  if (typeof sizeMonths === 'number' && Number.isSafeInteger(sizeMonths) && sizeMonths > 0)
    return { months: sizeMonths };
  if (typeof sizeUs === 'number' && Number.isSafeInteger(sizeUs) && sizeUs > 0) {
    if (sizeUs < DAY_US) return { us: sizeUs };
    if (sizeUs === DAY_US) return { days: 1 };
    if (sizeUs === 7 * DAY_US) return { days: 7 };
  }
  throw new WindowError(
    'MR3218',
    `calendar() has no windows of ${typeof sizeUs === 'number' ? formatDuration(sizeUs) : String(sizeMonths)}.`,
    "Write '1 d' for sessions, '30 min' for pieces of them, or '1 week', '1 month', '1 quarter' or '1 year' for the sessions of one.",
  );
}

/** Parameters: `calendar`, `sizeUs` or `sizeMonths`, and `outside` (`drop`). */
export const calendar = defineWindow({
  name: 'calendar',
  by: 'time',
  doc: "Windows of an exchange's sessions: whole ones, pieces counted from the opening, or the sessions of a week or month.",
  bind,
  describe: parameters => {
    const { outside } = bind(parameters);
    const rest = outside === 'drop' ? '' : ', { outside: previous }';
    return `calendar(${String(parameters.calendar)}, ${spanText(parameters, 'size')}${rest})`;
  },
  sql: () => null,
  reference(timeUs, parameters) {
    const window = bind(parameters);
    const { windows, trading } = listed(window, timeUs);
    if (window.outside === 'drop' && !trading) return [];
    return windows.filter(({ start, end }) => start <= timeUs && timeUs < end);
  },
});

/** The windows around a time, and whether it lies in a session: found by listing them. */
function listed(
  { calendar: name, span, outside }: CalendarWindow,
  timeUs: number,
): { windows: WindowSpan[]; trading: boolean } {
  const { starts, ends, firstParts, days } = sessionsOf(name);
  const near = 'us' in span || 'days' in span ? 20 * DAY_US : 31 * (span.months + 1) * DAY_US;
  const windows: (WindowSpan & { readonly number: number })[] = [];
  let trading = false;
  let session = Math.max(
    0,
    days.findLastIndex(day => day * DAY_US < timeUs - near),
  );
  for (; session < days.length; session++) {
    const open = starts[firstParts[session]];
    if (open > timeUs + near) break;
    const parts = Array.from(
      { length: firstParts[session + 1] - firstParts[session] },
      (_, k) => firstParts[session] + k,
    );
    const close = ends[parts[parts.length - 1]];
    if ('us' in span) {
      for (const part of parts) {
        for (let start = starts[part]; start < ends[part]; start += span.us) {
          windows.push({ start, end: Math.min(start + span.us, ends[part]), number: windows.length });
        }
        trading ||= timeUs >= starts[part] && timeUs < ends[part];
      }
    } else {
      windows.push({ start: open, end: close, number: numberOf(span, days[session]) });
      trading ||= timeUs >= open && timeUs < close;
    }
  }
  return { windows: joined(windows, outside), trading };
}

function numberOf(span: CalendarWindow['span'], day: number): number {
  if ('days' in span) return span.days === 1 ? day : Math.floor((day - 4) / 7);
  const date = new Date(day * 86_400_000);
  const months = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  return 'months' in span ? Math.floor(months / span.months) : day;
}

/** Windows of one number are one; where what lies between belongs to them, each lasts until the next. */
function joined(
  windows: readonly (WindowSpan & { readonly number: number })[],
  outside: CalendarWindow['outside'],
): WindowSpan[] {
  const found: { start: number; end: number; number: number }[] = [];
  for (const { start, end, number } of windows) {
    const last = found.at(-1);
    if (last !== undefined && outside === 'previous') last.end = start;
    if (last?.number === number) last.end = end;
    else found.push({ start, end, number });
  }
  return found;
}
