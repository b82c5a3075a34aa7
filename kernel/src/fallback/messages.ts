import type { LiveOutput } from '../runner/contract.js';
import type { Bundle, Snapshot } from '../display/viewBundle.js';

/** To the thread that draws. */
export interface DrawRequest {
  readonly id: number;
  readonly live: LiveOutput;
  /** The rows that are saved with the output. */
  readonly saved: Snapshot;
  /** The rows that a chart draws; null: it is shown as a table, for the reason given. */
  readonly all: Snapshot | null;
  readonly reason: string | null;
}

/** What a thread has drawn, and how many characters it is long as JSON. */
export interface Drawn {
  readonly bundle: Bundle;
  readonly size: number;
}

export type DrawAnswer =
  { readonly id: number; readonly drawn: Drawn } | { readonly id: number; readonly error: string };
