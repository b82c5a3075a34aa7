import {
  PROTOCOL_VERSION,
  type ViewMessage,
  type ViewOpen,
  type ViewOutput,
  type ViewPart,
  type ViewRequest,
} from '@millrace/protocol';
import { typeName, type Displayed, type SessionHost } from '../../../engine/src/index.js';
import type { ChannelState, ViewChannel } from '../../../ui/src/model/channel.js';
import { NO_ROWS } from '../../../ui/src/model/noRows.js';
import { browserScreen, type Screen } from '../../../ui/src/view/screen.js';

/** A screen on which every view is seen, so that one page draws them all. */
export const allSeen: Screen = {
  ...browserScreen,
  watch: (_node, listener) => {
    listener(true);
    return () => undefined;
  },
};

/** A channel to the engine in the page. */
export class PageChannel implements ViewChannel {
  state: ChannelState = { kind: 'ready', reason: null };
  frames = 0;
  private connection: ReturnType<SessionHost['attachView']> | null = null;
  private tell: (state: ChannelState) => void = () => undefined;
  private deliver: (message: ViewMessage, buffers: readonly Uint8Array[]) => void = () => undefined;

  constructor(private readonly host: SessionHost) {}

  onState(listener: (state: ChannelState) => void): void {
    this.tell = listener;
    listener(this.state);
  }

  onMessage(listener: (message: ViewMessage, buffers: readonly Uint8Array[]) => void): void {
    this.deliver = listener;
  }

  open(open: ViewOpen): void {
    this.state = { kind: 'open', reason: null };
    this.connection = this.host.attachView(open, (message, buffers) => {
      if (message.type !== 'status') this.frames++;
      // As through a comm: later, and with bytes of its own.
      setTimeout(() =>
        this.deliver(
          message,
          buffers.map(buffer => buffer.slice()),
        ),
      );
    });
    this.tell(this.state);
  }

  send(request: ViewRequest): void {
    this.connection?.receive(request);
  }

  close(): void {
    this.connection?.close();
  }
}

let made = 0;

/** Registers the views of something that is shown, and gives the output that a cell would have. */
export async function outputOf(
  host: SessionHost,
  { plan, view, others = [] }: Displayed,
): Promise<ViewOutput> {
  const link = host.link();
  const part = async (each: typeof plan): Promise<ViewPart> => {
    const viewId = `page${++made}`;
    const { bound } = await link.request({ type: 'view', viewId, plan: each, owner: null, view });
    const columns = bound.fields.map(({ name, type, nullable }) => ({
      name,
      type: typeName(type),
      nullable,
    }));
    return { viewId, columns, key: bound.key ?? [], snapshot: { arrow: '', status: NO_ROWS } };
  };
  const first = await part(plan);
  const rest: ViewPart[] = [];
  for (const other of others) rest.push(await part(other));
  return { v: PROTOCOL_VERSION, view, ...first, ...(rest.length === 0 ? {} : { parts: rest }) };
}
