import { emptyText, proseText, PROTOCOL_VERSION, type ProsePart, type ViewMessage } from '@millrace/protocol';
import type { ViewChannel } from '../model/channel.js';
import { NO_ROWS } from '../model/noRows.js';
import { ViewModel } from '../model/viewModel.js';
import type { Screen } from '../view/screen.js';

type ViewPart = Extract<ProsePart, { kind: 'view' }>;

/** Only the newest row is asked for. */
const LAST = { from: 0, limit: 1, tail: true };

/** Follows the one value of a view, and tells it as text, once an animation frame at most. */
export class LiveScalar {
  private readonly model: ViewModel;
  private disposed = false;

  constructor(
    private readonly part: ViewPart,
    private readonly channel: ViewChannel,
    private readonly screen: Pick<Screen, 'nextFrame'>,
    private readonly tell: (text: string, problem: string | null) => void,
  ) {
    this.model = new ViewModel({
      v: PROTOCOL_VERSION,
      viewId: part.viewId,
      view: { kind: 'grid', title: null },
      columns: [part.column],
      key: [],
      snapshot: { arrow: '', status: NO_ROWS },
    });
    channel.onMessage((message, buffers) => this.receive(message, buffers));
    channel.onState(state => {
      if (state.kind === 'ready')
        channel.open({ v: PROTOCOL_VERSION, viewId: part.viewId, credit: 1, range: LAST });
    });
  }

  dispose(): void {
    this.disposed = true;
    this.channel.close();
  }

  private receive(message: ViewMessage, buffers: readonly Uint8Array[]): void {
    if (this.disposed) return;
    if (message.type === 'status') {
      this.model.status = message.status;
      this.show();
      return;
    }
    // Nothing else is asked for: no order, no download.
    if (message.type !== 'snapshot' && message.type !== 'delta') return;
    const change = this.model.apply(message, buffers);
    if (change === 'gap') {
      this.channel.send({ type: 'resync' });
      return;
    }
    this.screen.nextFrame(() => {
      if (this.disposed) return;
      this.show();
      this.channel.send({ type: 'ack', seq: message.seq, credit: 1, paintMs: 0 });
    });
  }

  private show(): void {
    const last = this.model.rows().at(-1);
    const text =
      last === undefined
        ? emptyText(this.part.empty, this.model.status)
        : proseText(last.values[0], this.part.column.type);
    this.tell(text, this.model.status.error);
  }
}
