import {
  defineWindow,
  microseconds,
  sqlInterval,
  WindowError,
  type SlicedWindow,
  type WindowParameters,
  type WindowSpan,
} from './define.js';
import { bindZoned, isZoned, spanText, zonedReference, zoneText } from './zonedParameters.js';

function bindUniform(parameters: WindowParameters): SlicedWindow {
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

/** Parameters: `sizeUs` and `slideUs`, or `sizeMonths` and `slideMonths` in their places, `offsetUs` (0), and `timeZone` (none: UTC). */
export const hop = defineWindow({
  name: 'hop',
  by: 'time',
  doc: 'Windows of one size that start every slide: a row is in each window that covers it. Slices are shared.',
  bind: parameters => (isZoned(parameters) ? bindZoned('hop', parameters, 'slide') : bindUniform(parameters)),
  describe: parameters =>
    `hop({ size: ${spanText(parameters, 'size')}, slide: ${spanText(parameters, 'slide')}${zoneText(parameters)} })`,
  sql(table, time, parameters) {
    if (isZoned(parameters)) return null;
    const { slideUs, sizeUs, offsetUs } = bindUniform(parameters);
    const offset = offsetUs === 0 ? '' : `, ${sqlInterval(offsetUs)}`;
    return `HOP(TABLE ${table}, DESCRIPTOR(${time}), ${sqlInterval(slideUs)}, ${sqlInterval(sizeUs)}${offset})`;
  },
  reference(timeUs, parameters) {
    if (isZoned(parameters)) return zonedReference(bindZoned('hop', parameters, 'slide'), timeUs);
    const { sizeUs, slideUs, offsetUs } = bindUniform(parameters);
    const spans: WindowSpan[] = [];
    const last = Math.floor((timeUs - offsetUs) / slideUs) * slideUs + offsetUs;
    for (let start = last; start > timeUs - sizeUs; start -= slideUs)
      spans.unshift({ start, end: start + sizeUs });
    return spans;
  },
});
