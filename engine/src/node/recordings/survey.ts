import type { ByteInput } from '../../sources/bytes.js';
import type { RecordingHeader } from '../../sources/recorder.js';
import { RecordedArrivals } from './recordedArrivals.js';
import type { Damage } from './recordingReader.js';

/** What a recording holds, after all of it was read. */
export interface Survey {
  readonly header: RecordingHeader;
  readonly messages: number;
  /** How often a connection was opened. */
  readonly connections: number;
  /** Messages that were lost when it was recorded. */
  readonly lost: number;
  readonly chunks: number;
  readonly firstUs: number | null;
  readonly latestUs: number | null;
  /** SHA-256 of the arrivals; null where a part is damaged. */
  readonly hash: string | null;
  readonly damages: readonly Damage[];
  readonly isUnfinished: boolean;
}

/** Reads all of a recording, a chunk at a time. Errors `MR3800` to `MR3802`. */
export async function surveyRecording(input: ByteInput): Promise<Survey> {
  const recorded = await RecordedArrivals.open(input, true);
  const counts = { text: 0, binary: 0, opened: 0, closed: 0, lost: 0 };
  let lost = 0;
  let chunks = 0;
  let firstUs: number | null = null;
  let latestUs: number | null = null;
  while (await recorded.more()) {
    chunks++;
    for (let next = recorded.next(); next !== null; next = recorded.next()) {
      counts[next.kind]++;
      if (next.kind === 'lost') lost += Number(Buffer.from(next.bytes).toString()) || 0;
      firstUs ??= next.atUs;
      latestUs = Math.max(latestUs ?? next.atUs, next.atUs);
    }
  }
  const { hash, damages, isUnfinished } = recorded.chunks;
  return {
    header: recorded.file.header,
    messages: counts.text + counts.binary,
    connections: counts.opened,
    lost,
    chunks,
    firstUs,
    latestUs,
    hash,
    damages,
    isUnfinished,
  };
}
