import {
  PROTOCOL_VERSION,
  type Arrangement,
  type ChartPixels,
  type RowRange,
  type ViewDescription,
  type ViewMessage,
  type ViewOpen,
  type ViewRequest,
  type ViewStatus,
} from '@millrace/protocol';
import { encodeRows, viewColumns, visibleRows, type Encode } from './frames.js';
import { checkedPixels, checkedRange, checkedRequest, credits } from './viewRequests.js';
import type { ArrangeableSource, ArrangedSource, ReducedSource, ViewSource } from './viewSource.js';

/** A frame that is not acknowledged within so many milliseconds stops a view until it is heard of again. */
const LEASE_MS = 60_000;
/** Frames of one view are at least so many milliseconds apart, statuses so many. */
const FRAME_MS = 16;
const STATUS_MS = 250;
/** Credit beyond this is not kept. */
const MAX_CREDIT = 8;

/** What a view port is made of. */
export interface ViewPortOptions {
  readonly source: ArrangeableSource;
  readonly view: ViewDescription;
  readonly key: readonly string[];
  readonly status: () => ViewStatus;
  /** Whether views stand still: a live feed while the clock is paused. */
  readonly isFrozen: () => boolean;
  readonly encode: Encode;
  readonly now: () => number;
  /** Wall-clock milliseconds; not there: `now`. */
  readonly wallNow?: () => number;
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  readonly defer: (work: () => void) => void;
  readonly send: (message: ViewMessage, buffers: readonly Uint8Array[]) => void;
}

/**
 * One front end's side of a view. Changes are conflated: a frame is made only when it may be sent, from the newest
 * state, and holds what has changed since the last one.
 */
export class ViewPort {
  readonly #options: ViewPortOptions;
  #source: ArrangeableSource;
  /** The table as its reader has asked for it; null: as it is. */
  #arranged: ArrangedSource | null = null;
  #arrangement: Arrangement | null = null;
  /** Those of its rows that make the pixels of a chart; null: it is none, or needs all of them. */
  #reduced: ReducedSource | null = null;
  #pixels: ChartPixels | null;
  #span: readonly [from: number, to: number] | null = null;
  #key: readonly string[];
  #range: RowRange | null;
  #credit: number;
  #hidden = false;
  #closed = false;
  #seq = 0;
  #generation = -1;
  #version = -1;
  /** The rows that the front end has. */
  #sent = new Set<number>();
  /** The same in their order, where rows have one. */
  #order: readonly number[] = [];
  #sentFrom = 0;
  #needsFrame = true;
  /** When the oldest frame that is not acknowledged was sent; null: none is. */
  #waitingSince: number | null = null;
  #lastFrameMs = -Infinity;
  #lastStatusMs = -Infinity;
  #lastStatus = '';
  #scheduled = false;
  #cancelTimer: (() => void) | null = null;

  constructor(options: ViewPortOptions, open: Pick<ViewOpen, 'credit' | 'range' | 'arrangement' | 'pixels'>) {
    this.#options = options;
    this.#source = options.source;
    this.#key = options.key;
    this.#range = checkedRange(open.range);
    this.#credit = Math.min(MAX_CREDIT, credits(open.credit));
    this.#pixels = checkedPixels(open.pixels);
    this.#reduce();
    if (open.arrangement !== undefined) this.#arrange(open.arrangement);
    this.notify();
  }

  /** Tells that the table or its status may have changed. */
  notify(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** Takes a front end's request in; what is none changes nothing. */
  receive(asked: ViewRequest): void {
    const request = checkedRequest(asked);
    switch (request?.type) {
      case undefined:
        return;
      case 'ack':
        this.#hidden = false;
        this.#waitingSince = null;
        // A view that is shown again may not know what it had left.
        this.#credit =
          request.seq === 0
            ? Math.min(MAX_CREDIT, Math.max(this.#credit, request.credit))
            : Math.min(MAX_CREDIT, this.#credit + request.credit);
        break;
      case 'hide':
        this.#hidden = true;
        break;
      case 'range':
        this.#range = request.range;
        this.#needsFrame = true;
        break;
      case 'arrange':
        if (this.#arrange(request.arrangement)) this.#range = request.range;
        break;
      case 'pixels':
        this.#pixels = request.pixels;
        this.#reduced?.show(request.pixels);
        this.#needsFrame = true;
        break;
      case 'resync':
        this.#generation = -1;
        this.#needsFrame = true;
        this.#credit = Math.max(1, this.#credit);
        break;
      case 'download':
      case 'downloadNext':
      case 'downloadStop':
      case 'origins':
      case 'originsKeep':
      case 'originsClose':
        // The session's: they read the table, and move nothing here.
        return;
    }
    this.notify();
  }

  /** Shows the rows in another order, or others of them. @returns false where they cannot be, and the front end has been told. */
  #arrange(arrangement: Arrangement): boolean {
    let arranged: ArrangedSource;
    try {
      arranged = this.#source.arrange(arrangement);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.send({ type: 'refused', request: 'arrange', reason }, []);
      return false;
    }
    this.#arranged?.close();
    const isPlain = arrangement.order.length === 0 && arrangement.filter.length === 0;
    if (isPlain) arranged.close();
    this.#arranged = isPlain ? null : arranged;
    this.#arrangement = isPlain ? null : arrangement;
    this.#generation = -1;
    this.#needsFrame = true;
    return true;
  }

  /** Has a chart's rows reduced to those that its pixels can show. */
  #reduce(): void {
    const { view } = this.#options;
    this.#reduced?.close();
    this.#reduced = view.kind === 'chart' ? this.#source.reduce(view, this.#pixels) : null;
  }

  /** Shows another table from here on, of the same columns. */
  rebind(source: ArrangeableSource, key: readonly string[]): void {
    this.#arranged?.close();
    this.#arranged = null;
    this.#source = source;
    this.#reduce();
    if (this.#arrangement !== null && !this.#arrange(this.#arrangement)) this.#arrangement = null;
    this.#key = key;
    this.#generation = -1;
    this.#needsFrame = true;
    this.notify();
  }

  /** Says that the view is over. */
  bye(reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#options.send({ type: 'bye', reason }, []);
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#arranged?.close();
    this.#arranged = null;
    this.#reduced?.close();
    this.#reduced = null;
  }

  /** What is shown: the table, or its rows as they were asked for. */
  get shown(): ViewSource {
    return this.#arranged ?? this.#source;
  }

  /** What is drawn of it. */
  get #drawn(): ViewSource {
    return this.#reduced ?? this.shown;
  }

  #status(): ViewStatus {
    const status = this.#options.status();
    const drawn = this.#reduced?.drawn ?? null;
    if (drawn !== null) return { ...status, drawn };
    const isFiltered = this.#arranged !== null && (this.#arrangement?.filter.length ?? 0) > 0;
    return isFiltered ? { ...status, matched: this.shown.total } : status;
  }

  #flush(): void {
    if (this.#closed || this.#hidden || this.#options.isFrozen()) return;
    const now = this.#options.now();
    if (this.#waitingSince !== null && now - this.#waitingSince > LEASE_MS) return;
    if (this.#reduced?.drawn != null && this.#options.status().state === 'ended')
      this.#needsFrame ||= this.#reduced.settle();
    const source = this.#drawn;
    const changed =
      this.#needsFrame || source.version !== this.#version || source.generation !== this.#generation;
    if (changed && this.#credit > 0) {
      if (now - this.#lastFrameMs < FRAME_MS) this.#later(FRAME_MS - (now - this.#lastFrameMs));
      else this.#sendFrame(now);
    } else if (!changed) {
      this.#sendStatus(now);
    }
  }

  #later(milliseconds: number): void {
    if (this.#cancelTimer !== null) return;
    this.#cancelTimer = this.#options.after(milliseconds, () => {
      this.#cancelTimer = null;
      this.notify();
    });
  }

  #sendFrame(now: number): void {
    const { view, encode, send, wallNow } = this.#options;
    const source = this.#drawn;
    const key = this.#key;
    const reduced = this.#reduced?.positions(0, Infinity);
    const { from, positions } =
      reduced === undefined ? visibleRows(source, view, this.#range) : { from: 0, positions: reduced };
    const span = this.#reduced?.span ?? null;
    const isSpanned = String(span) !== String(this.#span);
    const order = source.isOrdered ? Array.from(positions, position => source.rowId(position)) : [];
    const isMoved =
      order.length !== this.#order.length || order.some((rowId, at) => rowId !== this.#order[at]);
    const isSnapshot = source.generation !== this.#generation || !this.#overlaps(positions);
    this.#order = order;
    const rows = isSnapshot ? positions : positions.filter(position => this.#isNews(position));
    const shown = new Set<number>();
    for (const position of positions) shown.add(source.rowId(position));
    const gone = isSnapshot ? [] : [...this.#sent].filter(rowId => !shown.has(rowId));
    this.#needsFrame = false;
    this.#version = source.version;
    const isSame = !isMoved && !isSpanned && rows.length === 0 && gone.length === 0;
    if (!isSnapshot && isSame && from === this.#sentFrom) {
      this.#sendStatus(now);
      return;
    }
    this.#generation = source.generation;
    this.#sent = shown;
    this.#sentFrom = from;
    this.#span = span;
    const base = this.#seq++;
    const status = this.#status();
    const header = {
      v: PROTOCOL_VERSION,
      seq: this.#seq,
      from,
      ...(span === null ? {} : { span }),
      status,
      madeAtMs: wallNow?.() ?? now,
    };
    const arrow = encodeRows(source, rows, encode);
    this.#credit--;
    this.#waitingSince ??= now;
    this.#lastFrameMs = now;
    this.#lastStatusMs = now;
    this.#lastStatus = JSON.stringify(status);
    if (isSnapshot) {
      send({ type: 'snapshot', ...header, columns: viewColumns(source.schema.fields), key }, [arrow]);
    } else {
      const ordered = source.isOrdered ? [bytesOf(order)] : [];
      send({ type: 'delta', ...header, baseSeq: base }, [arrow, bytesOf(gone), ...ordered]);
    }
  }

  /** Whether any row shown is one that the front end has: else a snapshot is the shorter way. */
  #overlaps(positions: Int32Array): boolean {
    if (this.#sent.size === 0) return positions.length === 0 && this.#seq > 0;
    return positions.some(position => this.#sent.has(this.#drawn.rowId(position)));
  }

  #isNews(position: number): boolean {
    const source = this.#drawn;
    return !this.#sent.has(source.rowId(position)) || source.rowVersion(position) > this.#version;
  }

  /** Sends the status where it has changed and its turn has come. */
  #sendStatus(now: number): void {
    const wait = STATUS_MS - (now - this.#lastStatusMs);
    if (wait > 0) {
      if (JSON.stringify(this.#status()) !== this.#lastStatus) this.#later(wait);
      return;
    }
    const status = this.#status();
    const text = JSON.stringify(status);
    if (text === this.#lastStatus) return;
    this.#lastStatus = text;
    this.#lastStatusMs = now;
    this.#options.send({ type: 'status', status }, []);
  }
}

function bytesOf(rowIds: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(rowIds).buffer);
}
