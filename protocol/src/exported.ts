import type { ClockOutput } from './clockOutput.js';
import type { InputMessage, InputOpen, InputOutput, InputRequest } from './input/spec.js';
import type { ProseOutput } from './prose.js';
import type { SessionMessage, SessionRequest } from './session.js';
import type { ViewMessage, ViewOpen, ViewOutput, ViewRequest } from './view.js';

/** The comm target by which a client takes the views of a session along: opened with an `ExportOpen`, answered with one `ExportAnswer`. */
export const EXPORT_TARGET = 'millrace.export';

/** What is asked for: the views of these ids, as they can run again elsewhere. */
export interface ExportOpen {
  readonly v: number;
  readonly viewIds: readonly string[];
}

/** The first answer on `EXPORT_TARGET`, and the only one: `session` is the engine's own, its recordings are the buffers; or why there is none. */
export type ExportAnswer =
  | { readonly type: 'exported'; readonly session: unknown }
  | { readonly type: 'failed'; readonly message: string };

/** What a page asks of the engine within it. `channel` numbers the page's channels. */
export type ToPageEngine =
  /** Begins: `session` is what was exported, as JSON, with the bytes of its recordings. */
  | {
      readonly type: 'start';
      readonly session: string;
      readonly recordings: readonly Uint8Array[];
      /** Event time per wall time at which a replay is to play; null: nothing replays. */
      readonly speed: number | null;
    }
  | { readonly type: 'open'; readonly channel: number; readonly target: 'view'; readonly open: ViewOpen }
  | { readonly type: 'open'; readonly channel: number; readonly target: 'input'; readonly open: InputOpen }
  | { readonly type: 'open'; readonly channel: number; readonly target: 'session' }
  | {
      readonly type: 'send';
      readonly channel: number;
      readonly request: ViewRequest | SessionRequest | InputRequest;
    }
  | { readonly type: 'close'; readonly channel: number };

/** What the engine within a page tells. */
export type FromPageEngine =
  /** Every view is at the end of its recordings, and may be asked for. */
  | { readonly type: 'ready' }
  /** It does not run: what is saved in the page stays. */
  | { readonly type: 'failed'; readonly message: string }
  | {
      readonly type: 'message';
      readonly channel: number;
      readonly message: ViewMessage | SessionMessage | InputMessage;
      readonly buffers: readonly Uint8Array[];
    };

/** What stands in a page for outputs that are drawn by script, each by its place among them. */
export type PageOutput =
  | { readonly kind: 'view'; readonly output: ViewOutput }
  | { readonly kind: 'input'; readonly output: InputOutput }
  | { readonly kind: 'clock'; readonly output: ClockOutput }
  /** The author's Markdown is in the page's element as it is to be shown, with the words of `proseMarkdown` for values. */
  | { readonly kind: 'prose'; readonly output: ProseOutput };

/** What an exported page says of itself, as JSON in its `PAGE_IDS.page`. */
export interface PageDescription {
  readonly outputs: readonly PageOutput[];
  /** The views that run again. */
  readonly live: readonly string[];
  /** The inputs that can be moved. */
  readonly inputs: readonly string[];
  /** How many recordings are in it; null: nothing runs again. */
  readonly recordings: number | null;
  readonly speed: number | null;
}

/** The ids of the elements of an exported page that hold data: `packed` ones are base64 of what was deflated. */
export const PAGE_IDS = {
  page: 'millrace-page',
  script: 'millrace-script',
  engine: 'millrace-engine',
  session: 'millrace-session',
  recording: 'millrace-recording-',
  bar: 'millrace-bar',
} as const;
