import type { HostReplies, HostRequest, HostEvent, WireError } from 'millrace/session';
import type { Audience, CellError, LiveOutput, MimeBundle, PreparedCell, ProvidedType } from './contract.js';

/** The number of one execution of a cell: output is tagged with it, so that it reaches the cell that made it. */
export type RunId = number;

/** Wire process to runner, over the IPC channel. */
export type ToRunner =
  | {
      readonly type: 'execute';
      readonly run: RunId;
      readonly cell: PreparedCell;
      /** Who sees what it shows: for nobody, live views are brought to their end before the cell is done. */
      readonly audience: Audience;
      /** How long a headless run waits for replays to end. */
      readonly settleMs: number;
    }
  /** Asks whether a cell that was interrupted has come at all; one that has not is not run. */
  | { readonly type: 'isLost'; readonly run: RunId }
  /** Evaluates a user expression and answers with its bundle, showing nothing. */
  | { readonly type: 'evaluate'; readonly run: RunId; readonly request: number; readonly cell: PreparedCell }
  /** The answer to a question of a cell; null where it cannot be asked. */
  | { readonly type: 'inputReply'; readonly id: number; readonly value: string | null }
  | { readonly type: 'hostReply'; readonly id: number; readonly result: HostResult }
  | { readonly type: 'hostEvent'; readonly event: HostEvent };

export type HostResult =
  | { readonly ok: true; readonly value: HostReplies[HostRequest['type']] }
  | { readonly ok: false; readonly error: WireError };

/** Runner to wire process, through the framed output pipe: one order for everything. */
export type FromRunner =
  | { readonly type: 'ready' }
  /** A cell has come and begins: one that was sent to a process that had ended has not. */
  | { readonly type: 'begun'; readonly run: RunId }
  /** A cell was lost on its way: an interrupt ended the code that was to take it in. */
  | { readonly type: 'lost'; readonly run: RunId }
  | {
      readonly type: 'display';
      readonly run: RunId;
      /** Whether it replaces what was displayed under its `displayId`. */
      readonly update: boolean;
      readonly data: MimeBundle;
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly displayId: string | null;
      readonly live?: LiveOutput;
    }
  | {
      readonly type: 'result';
      readonly run: RunId;
      readonly data: MimeBundle;
      readonly metadata: Readonly<Record<string, unknown>>;
      readonly displayId: string | null;
    }
  | { readonly type: 'clear'; readonly run: RunId; readonly wait: boolean }
  /** A cell has set an environment variable, or removed it. */
  | { readonly type: 'env'; readonly name: string; readonly value: string | null }
  /** A cell asks for a line of input. */
  | {
      readonly type: 'input';
      readonly run: RunId;
      readonly id: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | {
      readonly type: 'done';
      readonly run: RunId;
      readonly error: CellError | null;
      readonly provided: readonly ProvidedType[];
      /** For a cell that failed: the names that it did give a value; null where it ran to its end. */
      readonly assigned: readonly string[] | null;
    }
  | {
      readonly type: 'value';
      readonly request: number;
      readonly value: MimeBundle | null;
      readonly error: CellError | null;
    }
  | { readonly type: 'host'; readonly id: number; readonly request: HostRequest };
