import { randomUUID } from 'node:crypto';
import { PROTOCOL_VERSION, SESSION_TARGET, VIEW_TARGET } from '@millrace/protocol';
import type { HostRequest } from 'millrace/session';
import { digestOf, pictureRows, SAVED_ROWS, snapshotOf, type Snapshot } from '../display/viewBundle.js';
import type { FromEngine, ToEngine } from '../engine/messages.js';
import type { Audience, LiveOutput } from '../runner/contract.js';
import type { HostResult } from '../runner/outputMessages.js';
import type { OutputWatcher } from '../wire/cellRunner.js';
import type { Header, JsonObject, Message } from '../wire/message.js';
import { Pace } from '../wire/pace.js';
import { Drawing } from './drawing.js';
import { drawLayout } from './layoutDrawing.js';
import type { Drawn } from './messages.js';

/** How long an extension has to open its comm before an output is taken for one that nobody draws, in milliseconds. */
const GRACE_MS = 2_000;
/** Characters of all outputs in a second, and of what may come at once. */
const RATE = 1_000_000;
/** Outputs that are shown anew: the newest ones. */
const MOST_OUTPUTS = 200;
/**
 * How often an output is shown anew, by how long nothing was heard of any front end: a server whose page was closed keeps all of it in
 * memory for the page's return.
 */
const PERIODS = [
  { quietMs: 10 * 60_000, everyMs: 1_000 },
  { quietMs: 120 * 60_000, everyMs: 10_000 },
  { quietMs: Infinity, everyMs: 60_000 },
] as const;

export interface FallbackOptions {
  readonly iopub: { publish(type: string, parent: Header, content: JsonObject): Promise<void> };
  readonly engine: { send(message: ToEngine): void; request(request: HostRequest): Promise<HostResult> };
  /** Whether the front end that sends the requests of a session draws live views. */
  attached(session: string): boolean;
  readonly drawing?: Pick<Drawing, 'draw' | 'close'>;
}

/** An output whose view nobody draws, or not yet. */
interface Output {
  readonly displayId: string;
  live: LiveOutput;
  parent: Header;
  audience: Audience;
  grace: NodeJS.Timeout | null;
  /** Our own connection to the view, as a front end has one: the engine tells by it that something has changed. */
  comm: string | null;
  /** The last frame of the engine, and the last one that was taken: it sends no other before. */
  seq: number;
  acked: number;
  /** When the oldest change came that is not shown; null: there is none. */
  changedAt: number | null;
  sentAt: number;
  /** Counts what the cell itself has shown: what was being made meanwhile is older. */
  generation: number;
  /** Why a chart is shown as a table. */
  undrawn: string | null;
}

/**
 * Live views in front ends without our extension: their outputs are shown anew as a whole, each at most once a second, when something
 * has changed. With somebody at the notebook an update is a message of the cell that made the output, also after it has ended; without,
 * it is one of the cell that runs, since such clients take no others. Nothing of it runs in the process of the cells.
 */
export class Fallback implements OutputWatcher {
  readonly #options: FallbackOptions;
  readonly #drawing: Pick<Drawing, 'draw' | 'close'>;
  readonly #outputs = new Map<string, Output>();
  readonly #byComm = new Map<string, Output>();
  readonly #pace = new Pace(RATE, RATE);
  #running: Header | null = null;
  #heardAt = performance.now();
  #timer: NodeJS.Timeout | null = null;
  #busy = false;
  #closed = false;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#drawing = options.drawing ?? new Drawing();
  }

  began(parent: Header): void {
    this.#running = parent;
    this.#schedule();
  }

  ended(): void {
    this.#running = null;
  }

  shown(displayId: string, live: LiveOutput | null, parent: Header, audience: Audience): void {
    const before = this.#outputs.get(displayId);
    if (before !== undefined && before.live.viewId === live?.viewId) {
      Object.assign(before, { live, parent, audience, sentAt: performance.now() });
      before.generation++;
      return;
    }
    if (before !== undefined) this.#drop(before);
    if (live === null || audience === 'extension' || this.#closed) return;
    const output: Output = {
      ...{ displayId, live, parent, audience, comm: null, seq: 0, acked: 0, changedAt: null, undrawn: null },
      sentAt: performance.now(),
      generation: 0,
      grace: setTimeout(() => this.#begin(output), GRACE_MS).unref(),
    };
    this.#outputs.set(displayId, output);
    const [oldest] = this.#outputs.values();
    if (this.#outputs.size > MOST_OUTPUTS) this.#drop(oldest);
  }

  cleared(parent: Header): void {
    this.#dropWhere(output => output.parent.msg_id === parent.msg_id);
  }

  /** Takes note of every request of a front end: of the comms by which an extension answers, and that somebody is there. */
  heard({ header, content }: Message): void {
    this.#heardAt = performance.now();
    if (header.msg_type === 'comm_open') {
      const { target_name: target, data } = content;
      if (target === SESSION_TARGET) this.#dropWhere(({ parent }) => parent.session === header.session);
      if (target === VIEW_TARGET && typeof data === 'object' && data !== null && 'viewId' in data) {
        const { viewId } = data;
        this.#dropWhere(
          ({ live }) => live.viewId === viewId || (live.parts?.some(part => part === viewId) ?? false),
        );
      }
    }
    this.#schedule();
  }

  /** Takes a message of the engine to one of our own connections; false for those to front ends. */
  take({ comm, data }: Extract<FromEngine, { type: 'comm' }>): boolean {
    const output = this.#byComm.get(comm);
    if (output === undefined) return false;
    if (data.type === 'bye') {
      this.#drop(output);
      return true;
    }
    if (data.type === 'snapshot' || data.type === 'delta' || data.type === 'group') output.seq = data.seq;
    output.changedAt ??= performance.now();
    this.#schedule();
    return true;
  }

  /** The engine is gone, with its views: what they showed last stays. */
  engineLost(): void {
    this.#dropWhere(() => true);
  }

  close(): void {
    this.#closed = true;
    this.#dropWhere(() => true);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#drawing.close();
  }

  /** No extension has come. */
  #begin(output: Output): void {
    output.grace = null;
    if (this.#options.attached(output.parent.session)) {
      this.#drop(output);
      return;
    }
    output.comm = randomUUID();
    this.#byComm.set(output.comm, output);
    const { viewId, parts } = output.live;
    const range = { from: 0, limit: 1, tail: true };
    const open = { v: PROTOCOL_VERSION, viewId, credit: 1, range, ...(parts === undefined ? {} : { parts }) };
    this.#options.engine.send({ type: 'viewOpen', comm: output.comm, open });
  }

  #dropWhere(matches: (output: Output) => boolean): void {
    for (const output of [...this.#outputs.values()]) if (matches(output)) this.#drop(output);
  }

  #drop(output: Output): void {
    if (output.grace !== null) clearTimeout(output.grace);
    if (this.#outputs.get(output.displayId) === output) this.#outputs.delete(output.displayId);
    if (output.comm === null) return;
    this.#byComm.delete(output.comm);
    this.#options.engine.send({ type: 'close', comm: output.comm });
    output.comm = null;
  }

  /** The message that an update belongs to; null where no client would take it now. */
  #parentOf({ audience, parent }: Output): Header | null {
    return audience === 'nobody' ? this.#running : parent;
  }

  #dueAt({ audience, sentAt }: Output): number {
    const quiet = performance.now() - this.#heardAt;
    const period = audience === 'nobody' ? PERIODS[0] : PERIODS.find(({ quietMs }) => quiet < quietMs);
    return sentAt + (period ?? PERIODS[2]).everyMs;
  }

  /** The outputs that have changed and can be shown, those that wait longest first. */
  #waiting(): Output[] {
    return [...this.#byComm.values()]
      .filter(output => output.changedAt !== null && this.#parentOf(output) !== null)
      .sort((a, b) => (a.changedAt ?? 0) - (b.changedAt ?? 0));
  }

  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#busy || this.#closed) return;
    const waiting = this.#waiting();
    if (waiting.length === 0) return;
    const due = Math.min(...waiting.map(output => this.#dueAt(output))) - performance.now();
    this.#timer = setTimeout(() => void this.#turn(), Math.max(0, due, this.#pace.delayMs())).unref();
  }

  async #turn(): Promise<void> {
    this.#timer = null;
    const now = performance.now();
    const next = this.#waiting().find(output => this.#dueAt(output) <= now);
    if (next !== undefined && !this.#busy) {
      this.#busy = true;
      // What cannot be made is not tried again.
      await this.#refresh(next).catch(() => this.#drop(next));
      this.#busy = false;
    }
    this.#schedule();
  }

  async #refresh(output: Output): Promise<void> {
    const { comm, seq, generation, displayId, live } = output;
    if (comm === null) return;
    output.changedAt = null;
    const isCurrent = (): boolean => output.comm === comm && output.generation === generation;
    // Before the rows are asked for: what changes after them is told.
    const request = { type: 'ack', seq, credit: 1, paintMs: 0 } as const;
    if (seq > output.acked) this.#options.engine.send({ type: 'view', comm, request });
    output.acked = seq;
    const saved = await this.#snapshot(live, SAVED_ROWS[live.view.kind]);
    const digest = digestOf(saved);
    if (isCurrent() && digest === live.digest) return;
    const drawn = isCurrent() ? await this.#draw(output, saved) : null;
    const parent = this.#parentOf(output);
    if (drawn === null || parent === null || !isCurrent()) {
      // What the cell has shown meanwhile may be of before this change.
      if (output.comm === comm) output.changedAt ??= performance.now();
      return;
    }
    output.live = { ...live, digest };
    this.#pace.take(drawn.size);
    const content = { ...drawn.bundle, transient: { display_id: displayId } };
    await this.#options.iopub.publish('update_display_data', parent, content);
    output.sentAt = performance.now();
  }

  /**
   * Draws; a chart that takes too long, or too much memory, is a table from here on. For nobody it is one as well: the cell itself
   * makes the picture at its end.
   */
  async #draw(output: Output, saved: Snapshot): Promise<Drawn> {
    const { layout } = output.live;
    if (layout === undefined) return this.#drawView(output, output.live, saved);
    return drawLayout(layout, async live =>
      this.#drawView(output, live, await this.#snapshot(live, SAVED_ROWS[live.view.kind])),
    );
  }

  async #drawView(output: Output, live: LiveOutput, saved: Snapshot): Promise<Drawn> {
    const { audience } = output;
    const { view } = live;
    if (view.kind === 'chart' && output.undrawn === null && audience === 'person') {
      const all = await this.#snapshot(live, pictureRows(view));
      try {
        return await this.#drawing.draw({ live, saved, all, reason: null });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        output.undrawn = `The chart cannot be drawn: ${why}`;
      }
    }
    return this.#drawing.draw({ live, saved, all: null, reason: output.undrawn });
  }

  #snapshot(live: LiveOutput, most: number): Promise<Snapshot> {
    return snapshotOf(live, most, async (viewId, limit) => {
      const result = await this.#options.engine.request({ type: 'viewSnapshot', viewId, limit });
      if (!result.ok) throw new Error(result.error.message);
      return result.value as Snapshot;
    });
  }
}
