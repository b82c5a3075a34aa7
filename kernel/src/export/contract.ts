import type { ExportedSession } from 'millrace/session';

/** What is asked of an export. */
export interface ExportOptions {
  /** Where the page is written. */
  readonly out: string;
  /** How long a cell may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How many bytes the recordings may have together in the page, packed. */
  readonly mostBytes: number;
}

/** Where an export runs. */
export interface ExportContext {
  readonly directory: string;
  print(line: string): void;
  note(line: string): void;
  readonly signal: AbortSignal;
}

/** Views as the kernel gives them, with the bytes of what they read. */
export interface TakenViews {
  readonly session: ExportedSession;
  readonly recordings: readonly Uint8Array[];
}

/** Something that is in the page as it was saved, and why. */
export interface NotLive {
  /** The cell's number, from 1, of those that have code. */
  readonly cell: number;
  readonly what: string;
  readonly why: string;
}
