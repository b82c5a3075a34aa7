import { formatDuration } from '../columns/duration.js';
import { zonedBorders } from './borders.js';
import {
  WindowError,
  microseconds,
  type WindowParameters,
  type WindowSpan,
  type ZonedSpan,
  type ZonedWindow,
} from './define.js';

const DAY_US = 86_400_000_000;

/** Whether a zone's clocks decide where windows begin: where a zone is named, or a span is months. */
export function isZoned(parameters: WindowParameters): boolean {
  return parameters.timeZone !== undefined || Object.keys(parameters).some(name => name.endsWith('Months'));
}

/** A span of a plan's parameters: `sizeUs` or `sizeMonths`. */
function spanOf(window: string, parameters: WindowParameters, name: string): ZonedSpan {
  const months = parameters[`${name}Months`];
  if (months === undefined) return { us: microseconds(window, parameters, `${name}Us`, 1) };
  if (typeof months === 'number' && Number.isSafeInteger(months) && months > 0) return { months };
  throw new WindowError(
    'MR3212',
    `${window}() needs ${name} as whole months, not ${String(months)}.`,
    "Write '1 month' or '1 quarter'.",
  );
}

/** A span as a user writes it. */
export function spanText(parameters: WindowParameters, name: string): string {
  const months = parameters[`${name}Months`];
  if (months === undefined) return formatDuration(Number(parameters[`${name}Us`]));
  return `${months} month${months === 1 ? '' : 's'}`;
}

/** The zone and offset as a user writes them after other options, each with a comma before it. */
export function zoneText({ offsetUs, timeZone }: WindowParameters): string {
  const offset =
    offsetUs === undefined || offsetUs === 0 ? '' : `, offset ${formatDuration(Number(offsetUs))}`;
  return timeZone === undefined ? offset : `${offset}, time zone ${timeZone}`;
}

/** The window of parameters with a zone: `parts` names the span that windows consist of, next to `size`. */
export function bindZoned(
  window: string,
  parameters: WindowParameters,
  parts: 'size' | 'slide' | 'step',
): ZonedWindow {
  const size = spanOf(window, parameters, 'size');
  const slice = spanOf(window, parameters, parts);
  const offsetUs = microseconds(window, parameters, 'offsetUs', -Infinity, 0);
  const timeZone = String(parameters.timeZone ?? 'UTC');
  zonedBorders(slice, timeZone, offsetUs);
  const cumulative = parts === 'step';
  const slices = countOf(size, slice);
  const fits = cumulative && 'months' in size && 'us' in slice ? DAY_US % slice.us === 0 : slices !== null;
  if (!fits) {
    throw new WindowError(
      'MR3213',
      `${window}() in a time zone needs a size of whole ${parts}s: ${spanText(parameters, 'size')} is no whole number of ` +
        `${spanText(parameters, parts)}.`,
      cumulative
        ? 'Days of a month can be cumulated by days and parts of days.'
        : 'Make the size a multiple of the slide.',
    );
  }
  return {
    kind: 'zoned',
    timeZone,
    slice,
    slices: cumulative ? 1 : (slices as number),
    cumulative: cumulative ? size : null,
    offsetUs,
  };
}

/** How often a span has another; null where that is no whole number, or depends on the calendar. */
function countOf(size: ZonedSpan, part: ZonedSpan): number | null {
  const [a, b] =
    'months' in size && 'months' in part
      ? [size.months, part.months]
      : 'us' in size && 'us' in part
        ? [size.us, part.us]
        : [1, 2];
  return a % b === 0 ? a / b : null;
}

/** The windows that hold a time, from border to border. */
export function zonedReference(window: ZonedWindow, timeUs: number): readonly WindowSpan[] {
  const { slice, slices, cumulative, timeZone, offsetUs } = window;
  const borders = zonedBorders(slice, timeZone, offsetUs);
  const spans: WindowSpan[] = [];
  if (cumulative !== null) {
    const base = zonedBorders(cumulative, timeZone, offsetUs);
    const start = base.floor(timeUs);
    for (let end = borders.next(timeUs); end <= base.next(timeUs); end = borders.next(end))
      spans.push({ start, end });
    return spans;
  }
  let start = borders.floor(timeUs);
  for (let k = 0; k < slices; k++) {
    let end = start;
    for (let part = 0; part < slices; part++) end = borders.next(end);
    spans.unshift({ start, end });
    start = borders.floor(start - 1);
  }
  return spans;
}
