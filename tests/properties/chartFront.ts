import { expect } from 'vitest';
import type { ChartPixels, ViewColumn, ViewMessage } from '@millrace/protocol';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import type { RunningQuery } from '../../engine/src/runtime/query.js';
import { encodeRows, savedRows, viewColumns, visibleRows } from '../../engine/src/views/frames.js';
import type { ChartView } from '../../engine/src/views/viewSource.js';
import { decodeRows, type Row } from '../../ui/src/model/rows.js';
import { ViewModel } from '../../ui/src/model/viewModel.js';
import { batchOf, cut, makeHistory } from './histories.js';
import type { Random } from './random.js';
import { statusOf } from './runningPlan.js';
import { steppedPort } from './steppedPort.js';

/** The front end of a chart over a running query, one frame at a time, whose pixels change. */
export class ChartFront {
  readonly columns: readonly ViewColumn[];
  readonly model: ViewModel;
  /** What of the x axis the last frame is drawn for. */
  span: readonly [number, number] | null = null;
  readonly #port: ReturnType<typeof steppedPort>;
  #credit = 1;

  constructor(
    readonly query: RunningQuery,
    readonly view: ChartView,
    public pixels: ChartPixels,
  ) {
    const { table } = query;
    const status = () => statusOf(query);
    this.columns = viewColumns(table.schema.fields);
    const snapshot = { arrow: '', status: status() };
    this.model = new ViewModel({ v: 1, viewId: 'v', view, columns: this.columns, key: [], snapshot });
    this.#port = steppedPort(
      { source: table, view, status, send: (message, buffers) => this.#receive(message, buffers) },
      { credit: this.#credit, range: null, pixels },
    );
    query.onChange(() => this.#port.port.notify());
  }

  /** All rows that the chart is of, as they are now. */
  allRows(): Row[] {
    const { table } = this.query;
    const view = { ...this.view, maxRows: Math.min(this.view.maxRows, 1e6) };
    const { positions } = visibleRows(table, view, null);
    return decodeRows(encodeRows(table, positions, encodeArrow), this.columns);
  }

  /** Draws until everything is told. */
  catchUp(): void {
    for (let i = 0; i < 3; i++) {
      this.#acknowledge();
      this.#port.settle();
    }
  }

  /** Nothing is drawn but rows of the table, as they are now. */
  expectRowsOf(all: readonly Row[], what: string): void {
    const byId = new Map(all.map(row => [row.id, row]));
    for (const row of this.model.rows()) expect(row, what).toEqual(byId.get(row.id));
  }

  /** Goes through a history, in any pieces, with frames, restarts and other pixels between them, and calls `check` now and then, and at its end. */
  follow(
    random: Random,
    rows: number,
    wide: boolean,
    makePixels: () => ChartPixels,
    check: () => void,
  ): void {
    const { port, settle } = this.#port;
    const [input] = this.query.ports;
    let starts = 0;
    for (const piece of cut(random, makeHistory(random, rows, { boundUs: 10, wide }))) {
      input.push(batchOf(piece), null);
      if (random.chance(0.02)) input.restart({ epoch: ++starts, to: null });
      if (random.chance(0.05)) port.receive({ type: 'hide' });
      if (random.chance(0.1)) port.receive({ type: 'pixels', pixels: (this.pixels = makePixels()) });
      if (random.chance(0.6)) settle();
      if (random.chance(0.4) && this.#credit === 0) this.#acknowledge();
      if (random.chance(0.2)) check();
    }
    input.end();
    check();
    const most = 1 + random.below(60);
    expect(savedRows(this.query.table, this.view, most).length).toBeLessThanOrEqual(most);
    port.close();
  }

  #receive(message: ViewMessage, buffers: readonly Uint8Array[]): void {
    if (message.type === 'status') this.model.status = message.status;
    if (message.type !== 'snapshot' && message.type !== 'delta') return;
    expect(this.#credit--).toBeGreaterThan(0);
    expect(this.model.apply(message, buffers)).not.toBe('gap');
    this.span = message.span ?? null;
  }

  #acknowledge(): void {
    const more = this.#credit > 0 ? 0 : 1;
    this.#credit += more;
    this.#port.port.receive({ type: 'ack', seq: this.model.seq, credit: more, paintMs: 1 });
  }
}
