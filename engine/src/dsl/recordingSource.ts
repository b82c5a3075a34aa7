import { MillraceError } from '../columns/error.js';
import { sourceNode } from '../plan/build.js';
import { decodeOptions } from '../plan/decodeOptions.js';
import type { SourceNode, TimeSpec } from '../plan/nodes/source.js';
import type { PlanNode } from '../plan/plan.js';
import { made } from './origin.js';
import { Recording } from './recording.js';
import type { Stream } from './stream.js';
import { timeSpec } from './timeOptions.js';
import type { TimeOptions } from './timeOptions.js';

/** How a recording is read, beside what every file's options say. */
export interface RecordedOptions<Row> {
  /** Read as this live stream's messages are: with its columns, event time and options. Not given: as the recording says it was recorded. */
  readonly as?: Stream<Row>;
  /** How messages are read, by name; not given: as the recording says, else as JSON. */
  readonly decode?: string;
  /**
   * Of a recording: a column of the times of receipt, in microseconds, behind the others. Of another file: its column that has these times; several replays are put into
   * one order by it then, and the session clock goes by it.
   */
  readonly receivedAt?: string;
  /**
   * What the session clock goes by, and what puts rows in order with those of other replays: when they were `received`, so that several recordings are aligned as
   * they were recorded, or their `eventTime`, where that is far from it. Default: `received`.
   */
  readonly align?: 'received' | 'eventTime';
  /** SHA-256 of the file, or of a recording's arrivals, as `pin()` shows it: another file is an error. A file of the web (`https:`) needs it. */
  readonly hash?: string;
  /** Of a file of the web: how many bytes are downloaded at most (2 GiB). */
  readonly maxBytes?: number;
}

/** Whether what is to be replayed is a recording: by its ending. */
export function recordingPath(files: unknown): string | null {
  if (files instanceof Recording) return files.path;
  if (typeof files !== 'string') return null;
  return /\.mrec$/i.test(files.replace(/[?#].*$/, '')) ? files : null;
}

/** The plan of a recording's rows. */
export function recordingNode<Row>(
  path: string,
  options: RecordedOptions<Row> & Omit<TimeOptions<Row>, 'time'> & { readonly time?: unknown },
  given: Pick<SourceNode, 'name' | 'fields' | 'clocked'>,
): SourceNode {
  const { as, decode, receivedAt, align, hash, maxBytes } = options;
  const live = as === undefined ? null : liveNode(as);
  const own = Object.entries({ decode, receivedAt, align, hash, maxBytes }).filter(
    ([, value]) => value !== undefined,
  );
  return made(
    sourceNode({
      ...given,
      connector: 'recording',
      options: { ...(live === null ? {} : decodeOptions(live.options)), ...Object.fromEntries(own), path },
      fields: given.fields ?? live?.fields ?? null,
      time: recordedTime(options) ?? live?.time ?? null,
    }),
  );
}

/** The column of event time, where one is named. */
function recordedTime(options: { readonly time?: unknown }): TimeSpec | null {
  const { time } = options;
  if (typeof time === 'object') {
    throw new MillraceError(
      'MR1727',
      'the event time of a recording is a column of its messages, and not one that counts from midnight.',
      "Name it: replay('trades.mrec', { time: 'ts' }).",
    );
  }
  return timeSpec(options as TimeOptions<Record<string, unknown>>);
}

function liveNode({ plan }: { readonly plan: PlanNode }): SourceNode {
  if (plan.kind === 'source' && plan.connector !== 'file') return plan;
  throw new MillraceError(
    'MR1726',
    'a recording can only be read as a live feed is, and this stream is made of one by operators, or of a file.',
    "Give the feed itself, and write the operators behind it: replay('trades.mrec', { as: feed }).where(…).",
  );
}
