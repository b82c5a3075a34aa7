import { VIEW_MIME, type ViewMessage, type ViewOutput } from '@millrace/protocol';
import { element, setAttribute, setData } from '../dom.js';
import type { ChannelState, ViewChannel } from '../model/channel.js';
import { GroupModel } from '../model/groupModel.js';
import { isFrame, isWhole } from '../model/frameKinds.js';
import { NO_CHANGE, ViewModel, type Change, type Frame } from '../model/viewModel.js';
import { showError } from './errorNote.js';
import type { LiveViewOptions } from './liveViewOptions.js';
import { openRequest } from './openRequest.js';
import { Pace } from './pace.js';
import { savedBundle, type SavedBundle } from './savedOutput.js';
import { StatusLine, type Standing } from './statusLine.js';
import { pageShelf, type Shelf } from './shelf.js';
import type { Look, Picture, Surface } from './surface.js';
import { DEFAULT_SETTINGS, zoneOf, type ViewSettings } from './viewSettings.js';
import { ViewTools } from './viewTools.js';

const CREDIT = 1;
/** A view that is seen again waits so many milliseconds for the kernel's rows before it draws those that were kept. */
const WAKE_MS = 300;

/**
 * A view in a page: it draws the saved rows, asks the kernel for the present ones, applies frames, and lets the kernel
 * send the next one when the last has been painted. A view that is not seen draws nothing and asks for nothing. One that was
 * never seen, or rests, has no rows and nothing drawn either, only room for it: a notebook may have a thousand.
 */
export class LiveView {
  readonly node: HTMLElement;
  /** Its rows; null while it rests. */
  private held: ViewModel | null = null;
  /** As it was saved last. */
  private output: ViewOutput;
  private readonly surface: Surface;
  private readonly shelf: Shelf;
  private readonly channel: ViewChannel | null;
  private readonly pace: Pace;
  private readonly status = new StatusLine();
  private readonly tools: ViewTools;
  private readonly queue: { frame: Frame; buffers: readonly Uint8Array[]; arrivedMs: number }[] = [];
  private readonly unwatch: () => void;
  private standing: Standing = 'saved';
  private reason: string | null = null;
  private seen = false;
  /** It has been seen, and does not rest. */
  private awake = false;
  private waking: ReturnType<typeof setTimeout> | null = null;
  private drawing = false;
  /** Rows came that were not drawn. */
  private behind = false;
  /** A snapshot was asked for: deltas until then are of no use. */
  private resyncing = false;
  private unsaved = false;
  private disposed = false;
  private settings: ViewSettings;

  constructor(private readonly options: LiveViewOptions) {
    const { output, screen, channel } = options;
    this.output = output;
    this.channel = channel;
    this.shelf = options.shelf ?? pageShelf;
    this.pace = new Pace(screen);
    this.settings = options.settings ?? DEFAULT_SETTINGS;
    this.surface = options.surface(
      request => this.channel?.send(request),
      () => (this.unsaved = true),
    );
    this.node = element('div', 'millrace-View');
    if (output.view.title !== null)
      this.node.append(element('div', 'millrace-View-title', output.view.title));
    this.node.append(this.surface.node, this.status.node);
    this.tools = this.makeTools();
    this.status.addTools(...this.tools.buttons);
    this.node.dataset.millraceView = output.view.kind;
    this.node.dataset.millraceViewId = output.viewId;
    this.setSettings(this.settings);
    channel?.onMessage((message, buffers) => this.receive(message, buffers));
    channel?.onState(state => this.setChannelState(state));
    this.unwatch = screen.watch(this.node, seen => this.setSeen(seen));
  }

  private get model(): ViewModel {
    return (this.held ??=
      this.output.parts === undefined ? new ViewModel(this.output) : new GroupModel(this.output));
  }

  /** The view's present state, where it differs from that saved last; to be written into the notebook. */
  takeSaved(): SavedBundle | null {
    if (!this.unsaved || this.disposed) return null;
    this.unsaved = false;
    return this.bundle(this.surface.picture());
  }

  private bundle(picture: Picture | null): SavedBundle {
    const { output } = this;
    const view = this.surface.described?.(output.view) ?? output.view;
    return savedBundle({ ...output, view }, this.model, picture);
  }

  /**
   * Gives up what it has drawn and its rows, where the kernel has them too: out of sight it costs next to nothing. What the reader has
   * set, such as an order of rows or a part of an axis, stays.
   */
  rest(): void {
    if (!this.awake || this.seen || this.disposed) return;
    // What its reader has opened of it hangs on its rows.
    if (this.tools.isOpen) return;
    // Frames may have come since it went out of sight.
    if (this.unsaved) this.options.onHide?.();
    this.awake = false;
    this.stopWaking();
    if (this.channel?.state.kind === 'open' && this.channel.leave !== undefined) {
      this.unsaved = false;
      this.output = this.bundle(null).data[VIEW_MIME] as ViewOutput;
      this.channel.leave();
      this.held = null;
    }
    this.behind = true;
    this.surface.rest?.();
    this.showStatus();
  }

  async setLook(look: Look): Promise<void> {
    await this.surface.setLook(look);
  }

  /** The reader wants views to be shown otherwise. */
  setSettings(settings: ViewSettings): void {
    this.settings = settings;
    setAttribute(this.node, 'data-millrace-flash', settings.flash ? null : 'off');
    this.surface.setSettings?.(settings);
    this.tools.setSettings(settings);
    this.showStatus();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.pace.stop();
    this.stopWaking();
    this.unwatch();
    this.shelf.drop(this);
    this.queue.length = 0;
    this.tools.dispose();
    this.channel?.close();
    this.surface.dispose();
    this.node.remove();
  }

  private makeTools(): ViewTools {
    const { options, channel } = this;
    const { view } = options.output;
    return new ViewTools({
      node: this.node,
      setFull: isFull => {
        this.surface.setFull?.(isFull);
        // A picture that was saved meanwhile is as large as the screen.
        if (!isFull && (this.held?.seq ?? 0) > 0) this.unsaved = true;
      },
      surface: this.surface,
      chart: view.kind === 'chart' ? { title: view.title, timeZone: view.timeZone } : null,
      settings: this.settings,
      asks: channel === null ? null : (options.asks ?? null),
      model: () => this.model,
      send: request => {
        if (channel?.state.kind !== 'open' || this.standing !== 'current') return false;
        channel.send(request);
        return true;
      },
    });
  }

  private setChannelState(state: ChannelState): void {
    if (this.disposed) return;
    if (state.kind !== 'ready' && state.kind !== 'open') return this.lose(state.reason);
    if (state.kind === 'ready' && this.awake) this.open();
    this.showStatus();
  }

  /** What was drawn from a kernel that is gone is stale; what was drawn from the file is still what was saved. */
  private lose(reason: string | null): void {
    this.standing = this.standing === 'saved' && (this.held?.seq ?? 0) === 0 ? 'saved' : 'stale';
    this.reason = reason;
    this.surface.setLive(false);
    this.tools.lost(reason ?? 'The kernel is gone.');
    this.showStatus();
    if (this.waking !== null) void this.drawAll();
  }

  /** Asks the kernel for the rows. */
  private open(): void {
    this.queue.length = 0;
    this.resyncing = false;
    this.channel?.open(openRequest(this.output, this.surface, this.seen ? CREDIT : 0));
    // A view whose kernel came back while it was not seen.
    if (!this.seen) this.channel?.send({ type: 'hide' });
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
        if (this.seen && this.waking === null && this.surface.range !== null && !this.drawing)
          void this.surface.draw(NO_CHANGE, this.model);
        this.showStatus();
        return;
      case 'download':
        this.surface.downloaded?.(message, buffers);
        return;
      case 'refused':
        this.surface.refused?.(message.reason);
        return;
      case 'origins':
        this.tools.receive(message);
        return;
      case 'bye':
        this.lose(message.reason);
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
    if (this.drawing) return;
    this.pace.next(this.settings.framesPerSecond, () => {
      if (!this.disposed && this.seen) void this.drawNext();
    });
  }

  private async drawNext(): Promise<void> {
    // What is being drawn asks for the next frame at its end.
    if (this.drawing) return;
    const next = this.queue.shift();
    if (next === undefined) return;
    const change = this.apply(next.frame, next.buffers);
    if (change !== null) {
      this.drawing = true;
      this.pace.drawn();
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
      return this.fail(error);
    }
    if (change === 'gap') {
      this.resyncing = true;
      this.channel?.send({ type: 'resync' });
      return null;
    }
    this.resyncing = false;
    if (change.reset) {
      this.stopWaking();
      this.behind = false;
    }
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
    setData(this.node, { 'painted-seq': frame.seq });
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
      this.shelf.put(this);
      return;
    }
    this.shelf.drop(this);
    if (!this.awake) return this.wake();
    if (this.behind) void this.drawAll();
    this.askAgain();
  }

  /** It is seen for the first time, or after it has rested. */
  private wake(): void {
    this.awake = true;
    const isReady = this.channel?.state.kind === 'ready';
    // What was drawn is where the reader left it: the kernel's rows come soon, and those that were kept are older.
    if (isReady && this.behind) this.waking = setTimeout(() => void this.drawAll(), WAKE_MS);
    else void this.drawAll();
    if (isReady) this.open();
    else this.askAgain();
    this.showStatus();
  }

  /** Asks for frames of what was opened before. */
  private askAgain(): void {
    if (this.channel?.state.kind === 'open')
      this.channel.send({ type: 'ack', seq: 0, credit: CREDIT, paintMs: 0 });
  }

  private stopWaking(): void {
    if (this.waking !== null) clearTimeout(this.waking);
    this.waking = null;
  }

  private async drawAll(): Promise<void> {
    this.behind = false;
    this.stopWaking();
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
    const { seq } = this.model;
    if (seq > 0) this.options.screen.afterPaint(() => setData(this.node, { 'painted-seq': seq }));
    if (this.queue.length > 0) this.schedule();
  }

  private showStatus(): void {
    this.tools.changed(this.standing === 'current');
    // One that rests has no rows, which nobody sees.
    const { status, size, seq } = this.held ?? { status: this.output.snapshot.status, size: 0, seq: 0 };
    const { view } = this.options.output;
    const shown = view.kind === 'chart' || this.standing !== 'current' ? size : status.total;
    this.status.update(status, this.standing, this.reason, shown, zoneOf(view, this.settings));
    const state = this.standing === 'current' ? status.state : this.standing;
    const channel = this.channel?.state.kind ?? 'none';
    setData(this.node, { seq, state, rows: size, total: status.total, channel, awake: this.awake });
  }

  private fail(error: unknown): null {
    showError(this.node, this.status.node, error);
    return null;
  }
}
