import { formatDuration } from '../columns/duration.js';
import {
  defineWindow,
  microseconds,
  sqlInterval,
  WindowError,
  type SlicedWindow,
  type WindowParameters,
  type WindowSpan,
} from './define.js';

function bind(parameters: WindowParameters): SlicedWindow {
  const sizeUs = microseconds('hop', parameters, 'sizeUs', 1);
  const slideUs = microseconds('hop', parameters, 'slideUs', 1);
  const offsetUs = microseconds('hop', parameters, 'offsetUs', -Infinity, 0);
  if (slideUs > sizeUs) {
    throw new WindowError(
      'MR3202',
      `hop() has a slide of ${slideUs} µs and a size of ${sizeUs} µs: rows would fall between windows.`,
      'Make the slide at most the size.',
    );
  }
  return { kind: 'sliced', sizeUs, slideUs, sliceUs: greatestCommonDivisor(sizeUs, slideUs), offsetUs };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Parameters: `sizeUs`, `slideUs`, and `offsetUs` (0). */
export const hop = defineWindow({
  name: 'hop',
  by: 'time',
  doc: 'Windows of one size that start every slide: a row is in each window that covers it. Slices are shared.',
  bind,
  describe: parameters => {
    const { sizeUs, slideUs } = bind(parameters);
    return `hop({ size: ${formatDuration(sizeUs)}, slide: ${formatDuration(slideUs)} })`;
  },
  sql(table, time, parameters) {
    const window = bind(parameters);
    return `HOP(TABLE ${table}, DESCRIPTOR(${time}), ${sqlInterval(window.slideUs)}, ${sqlInterval(window.sizeUs)})`;
  },
  reference(timeUs, parameters) {
    const { sizeUs, slideUs, offsetUs } = bind(parameters);
    const spans: WindowSpan[] = [];
    const last = Math.floor((timeUs - offsetUs) / slideUs) * slideUs + offsetUs;
    for (let start = last; start > timeUs - sizeUs; start -= slideUs)
      spans.unshift({ start, end: start + sizeUs });
    return spans;
  },
});
