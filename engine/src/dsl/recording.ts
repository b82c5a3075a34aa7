import { Temporal } from 'temporal-polyfill';
import { MillraceError } from '../columns/error.js';
import type { PlanNode } from '../plan/plan.js';
import { ask } from '../session/ask.js';
import { currentOwner } from '../session/client.js';
import { fromWireError } from '../session/errors.js';
import type { RecordingStats } from '../session/protocol.js';

/** How a recording is begun. */
export interface RecordOptions {
  /** `'replace'`: a file of that name is deleted first; not given: it is an error. */
  readonly exists?: 'replace';
}

/** What a recording holds: what is safe on the disk. */
export interface RecordingState {
  /** Messages, without the marks of connections that were opened and lost. */
  readonly messages: number;
  /** Bytes of the file. */
  readonly bytes: number;
  /** SHA-256 of what arrived, however the file is cut and compressed, as hexadecimal digits. */
  readonly hash: string;
  /** When the first and the latest message came; null before the first. */
  readonly first: Temporal.Instant | null;
  readonly latest: Temporal.Instant | null;
  /** Messages that are missing: the disk was too slow for them. */
  readonly lost: number;
}

/** What a stream's connection delivers, as it is written down. Made by `stream.record()`. */
export class Recording {
  #over: RecordingState | null = null;

  constructor(
    private readonly recordingId: string,
    /** The file, as it was named. */
    readonly path: string,
  ) {}

  /**
   * What is on the disk by now.
   *
   * @throws MillraceError what ended the recording, e.g. `MR3805` for a full disk; `MR3809` once its cell has been run again
   */
  async stats(): Promise<RecordingState> {
    if (this.#over !== null) return this.#over;
    const { error, ...stats } = await ask({ type: 'recordingStats', recordingId: this.recordingId });
    if (error !== null) throw fromWireError(error);
    return stateOf(stats);
  }

  /**
   * Ends the recording: everything that arrived is on the disk when this resolves.
   *
   * @throws MillraceError as `stats`
   */
  async stop(): Promise<RecordingState> {
    this.#over ??= stateOf(await ask({ type: 'recordingStop', recordingId: this.recordingId }));
    return this.#over;
  }
}

function stateOf({ messages, bytes, hash, firstUs, latestUs, lost }: RecordingStats): RecordingState {
  return { messages, bytes, hash, first: instant(firstUs), latest: instant(latestUs), lost };
}

/** A time in microseconds as an instant. */
export function instant(us: number | null): Temporal.Instant | null {
  return us === null ? null : Temporal.Instant.fromEpochNanoseconds(BigInt(us) * 1000n);
}

/** Begins a recording of a plan's one connection. */
export async function record(plan: PlanNode, path: string, options: RecordOptions): Promise<Recording> {
  if (typeof path !== 'string' || path === '') {
    throw new MillraceError(
      'MR1725',
      'a recording needs the path of a file.',
      "Write await trades.record('trades.mrec').",
    );
  }
  const exists = options.exists ?? 'refuse';
  const { recordingId } = await ask({ type: 'record', plan, path, exists, owner: currentOwner() });
  return new Recording(recordingId, path);
}
