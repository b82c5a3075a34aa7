import type { EventTime } from '../columns/time.js';
import { toEventTimes } from '../columns/time.js';
import type { OpenSource } from './source.js';

/** Which file a notebook was made with, and what it gave. */
export interface Pin {
  /** SHA-256: of a recording of what arrived, of another file of its bytes; hexadecimal digits. */
  readonly hash: string;
  readonly rows: number;
  /** The earliest and the latest event time, as ISO text; null where there is none. */
  readonly from: string | null;
  readonly to: string | null;
}

/** Where pins are kept. */
export interface Pins {
  get(path: string, directory: string): Promise<Pin | null>;
  /** Keeps a pin; null: none any more. */
  put(path: string, pin: Pin | null, directory: string): Promise<void>;
  /** The hash that a file is pinned by. */
  hash(path: string, directory: string): Promise<string>;
}

const TURN_ROWS = 8192;

/** How many rows a source gives, and from when to when: it is read to its end. */
export async function rowsOf(
  source: OpenSource,
  yieldTurn: () => Promise<void>,
): Promise<{ readonly rows: number; readonly first: EventTime | null; readonly last: EventTime | null }> {
  const { fields, time } = source.summary;
  const index = time === null ? -1 : fields.findIndex(({ name }) => name === time);
  const reader = source.read();
  let rows = 0;
  let first = Infinity;
  let last = -Infinity;
  const times = new Float64Array(TURN_ROWS);
  try {
    for (let batch = await reader.next(TURN_ROWS); batch !== null; batch = await reader.next(TURN_ROWS)) {
      rows += batch.length;
      const type = fields[index]?.type;
      if (type?.kind === 'timestamp') {
        toEventTimes(batch.columns[index].data, type.unit, batch.length, times);
        for (let i = 0; i < batch.length; i++) {
          if (times[i] < first) first = times[i];
          if (times[i] > last) last = times[i];
        }
      }
      await yieldTurn();
    }
  } finally {
    await reader.close();
  }
  return { rows, first: first === Infinity ? null : first, last: last === -Infinity ? null : last };
}
