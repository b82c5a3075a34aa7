import type { Field } from '../columns/types.js';
import type { Arrival } from './arrival.js';
import type { World } from './source.js';

/** What a recording was made of: enough to read it again as the live feed was read. */
export interface RecordingHeader {
  /** The source's name. */
  readonly name: string;
  /** Where it came from, without secrets; null where it had no address. */
  readonly address: string | null;
  /** The source's options that say how messages are read: `decode` and what that takes. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The columns, where they were known. */
  readonly fields: readonly Field[] | null;
  readonly time: RecordedTime | null;
  /** When it was begun, in microseconds since 1970-01-01 UTC. */
  readonly createdUs: number;
}

/** Event time as the live feed had it. Durations are microseconds. */
export interface RecordedTime {
  readonly column: string;
  readonly boundUs: number | null;
  readonly idleTimeoutUs: number | null;
  readonly sequence: string | null;
}

/** What a recording holds. */
export interface RecordingStats {
  /** Messages that are safe on the disk. */
  readonly messages: number;
  /** Bytes of the file. */
  readonly bytes: number;
  /** SHA-256 of the arrivals that are on the disk, as hexadecimal digits. */
  readonly hash: string;
  /** When the first and the latest of them came, in microseconds; null before the first. */
  readonly firstUs: number | null;
  readonly latestUs: number | null;
  /** Messages that are missing since the disk was too slow, or since they were too large. */
  readonly lost: number;
}

/** What writes down what arrives. It never holds the feed up: `add` neither waits nor throws. */
export interface Recorder {
  readonly stats: RecordingStats;
  /** Why nothing is written any more, or null. */
  readonly error: Error | null;
  add(arrival: Arrival): void;
  /** Makes everything durable and ends the recording. Throws what stopped it before. */
  finish(): Promise<RecordingStats>;
}

/** Where recordings are made: files, under Node. */
export interface Recorders {
  /** Begins a recording; it is there under its name when this resolves. `failed` is told once when nothing more can be written. */
  begin(
    path: string,
    header: RecordingHeader,
    exists: 'refuse' | 'replace',
    world: World,
    failed: (error: Error) => void,
  ): Promise<Recorder>;
}
