import { formatDuration } from '../columns/duration.js';
import {
  defineWindow,
  microseconds,
  sqlInterval,
  type SlicedWindow,
  type WindowParameters,
} from './define.js';

function bind(parameters: WindowParameters): SlicedWindow {
  const sizeUs = microseconds('tumble', parameters, 'sizeUs', 1);
  return {
    kind: 'sliced',
    sizeUs,
    slideUs: sizeUs,
    sliceUs: sizeUs,
    offsetUs: microseconds('tumble', parameters, 'offsetUs', -Infinity, 0),
  };
}

/** Parameters: `sizeUs`, and `offsetUs` (0). */
export const tumble = defineWindow({
  name: 'tumble',
  by: 'time',
  doc: 'Windows of one size that follow each other without gap or overlap, from 1970-01-01 UTC plus the offset.',
  bind,
  describe: parameters => {
    const { sizeUs, offsetUs } = bind(parameters);
    return `tumble(${formatDuration(sizeUs)}${offsetUs === 0 ? '' : `, offset ${formatDuration(offsetUs)}`})`;
  },
  sql(table, time, parameters) {
    const window = bind(parameters);
    const offset = window.offsetUs === 0 ? '' : `, ${sqlInterval(window.offsetUs)}`;
    return `TUMBLE(TABLE ${table}, DESCRIPTOR(${time}), ${sqlInterval(window.sizeUs)}${offset})`;
  },
  reference(timeUs, parameters) {
    const { sizeUs, offsetUs } = bind(parameters);
    const start = Math.floor((timeUs - offsetUs) / sizeUs) * sizeUs + offsetUs;
    return [{ start, end: start + sizeUs }];
  },
});
