import type {
  InputMessage,
  InputOpen,
  InputRequest,
  SessionMessage,
  SessionRequest,
  ViewMessage,
  ViewOpen,
  ViewRequest,
} from '@millrace/protocol';

/**
 * Where a channel stands.
 *
 * - `unavailable`: there is no kernel to talk to, or we must not (an untrusted notebook); `reason` says which.
 * - `ready`: a kernel is there and may be asked.
 * - `open`: asked; messages may come.
 * - `closed`: the other side went away (a restart, a shutdown, or it said so). A new kernel makes it `ready` again.
 */
export interface ChannelState {
  readonly kind: 'unavailable' | 'ready' | 'open' | 'closed';
  /** A sentence for the user; null where there is nothing to say. */
  readonly reason: string | null;
}

/**
 * A way to the other side, made by whoever embeds a view: a Jupyter comm in a notebook, a function call in a page that
 * holds the engine itself. Listeners are called with the current state at once, and must return at once.
 */
export interface Channel<Open, Request, Message> {
  readonly state: ChannelState;
  onState(listener: (state: ChannelState) => void): void;
  onMessage(listener: (message: Message, buffers: readonly Uint8Array[]) => void): void;
  /** Asks for messages. Only where the state is `ready`. */
  open(open: Open): void;
  /** Sends a request; nothing happens where the channel is not open. */
  send(request: Request): void;
  /** Ends what was opened, so that the other side holds nothing for it; it is `ready` then. Not there: it stays open until it is closed. */
  leave?(): void;
  close(): void;
}

/** A view's way to its kernel. */
export type ViewChannel = Channel<ViewOpen, ViewRequest, ViewMessage>;

/** The replay bar's way to its kernel. */
export type SessionChannel = Channel<{ readonly v: number }, SessionRequest, SessionMessage>;

/** An input's way to its kernel. */
export type InputChannel = Channel<InputOpen, InputRequest, InputMessage>;
