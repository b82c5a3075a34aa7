import type {
  ViewColumn,
  ViewMessage,
  ViewOpen,
  ViewOutput,
  ViewRequest,
  ViewStatus,
} from '@millrace/protocol';
import type { Channel, ChannelState } from './model/channel.js';
import { encodeRows } from './model/encodeRows.js';
import { NO_ROWS } from './model/noRows.js';
import type { Row } from './model/rows.js';
import { bytesToBase64 } from './model/base64.js';
import type { Screen } from './view/screen.js';

/** What the tests of views share: rows, frames, a channel and a screen under their control. */
export const STATUS: ViewStatus = NO_ROWS;

export const COLUMNS: readonly ViewColumn[] = [
  { name: 'symbol', type: 'string', nullable: false },
  { name: 'at', type: "timestamp('us')", nullable: false },
  { name: 'price', type: 'float64', nullable: true },
];

export function row(id: number, price: number | null, state: number | null = 1): Row {
  return { id, state, values: [`S${id % 2}`, 1_767_623_400_000_000 + id * 60_000_000, price] };
}

export function output(rows: readonly Row[] = [], kind: 'grid' | 'chart' = 'grid'): ViewOutput {
  return {
    v: 1,
    viewId: 'view-1',
    view:
      kind === 'grid'
        ? { kind, title: null }
        : {
            kind,
            title: null,
            lastUs: null,
            maxRows: 100,
            chart: { form: 'line', x: 'at', y: 'price', color: 'symbol' },
          },
    columns: COLUMNS,
    key: ['symbol', 'at'],
    snapshot: {
      arrow: rows.length === 0 ? '' : bytesToBase64(encodeRows(rows, COLUMNS)),
      status: { ...STATUS, total: rows.length },
    },
  };
}

/** A frame and its buffers, as a kernel would send them. */
export type SentFrame = readonly [Extract<ViewMessage, { type: 'snapshot' | 'delta' }>, Uint8Array[]];

export function snapshot(
  seq: number,
  rows: readonly Row[],
  total = rows.length,
  from = 0,
  columns = COLUMNS,
): SentFrame {
  const status = { ...STATUS, total };
  const header = { v: 1, seq, from, status, madeAtMs: 0, columns, key: [] };
  return [{ type: 'snapshot', ...header }, [encodeRows(rows, columns)]];
}

export function delta(
  seq: number,
  rows: readonly Row[],
  gone: readonly number[] = [],
  total = 0,
  from = 0,
  columns = COLUMNS,
): SentFrame {
  const removed = new Uint8Array(new Int32Array(gone).buffer);
  const header = { v: 1, seq, baseSeq: seq - 1, from, status: { ...STATUS, total }, madeAtMs: 0 };
  return [{ type: 'delta', ...header }, [encodeRows(rows, columns), removed]];
}

/** A kernel's end of a channel, played by a test. */
export class FakeEnd<Open, Request, Message> implements Channel<Open, Request, Message> {
  state: ChannelState = { kind: 'ready', reason: null };
  readonly opened: Open[] = [];
  readonly sent: Request[] = [];
  isClosed = false;
  left = 0;
  private tell: (state: ChannelState) => void = () => undefined;
  protected deliver: (message: Message, buffers: readonly Uint8Array[]) => void = () => undefined;

  onState(listener: (state: ChannelState) => void): void {
    this.tell = listener;
    listener(this.state);
  }

  onMessage(listener: (message: Message, buffers: readonly Uint8Array[]) => void): void {
    this.deliver = listener;
  }

  open(open: Open): void {
    this.opened.push(open);
    this.become('open', null);
  }

  send(request: Request): void {
    this.sent.push(request);
  }

  leave(): void {
    this.left++;
    this.become('ready', null);
  }

  close(): void {
    this.isClosed = true;
  }

  become(kind: ChannelState['kind'], reason: string | null): void {
    this.state = { kind, reason };
    this.tell(this.state);
  }

  say(message: Message): void {
    this.deliver(message, []);
  }

  /** What was sent since the last call. */
  take(): Request[] {
    return this.sent.splice(0);
  }
}

/** The kernel's end of a view's channel. */
export class FakeChannel extends FakeEnd<ViewOpen, ViewRequest, ViewMessage> {
  receive([message, buffers]: SentFrame): void {
    this.deliver(message, buffers);
  }
}

/** A screen whose frames are painted when the test says so. */
export class FakeScreen implements Screen {
  time = 0;
  private draws: (() => void)[] = [];
  private paints: (() => void)[] = [];
  private seen = true;
  private listener: (seen: boolean) => void = () => undefined;

  constructor(seen = true) {
    this.seen = seen;
  }

  nextFrame(draw: () => void): void {
    this.draws.push(draw);
  }

  afterPaint(done: () => void): void {
    this.paints.push(done);
  }

  watch(_node: Element, listener: (seen: boolean) => void): () => void {
    this.listener = listener;
    listener(this.seen);
    return () => (this.listener = () => undefined);
  }

  now(): number {
    return this.time;
  }

  setSeen(seen: boolean): void {
    this.listener(seen);
  }

  /** Draws and paints until nothing waits. */
  async paint(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      for (const draw of this.draws.splice(0)) draw();
      await new Promise(resolve => setTimeout(resolve, 0));
      for (const done of this.paints.splice(0)) done();
      if (this.draws.length === 0 && this.paints.length === 0) return;
    }
  }
}
