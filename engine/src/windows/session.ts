import { formatDuration } from '../columns/duration.js';
import {
  defineWindow,
  microseconds,
  sqlInterval,
  type RowWindow,
  type SessionWindow,
  type WindowParameters,
} from './define.js';

function bind(parameters: WindowParameters): SessionWindow {
  return { kind: 'session', gapUs: microseconds('session', parameters, 'gapUs', 1) };
}

/** Parameters: `gapUs`. */
export const session = defineWindow({
  name: 'session',
  by: 'rows',
  doc:
    "A group's rows that follow each other by the gap or less. A session starts with its first row and ends the gap after " +
    'its last one; two rows that are just the gap apart are in one (as in Flink).',
  bind,
  describe: parameters => `session({ gap: ${formatDuration(bind(parameters).gapUs)} })`,
  sql(table, time, parameters) {
    return `SESSION(TABLE ${table}, DESCRIPTOR(${time}), ${sqlInterval(bind(parameters).gapUs)})`;
  },
  reference(rows, parameters) {
    const { gapUs } = bind(parameters);
    const sessions: { start: number; end: number; rows: number[] }[] = [];
    rows.forEach(({ timeUs }, row) => {
      const current = sessions.at(-1);
      if (current === undefined || timeUs > current.end) {
        sessions.push({ start: timeUs, end: timeUs + gapUs, rows: [row] });
      } else {
        current.end = timeUs + gapUs;
        current.rows.push(row);
      }
    });
    return sessions satisfies RowWindow[];
  },
});
