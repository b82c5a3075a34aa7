import { PROTOCOL_VERSION, type ViewMessage, type ViewOutput, type ViewRequest } from '@millrace/protocol';
import { element, setAttribute, setText } from '../dom.js';
import type { ChannelState, ViewChannel } from '../model/channel.js';
import { GroupModel } from '../model/groupModel.js';
import { NO_CHANGE, ViewModel, type Change, type Frame } from '../model/viewModel.js';
import { FullScreen } from './fullScreen.js';
import { RowsBelow } from './rowsBelow.js';
import { savedBundle, type SavedBundle } from './savedOutput.js';
import { StatusLine, type Standing } from './statusLine.js';
import type { Screen } from './screen.js';
import type { Look, Surface } from './surface.js';
import { DEFAULT_SETTINGS, type ViewSettings } from './viewSettings.js';

export interface LiveViewOptions {
  readonly output: ViewOutput;
  /** Null where rows can only be the saved ones. */
  readonly channel: ViewChannel | null;
  readonly screen: Screen;
  /** Makes what draws; it asks for other rows through `ask`, where it shows a range of them. */
  readonly surface: (model: ViewModel, ask: (request: ViewRequest) => void) => Surface;
  /** The view is no longer seen: a good time to save its state. */
  readonly onHide?: () => void;
  readonly settings?: ViewSettings;
}

const CREDIT = 1;
/** A wait that is shorter than a frame of the screen is none. */
const FRAME_MS = 17;

/**
 * A view in a page: it draws the saved rows, asks the kernel for the present ones, applies frames, and lets the kernel
 * send the next one when the last has been painted. A view that is not seen draws nothing and asks for nothing.
 */
export class LiveView {
  readonly node: HTMLElement;
  private readonly model: ViewModel;
  private readonly surface: Surface;
  private readonly status = new StatusLine();
  private readonly fullScreen: FullScreen;
  /** Of a chart. */
  private readonly rowsBelow: RowsBelow | null;
  private readonly queue: { frame: Frame; buffers: readonly Uint8Array[]; arrivedMs: number }[] = [];
  private readonly unwatch: () => void;
  private standing: Standing = 'saved';
  private reason: string | null = null;
  private seen = false;
  private scheduled = false;
  private drawing = false;
  /** Rows came that were not drawn. */
  private behind = false;
  /** A snapshot was asked for: deltas until then are of no use. */
  private resyncing = false;
  private unsaved = false;
  private disposed = false;
  private settings: ViewSettings;
  private lastDrawnMs = -Infinity;
  private waiting: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly options: LiveViewOptions) {
    const { output, screen, channel } = options;
    this.settings = options.settings ?? DEFAULT_SETTINGS;
    this.model = output.parts === undefined ? new ViewModel(output) : new GroupModel(output);
    this.surface = options.surface(this.model, request => this.channel?.send(request));
    this.node = element('div', 'millrace-View');
    if (output.view.title !== null)
      this.node.append(element('div', 'millrace-View-title', output.view.title));
    this.node.append(this.surface.node, this.status.node);
    this.fullScreen = new FullScreen(this.node, isFull => {
      this.surface.setFull?.(isFull);
      // A picture that was saved meanwhile is as large as the screen.
      if (!isFull && this.model.seq > 0) this.unsaved = true;
    });
    const { kind, title } = output.view;
    this.rowsBelow = kind === 'chart' ? new RowsBelow(title ?? 'the chart', this.model, this.settings) : null;
    this.status.addTools(...(this.rowsBelow === null ? [] : [this.rowsBelow.button]), this.fullScreen.button);
    if (this.rowsBelow !== null) this.node.append(this.rowsBelow.node);
    this.node.dataset.millraceView = output.view.kind;
    this.node.dataset.millraceViewId = output.viewId;
    this.setSettings(this.settings);
    void this.drawAll();
    this.unwatch = screen.watch(this.node, seen => this.setSeen(seen));
    channel?.onMessage((message, buffers) => this.receive(message, buffers));
    channel?.onState(state => this.setChannelState(state));
    if (channel === null) this.showStatus();
  }

  /** The view's present state, where it differs from that saved last; to be written into the notebook. */
  takeSaved(): SavedBundle | null {
    if (!this.unsaved || this.disposed) return null;
    this.unsaved = false;
    const { output } = this.options;
    const selections = this.surface.selections?.saved;
    const view =
      selections === undefined || output.view.kind !== 'chart' ? output.view : { ...output.view, selections };
    return savedBundle({ ...output, view }, this.model, this.surface.picture());
  }

  async setLook(look: Look): Promise<void> {
    await this.surface.setLook(look);
  }

  /** The reader wants views to be shown otherwise. */
  setSettings(settings: ViewSettings): void {
    this.settings = settings;
    setAttribute(this.node, 'data-millrace-flash', settings.flash ? null : 'off');
    this.surface.setSettings?.(settings);
    const zone = this.options.output.view.kind === 'chart' ? this.options.output.view.timeZone : undefined;
    this.rowsBelow?.setSettings(zone === undefined ? settings : { ...settings, timeZone: zone });
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    if (this.waiting !== null) clearTimeout(this.waiting);
    this.unwatch();
    this.channel?.close();
    this.fullScreen.dispose();
    this.rowsBelow?.dispose();
    this.surface.dispose();
    this.node.remove();
  }

  private get channel(): ViewChannel | null {
    return this.options.channel;
  }

  private setChannelState(state: ChannelState): void {
    if (this.disposed) return;
    if (state.kind === 'ready') {
      this.queue.length = 0;
      this.resyncing = false;
      const arrangement = this.surface.arrangement ?? null;
      const pixels = this.surface.pixels ?? null;
      const { parts } = this.options.output;
      this.channel?.open({
        v: PROTOCOL_VERSION,
        viewId: this.options.output.viewId,
        credit: this.seen ? CREDIT : 0,
        range: this.surface.range,
        ...(arrangement === null ? {} : { arrangement }),
        ...(pixels === null ? {} : { pixels }),
        ...(parts === undefined ? {} : { parts: parts.map(part => part.viewId) }),
      });
    } else if (state.kind !== 'open') {
      // What was drawn from a kernel that is gone is stale; what was drawn from the file is still what was saved.
      this.standing = this.standing === 'saved' && this.model.seq === 0 ? 'saved' : 'stale';
      this.reason = state.reason;
      this.surface.setLive(false);
      this.showStatus();
    }
    if (state.kind === 'ready' || state.kind === 'open') this.showStatus();
  }

  /** Only takes the message in: drawing waits for the next animation frame. */
  private receive(message: ViewMessage, buffers: readonly Uint8Array[]): void {
    if (this.disposed) return;
    switch (message.type) {
      case 'group':
        this.receiveGroup(message, buffers);
        return;
      case 'snapshot':
      case 'delta':
        this.take(message, buffers);
        return;
      case 'status':
        this.model.status = message.status;
        // A grid's height is that of the whole table, of which the status tells.
        if (this.seen && this.surface.range !== null && !this.drawing)
          void this.surface.draw(NO_CHANGE, this.model);
        this.showStatus();
        return;
      case 'download':
        this.surface.downloaded?.(message, buffers);
        return;
      case 'refused':
        this.surface.refused?.(message.reason);
        return;
      case 'bye':
        this.standing = this.model.seq === 0 ? 'saved' : 'stale';
        this.reason = message.reason;
        this.surface.setLive(false);
        this.showStatus();
        return;
    }
  }

  private take(frame: Frame, buffers: readonly Uint8Array[]): void {
    this.queue.push({ frame, buffers, arrivedMs: this.options.screen.now() });
    if (this.seen) this.schedule();
    else this.applyUnseen();
  }

  private receiveGroup(group: Extract<Frame, { type: 'group' }>, buffers: readonly Uint8Array[]): void {
    for (const { message } of group.messages) if (message.type === 'bye') this.receive(message, []);
    if (isFrame(group)) {
      this.take(group, buffers);
      return;
    }
    if (this.model instanceof GroupModel) this.model.tell(group);
    this.showStatus();
  }

  private schedule(): void {
    if (this.scheduled || this.drawing || this.waiting !== null) return;
    const wait = this.lastDrawnMs + 1000 / this.settings.framesPerSecond - this.options.screen.now();
    // A frame that would be drawn too soon is kept; meanwhile the kernel conflates what comes.
    if (wait > FRAME_MS) {
      this.waiting = setTimeout(() => {
        this.waiting = null;
        if (!this.disposed) this.schedule();
      }, wait);
      return;
    }
    this.scheduled = true;
    this.options.screen.nextFrame(() => {
      this.scheduled = false;
      if (this.disposed || !this.seen) return;
      void this.drawNext();
    });
  }

  private async drawNext(): Promise<void> {
    const next = this.queue.shift();
    if (next === undefined || this.drawing) return;
    const change = this.apply(next.frame, next.buffers);
    if (change !== null) {
      this.drawing = true;
      this.lastDrawnMs = this.options.screen.now();
      try {
        await this.surface.draw(change, this.model);
      } catch (error) {
        this.fail(error);
      } finally {
        this.drawing = false;
      }
      if (this.isOver()) return;
      this.showStatus();
      this.options.screen.afterPaint(() => this.painted(next.frame, next.arrivedMs));
    }
    if (this.queue.length > 0) this.schedule();
  }

  /** A method, so that what may have changed while a drawing was awaited is read again. */
  private isOver(): boolean {
    return this.disposed;
  }

  /** @returns null where there is nothing to draw. */
  private apply(frame: Frame, buffers: readonly Uint8Array[]): Change | null {
    if (this.resyncing && !isWhole(frame)) return null;
    let change: Change | 'gap';
    try {
      change = this.model.apply(frame, buffers);
    } catch (error) {
      this.fail(error);
      return null;
    }
    if (change === 'gap') {
      this.resyncing = true;
      this.channel?.send({ type: 'resync' });
      return null;
    }
    this.resyncing = false;
    this.standing = 'current';
    this.reason = null;
    this.unsaved = true;
    this.surface.setLive(true);
    return change;
  }

  private applyUnseen(): void {
    for (const { frame, buffers } of this.queue.splice(0)) {
      if (this.apply(frame, buffers) !== null) this.behind = true;
    }
    this.showStatus();
  }

  private painted(frame: Frame, arrivedMs: number): void {
    if (this.disposed) return;
    this.node.dataset.millracePaintedSeq = String(frame.seq);
    this.node.dataset.millraceTickToPaintMs = (Date.now() - frame.madeAtMs).toFixed(0);
    if (!this.seen) return;
    const paintMs = this.options.screen.now() - arrivedMs;
    this.channel?.send({ type: 'ack', seq: frame.seq, credit: CREDIT, paintMs });
  }

  private setSeen(seen: boolean): void {
    if (seen === this.seen || this.disposed) return;
    this.seen = seen;
    if (!seen) {
      this.applyUnseen();
      if (this.channel?.state.kind === 'open') this.channel.send({ type: 'hide' });
      this.options.onHide?.();
      return;
    }
    if (this.behind) void this.drawAll();
    if (this.channel?.state.kind === 'open')
      this.channel.send({ type: 'ack', seq: 0, credit: CREDIT, paintMs: 0 });
  }

  private async drawAll(): Promise<void> {
    this.behind = false;
    this.drawing = true;
    try {
      await this.surface.draw(this.model.whole(), this.model);
    } catch (error) {
      this.fail(error);
    } finally {
      this.drawing = false;
    }
    if (this.isOver()) return;
    this.showStatus();
    if (this.queue.length > 0) this.schedule();
  }

  private showStatus(): void {
    const { status, size, seq } = this.model;
    this.rowsBelow?.changed();
    this.status.update(
      status,
      this.standing,
      this.reason,
      this.options.output.view.kind === 'chart' || this.standing !== 'current' ? size : status.total,
    );
    setAttribute(this.node, 'data-millrace-seq', String(seq));
    setAttribute(
      this.node,
      'data-millrace-state',
      this.standing === 'current' ? status.state : this.standing,
    );
    setAttribute(this.node, 'data-millrace-rows', String(size));
    setAttribute(this.node, 'data-millrace-total', String(status.total));
    setAttribute(this.node, 'data-millrace-channel', this.channel?.state.kind ?? 'none');
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    let note = this.node.querySelector(':scope > .millrace-Error');
    if (note === null) {
      note = element('pre', 'millrace-Error');
      note.setAttribute('role', 'alert');
      this.status.node.before(note);
    }
    setText(note, text);
  }
}

/** Whether any of what several tables tell are rows. */
function isFrame({ messages }: Extract<Frame, { type: 'group' }>): boolean {
  return messages.some(({ message }) => message.type === 'snapshot' || message.type === 'delta');
}

/** Whether a frame stands for itself, whatever was before it. */
function isWhole(frame: Frame): boolean {
  if (frame.type !== 'group') return frame.type === 'snapshot';
  return !frame.messages.some(({ message }) => message.type === 'delta');
}
