import type {
  ExportAnswer,
  ExportOpen,
  InputMessage,
  InputOpen,
  InputRequest,
  PanelMessage,
  PanelRequest,
  SessionMessage,
  SessionRequest,
  ViewMessage,
  ViewOpen,
  ViewRequest,
} from '@millrace/protocol';
import type { HostEvent, HostRequest } from 'millrace/session';
import type { FileCall } from '../language/outside.js';
import type { HostResult } from '../runner/outputMessages.js';

/** Wire process to engine process. `comm` is the id of a front end's comm. */
export type ToEngine =
  | { readonly type: 'request'; readonly id: number; readonly request: HostRequest }
  /** What a file is like that a cell names, before the cell runs: answered as a `sample` request is. */
  | { readonly type: 'look'; readonly id: number; readonly call: FileCall; readonly limit: number }
  /** A cell has set an environment variable, or removed it: sources and sinks read their secrets there. */
  | { readonly type: 'env'; readonly name: string; readonly value: string | null }
  | { readonly type: 'viewOpen'; readonly comm: string; readonly open: ViewOpen }
  | { readonly type: 'view'; readonly comm: string; readonly request: ViewRequest }
  | { readonly type: 'inputOpen'; readonly comm: string; readonly open: InputOpen }
  | { readonly type: 'input'; readonly comm: string; readonly request: InputRequest }
  | { readonly type: 'sessionOpen'; readonly comm: string }
  | { readonly type: 'exportOpen'; readonly comm: string; readonly open: ExportOpen }
  | { readonly type: 'session'; readonly comm: string; readonly request: SessionRequest }
  | { readonly type: 'panelOpen'; readonly comm: string; readonly open: { readonly v: number } }
  | { readonly type: 'panel'; readonly comm: string; readonly request: PanelRequest }
  | { readonly type: 'close'; readonly comm: string }
  /** The kernel is ending: files are written to their end, and the process ends. */
  | { readonly type: 'end' };

/** Engine process to wire process. */
export type FromEngine =
  | { readonly type: 'reply'; readonly id: number; readonly result: HostResult }
  | { readonly type: 'event'; readonly event: HostEvent }
  | {
      readonly type: 'comm';
      readonly comm: string;
      readonly data: ViewMessage | SessionMessage | InputMessage | ExportAnswer | PanelMessage;
      readonly buffers: readonly Uint8Array[];
    };
