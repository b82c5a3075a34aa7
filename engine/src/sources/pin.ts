import type { EventTime } from '../columns/time.js';
import { formatTimestamp } from '../columns/iso.js';
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

/** The values of a row as texts; NULL stays so. */
export type RowTexts = readonly (string | null)[];

/** A stretch of a large result, in the order of its key. */
export interface PinnedBlock {
  /** The hash of what tells its first row from its neighbours. */
  readonly at: string;
  /** The first row, cut, for people. */
  readonly first: RowTexts;
  readonly rows: number;
  readonly hash: string;
}

/** The result of a query: its columns, how many rows it has, and which. */
export interface ResultPin {
  /** Name and type, as users write it. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** The columns that tell rows apart; none: rows have no key. */
  readonly key: readonly string[];
  readonly rows: number;
  /** Of the rows in whatever order: 32 hexadecimal digits. */
  readonly hash: string;
  /** All rows, in the order of the key, up to a bound. */
  readonly all?: readonly RowTexts[];
  /** Beyond it: where which rows are. */
  readonly blocks?: readonly PinnedBlock[];
}

/** What was found where something is pinned, for whoever compares notebooks. */
export type FoundPin = {
  /** A file's path, or a result's name. */
  readonly name: string;
  /** The cell. */
  readonly owner: string | null;
} & (
  | { readonly kind: 'file'; readonly before: Pin | null; readonly pin: Pin }
  | {
      readonly kind: 'result';
      readonly before: ResultPin | null;
      readonly pin: ResultPin;
      /** Null: it is the same, or was not pinned before. */
      readonly differences: unknown;
    }
);

/** Where pins are kept. */
export interface Pins {
  get(path: string, directory: string): Promise<Pin | null>;
  /** Keeps a pin; null: none any more. */
  put(path: string, pin: Pin | null, directory: string): Promise<void>;
  /** The hash that a file is pinned by. */
  hash(path: string, directory: string): Promise<string>;
  /** The pin of a result by its name. */
  result(name: string, directory: string): Promise<ResultPin | null>;
  putResult(name: string, pin: ResultPin, directory: string): Promise<void>;
  /** Where it is given, it is told what was found, and what differs is no error: whoever it tells compares. */
  readonly found?: (found: FoundPin) => Promise<void>;
}

const TURN_ROWS = 8192;

/** How many rows a source gives, and from when to when, as a pin has it. */
export async function factsOf(
  source: OpenSource,
  yieldTurn: () => Promise<void>,
): Promise<Pick<Pin, 'rows' | 'from' | 'to'>> {
  const { rows, first, last } = await rowsOf(source, yieldTurn);
  const text = (time: EventTime | null): string | null =>
    time === null ? null : formatTimestamp(BigInt(Math.round(time)), 'us');
  return { rows, from: text(first), to: text(last) };
}

/** How many rows a source gives, and from when to when: it is read to its end. */
async function rowsOf(
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
