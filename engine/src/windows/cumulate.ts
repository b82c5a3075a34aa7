import { formatDuration } from '../columns/duration.js';
import {
  defineWindow,
  microseconds,
  sqlInterval,
  WindowError,
  type CumulativeWindow,
  type WindowParameters,
  type WindowSpan,
} from './define.js';
import { bindZoned, isZoned, spanText, zonedReference, zoneText } from './zonedParameters.js';

function bindUniform(parameters: WindowParameters): CumulativeWindow {
  const sizeUs = microseconds('cumulate', parameters, 'sizeUs', 1);
  const stepUs = microseconds('cumulate', parameters, 'stepUs', 1);
  const offsetUs = microseconds('cumulate', parameters, 'offsetUs', -Infinity, 0);
  if (sizeUs % stepUs !== 0) {
    throw new WindowError(
      'MR3211',
      `cumulate() has a size of ${formatDuration(sizeUs)}, which steps of ${formatDuration(stepUs)} do not fill.`,
      'Make the size a whole number of steps.',
    );
  }
  return { kind: 'cumulative', sizeUs, stepUs, offsetUs };
}

/** Parameters: `sizeUs` and `stepUs`, or `sizeMonths` and `stepMonths` in their places, `offsetUs` (0), and `timeZone` (none: UTC). */
export const cumulate = defineWindow({
  name: 'cumulate',
  by: 'time',
  doc: 'Windows that start together every size and end a step later each, up to the size: running totals of a day, told every hour.',
  bind: parameters =>
    isZoned(parameters) ? bindZoned('cumulate', parameters, 'step') : bindUniform(parameters),
  describe: parameters =>
    `cumulate({ size: ${spanText(parameters, 'size')}, step: ${spanText(parameters, 'step')}${zoneText(parameters)} })`,
  sql(table, time, parameters) {
    if (isZoned(parameters)) return null;
    const { stepUs, sizeUs, offsetUs } = bindUniform(parameters);
    const offset = offsetUs === 0 ? '' : `, ${sqlInterval(offsetUs)}`;
    return `CUMULATE(TABLE ${table}, DESCRIPTOR(${time}), ${sqlInterval(stepUs)}, ${sqlInterval(sizeUs)}${offset})`;
  },
  reference(timeUs, parameters) {
    if (isZoned(parameters)) return zonedReference(bindZoned('cumulate', parameters, 'step'), timeUs);
    const { sizeUs, stepUs, offsetUs } = bindUniform(parameters);
    const start = Math.floor((timeUs - offsetUs) / sizeUs) * sizeUs + offsetUs;
    const spans: WindowSpan[] = [];
    for (let end = start + stepUs; end <= start + sizeUs; end += stepUs)
      if (end > timeUs) spans.push({ start, end });
    return spans;
  },
});
