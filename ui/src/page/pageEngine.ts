import { PAGE_IDS, type FromPageEngine, type ToPageEngine } from '@millrace/protocol';
import type { Channel, ChannelState } from '../model/channel.js';
import { packedBytes, packedText, runScript } from './packed.js';

type Target = 'view' | 'session' | 'input';

/** What a page's engine is reached by: a worker, or the other end of a channel on the same thread. */
interface Port {
  onmessage: ((event: MessageEvent<FromPageEngine>) => void) | null;
  postMessage(message: ToPageEngine, transfer: Transferable[]): void;
}

const PREPARING: ChannelState = { kind: 'unavailable', reason: 'The replay is being prepared.' };

/** The engine in a page, and the channels to it. It starts once; until it is ready its channels say so. */
export class PageEngine {
  #state: ChannelState = PREPARING;
  #port: Port | null = null;
  readonly #channels = new Map<number, Pick<PageChannel<unknown, unknown, never>, 'become' | 'receive'>>();
  readonly #listeners: ((state: ChannelState) => void)[] = [];

  constructor(
    /** How many recordings the page brings along. */
    readonly recordings: number,
    readonly speed: number | null,
  ) {}

  /** Unpacks engine and recordings, and starts. Never rejects: what fails is the channels' state. */
  async start(): Promise<void> {
    try {
      const [script, session, ...recordings] = await Promise.all([
        packedText(PAGE_IDS.engine),
        packedText(PAGE_IDS.session),
        ...Array.from({ length: this.recordings }, (_, place) =>
          packedBytes(`${PAGE_IDS.recording}${place}`),
        ),
      ]);
      const start = { type: 'start' as const, session, recordings, speed: this.speed };
      const begin = (port: Port): void => {
        this.#port = port;
        port.onmessage = ({ data }) => this.#receive(data);
        // Not handed over: where there can be no worker they are needed again.
        port.postMessage(start, []);
      };
      begin(workerOf(script, () => begin(onThisThread(script))) ?? onThisThread(script));
    } catch (error) {
      this.#become({ kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  onState(listener: (state: ChannelState) => void): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }

  channel<Open, Request, Message>(target: Target): Channel<Open, Request, Message> {
    const number = this.#channels.size;
    const channel = new PageChannel<Open, Request, Message>(this.#state, message =>
      this.#port?.postMessage(
        { ...message, channel: number, ...(message.type === 'open' ? { target } : {}) } as ToPageEngine,
        [],
      ),
    );
    this.#channels.set(number, channel);
    return channel;
  }

  #receive(message: FromPageEngine): void {
    switch (message.type) {
      case 'ready':
        this.#become({ kind: 'ready', reason: null });
        return;
      case 'failed':
        this.#become({ kind: 'unavailable', reason: message.message });
        return;
      case 'message':
        this.#channels.get(message.channel)?.receive(message.message as never, message.buffers);
        return;
    }
  }

  #become(state: ChannelState): void {
    this.#state = state;
    // Those that listeners make now know it.
    const before = [...this.#channels.values()];
    for (const listener of this.#listeners) listener(state);
    for (const channel of before) channel.become(state);
  }
}

type Sent<Open, Request> =
  | { readonly type: 'open'; readonly open: Open }
  | { readonly type: 'send'; readonly request: Request }
  | { readonly type: 'close' };

/** One of the page's channels to its engine. */
class PageChannel<Open, Request, Message> implements Channel<Open, Request, Message> {
  #stateListener: ((state: ChannelState) => void) | null = null;
  #messageListener: ((message: Message, buffers: readonly Uint8Array[]) => void) | null = null;

  constructor(
    public state: ChannelState,
    private readonly post: (message: Sent<Open, Request>) => void,
  ) {}

  onState(listener: (state: ChannelState) => void): void {
    this.#stateListener = listener;
    listener(this.state);
  }

  onMessage(listener: (message: Message, buffers: readonly Uint8Array[]) => void): void {
    this.#messageListener = listener;
  }

  open(open: Open): void {
    if (this.state.kind !== 'ready') return;
    this.post({ type: 'open', open });
    this.become({ kind: 'open', reason: null });
  }

  send(request: Request): void {
    if (this.state.kind === 'open') this.post({ type: 'send', request });
  }

  close(): void {
    if (this.state.kind === 'open') this.post({ type: 'close' });
    this.#stateListener = null;
    this.#messageListener = null;
  }

  become(state: ChannelState): void {
    this.state = state;
    this.#stateListener?.(state);
  }

  receive(message: Message, buffers: readonly Uint8Array[]): void {
    this.#messageListener?.(message, buffers);
  }
}

/** The engine in a worker of its own, which a page without a server makes out of the text; null where there can be none. `fails`: it came to nothing. */
function workerOf(script: string, fails: () => void): Port | null {
  let worker: Worker;
  try {
    worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  } catch {
    return null;
  }
  let begun = false;
  worker.addEventListener('message', () => (begun = true), { once: true });
  worker.addEventListener('error', event => {
    if (begun) return;
    event.preventDefault();
    worker.terminate();
    fails();
  });
  return worker;
}

/** The engine on the page's own thread, which it leaves between two turns. */
function onThisThread(script: string): Port {
  const { port1, port2 } = new MessageChannel();
  Object.assign(globalThis, { millraceEnginePort: port2 });
  runScript(script);
  return port1;
}
