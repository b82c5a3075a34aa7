import {
  defineWindow,
  microseconds,
  sqlInterval,
  type SlicedWindow,
  type WindowParameters,
} from './define.js';
import { bindZoned, isZoned, spanText, zonedReference, zoneText } from './zonedParameters.js';

function bindUniform(parameters: WindowParameters): SlicedWindow {
  const sizeUs = microseconds('tumble', parameters, 'sizeUs', 1);
  const offsetUs = microseconds('tumble', parameters, 'offsetUs', -Infinity, 0);
  return { kind: 'sliced', sizeUs, slideUs: sizeUs, sliceUs: sizeUs, offsetUs };
}

/** Parameters: `sizeUs` or `sizeMonths`, `offsetUs` (0), and `timeZone` (none: UTC). */
export const tumble = defineWindow({
  name: 'tumble',
  by: 'time',
  doc: 'Windows of one size that follow each other without gap or overlap, from 1970-01-01 UTC plus the offset.',
  bind: parameters =>
    isZoned(parameters) ? bindZoned('tumble', parameters, 'size') : bindUniform(parameters),
  describe: parameters => `tumble(${spanText(parameters, 'size')}${zoneText(parameters)})`,
  sql(table, time, parameters) {
    if (isZoned(parameters)) return null;
    const { sizeUs, offsetUs } = bindUniform(parameters);
    const offset = offsetUs === 0 ? '' : `, ${sqlInterval(offsetUs)}`;
    return `TUMBLE(TABLE ${table}, DESCRIPTOR(${time}), ${sqlInterval(sizeUs)}${offset})`;
  },
  reference(timeUs, parameters) {
    if (isZoned(parameters)) return zonedReference(bindZoned('tumble', parameters, 'size'), timeUs);
    const { sizeUs, offsetUs } = bindUniform(parameters);
    const start = Math.floor((timeUs - offsetUs) / sizeUs) * sizeUs + offsetUs;
    return [{ start, end: start + sizeUs }];
  },
});
