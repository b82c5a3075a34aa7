import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { Channel, ChannelState } from '@millrace/ui';

/** The `implementation` that our kernel names itself by: other kernels are not asked. */
const OUR_KERNEL = 'millrace';

export const UNTRUSTED = 'The notebook is not trusted: this is the state that was saved in it.';
const NO_KERNEL = 'No kernel is running.';
const OTHER_KERNEL = 'The notebook runs another kernel than Millrace.';
const RESTARTED = 'The kernel was restarted: run the cell again.';
const SHUT_DOWN = 'The kernel was shut down: start it, and run the cell again.';
const NO_COMMS =
  'This connection to the kernel does not take messages of live views: another window of JupyterLab does.';
const ENDED = 'The kernel ended this view.';
const PAGE_LEFT = 'The page was left.';

/** The channels of the page that have a comm. */
const open = new Set<{ gone(): void }>();
window.addEventListener('pagehide', () => {
  for (const channel of [...open]) channel.gone();
});

/**
 * A channel over a Jupyter comm, opened by the front end, so that a reload, a second tab and a copied output each have
 * their own. It follows the notebook's session: a restarted or another kernel makes it ready again.
 */
export class CommChannel<Open, Request, Message> implements Channel<Open, Request, Message> {
  state: ChannelState = { kind: 'unavailable', reason: NO_KERNEL };
  private comm: Kernel.IComm | null = null;
  /** The kernel that was asked what it is, or is in use: signals come more than once for one kernel. */
  private kernel: Kernel.IKernelConnection | null = null;
  private isOurs = false;
  private restarting = false;
  private stateListener: ((state: ChannelState) => void) | null = null;
  private messageListener: ((message: Message, buffers: readonly Uint8Array[]) => void) | null = null;

  constructor(
    private readonly session: ISessionContext,
    private readonly target: string,
    /** Whether the notebook may talk to the kernel; asked again by `recheck`. */
    private readonly isTrusted: () => boolean = () => true,
    /** What is said where it may not. */
    private readonly untrusted = UNTRUSTED,
  ) {
    session.kernelChanged.connect(this.follow, this);
    session.statusChanged.connect(this.follow, this);
    session.connectionStatusChanged.connect(this.follow, this);
    session.disposed.connect(this.close, this);
    this.follow();
  }

  onState(listener: (state: ChannelState) => void): void {
    this.stateListener = listener;
    listener(this.state);
  }

  onMessage(listener: (message: Message, buffers: readonly Uint8Array[]) => void): void {
    this.messageListener = listener;
  }

  open(message: Open): void {
    if (this.state.kind !== 'ready' || this.kernel === null) return;
    const comm = this.kernel.createComm(this.target);
    this.comm = comm;
    // Only handed on: the kernel connection waits for what this returns before it takes the next message.
    comm.onMsg = message => this.receive(message);
    comm.onClose = () => {
      if (this.comm !== comm) return;
      this.comm = null;
      open.delete(this);
      silence(comm);
      this.become('closed', ENDED);
    };
    open.add(this);
    forget(comm.open(message as JSONObject));
    this.become('open', null);
  }

  send(request: Request): void {
    if (this.comm === null || this.comm.isDisposed) return;
    forget(this.comm.send(request as JSONObject));
  }

  leave(): void {
    if (this.state.kind !== 'open') return;
    this.end();
    this.become('ready', null);
  }

  close(): void {
    this.session.kernelChanged.disconnect(this.follow, this);
    this.session.statusChanged.disconnect(this.follow, this);
    this.session.connectionStatusChanged.disconnect(this.follow, this);
    this.session.disposed.disconnect(this.close, this);
    this.stateListener = null;
    this.messageListener = null;
    this.end();
  }

  /** Closes the comm, where there is one. */
  private end(): void {
    const { comm } = this;
    this.comm = null;
    open.delete(this);
    if (comm === null) return;
    silence(comm);
    if (comm.isDisposed) return;
    if (this.kernel?.isDisposed === false && this.kernel.connectionStatus === 'connected')
      forget(comm.close());
    else comm.dispose();
  }

  /** The page goes: the kernel would hold what it has for it until it ends. */
  gone(): void {
    this.end();
    this.become('closed', PAGE_LEFT);
  }

  /** Looks again whether the notebook is trusted, where that may have changed. */
  recheck(): void {
    if (this.state.kind === 'unavailable') this.follow();
  }

  /** Brings the channel in step with the session's kernel. */
  private follow(): void {
    const kernel = this.session.session?.kernel ?? null;
    if (kernel !== this.kernel) this.adopt(kernel);
    if (kernel === null) {
      this.lose(SHUT_DOWN, NO_KERNEL);
      return;
    }
    const { status } = kernel;
    if (status === 'restarting' || status === 'autorestarting') {
      this.restarting = true;
      this.lose(RESTARTED, RESTARTED);
      return;
    }
    if (status === 'dead' || status === 'terminating') {
      this.lose(SHUT_DOWN, NO_KERNEL);
      return;
    }
    if (kernel.connectionStatus !== 'connected') return;
    if (!this.restarting) this.offer();
    else if (status === 'idle' || status === 'busy') this.isBack();
    else this.awaitRestarted(kernel);
  }

  /**
   * JupyterLab passes over the status messages of a kernel info request, so that a restarted kernel may stay `unknown` until
   * a cell runs: its answer to such a request says that it is back.
   */
  private awaitRestarted(kernel: Kernel.IKernelConnection): void {
    kernel.requestKernelInfo().then(
      () => {
        if (this.kernel === kernel && kernel.connectionStatus === 'connected') this.isBack();
      },
      () => undefined,
    );
  }

  private isBack(): void {
    if (!this.restarting) return;
    this.restarting = false;
    this.offer();
  }

  private adopt(kernel: Kernel.IKernelConnection | null): void {
    this.kernel = kernel;
    this.isOurs = false;
    this.lose(kernel === null ? SHUT_DOWN : RESTARTED, NO_KERNEL);
    void kernel?.info.then(info => {
      if (this.kernel !== kernel) return;
      this.isOurs = info.implementation === OUR_KERNEL;
      if (!this.isOurs) this.become('unavailable', OTHER_KERNEL);
      else if (!this.restarting) this.offer();
    });
  }

  /** Says that the kernel may be asked, where it is there, ours and not in use yet. */
  private offer(): void {
    if (!this.isOurs || this.comm !== null || this.state.kind === 'ready') return;
    if (this.state.kind === 'closed' && this.state.reason === ENDED) return;
    if (!this.isTrusted()) this.become('unavailable', this.untrusted);
    else if (this.kernel?.handleComms === false) this.become('unavailable', NO_COMMS);
    else this.become('ready', null);
  }

  /** The kernel is gone, with it the comm; `otherwise` is said where there was none. */
  private lose(reason: string, otherwise: string): void {
    const { comm } = this;
    this.comm = null;
    open.delete(this);
    if (comm !== null) silence(comm);
    if (comm?.isDisposed === false) comm.dispose();
    if (comm !== null) this.become('closed', reason);
    else if (this.state.kind === 'ready' || this.state.kind === 'unavailable')
      this.become('unavailable', otherwise);
  }

  private become(kind: ChannelState['kind'], reason: string | null): void {
    if (this.state.kind === kind && this.state.reason === reason) return;
    this.state = { kind, reason };
    this.stateListener?.(this.state);
  }

  private receive({ content, buffers }: KernelMessage.ICommMsgMsg): void {
    this.messageListener?.(content.data as Message, (buffers ?? []).map(bytesOf));
  }
}

/** A channel that never opens, and says why. */
export function closedChannel<Open, Request, Message>(reason: string): Channel<Open, Request, Message> {
  const state: ChannelState = { kind: 'unavailable', reason };
  return {
    state,
    onState: listener => listener(state),
    onMessage: () => undefined,
    open: () => undefined,
    send: () => undefined,
    close: () => undefined,
  };
}

/** A kernel connection keeps all comms that it ever made: what they lead to is not to be kept with them. */
function silence(comm: Kernel.IComm): void {
  comm.onMsg = nothing;
  comm.onClose = nothing;
}

const nothing = (): void => undefined;

/** Our kernel answers comm messages with comm messages, never with a status: a future that waits for one is kept for ever. */
function forget(future: Kernel.IShellFuture): void {
  future.dispose();
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}
