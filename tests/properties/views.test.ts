import { expect, test } from 'vitest';
import type { RowRange, ViewDescription, ViewMessage } from '@millrace/protocol';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { encodeRows, visibleRows } from '../../engine/src/views/frames.js';
import { ALL_CALLS, batchOf, cut, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { runningPlan, statusOf } from './runningPlan.js';
import { text } from './reference.js';
import { steppedPort } from './steppedPort.js';

/** A front end: it applies frames as the protocol says, and checks that it was entitled to each. */
class FrontEnd {
  readonly rows = new Map<number, string>();
  credit: number;
  seq = 0;
  from = 0;

  constructor(credit: number) {
    this.credit = credit;
  }

  receive(message: ViewMessage, buffers: readonly Uint8Array[]): void {
    if (message.type !== 'snapshot' && message.type !== 'delta') return;
    expect(this.credit--).toBeGreaterThan(0);
    if (message.type === 'snapshot') this.rows.clear();
    else expect(message.baseSeq).toBe(this.seq);
    this.seq = message.seq;
    this.from = message.from;
    for (const [id, row] of rowsOf(buffers[0])) this.rows.set(id, row);
    if (message.type === 'delta')
      for (const id of new Int32Array(buffers[1].slice().buffer)) this.rows.delete(id);
    if (buffers.length < 3) return;
    const rows = Array.from(
      new Int32Array(buffers[2].slice().buffer),
      id => [id, this.rows.get(id)] as const,
    );
    this.rows.clear();
    for (const [id, row] of rows) this.rows.set(id, row ?? 'not sent');
  }
}

function rowsOf(arrow: Uint8Array): Map<number, string> {
  const { columns, length } = decodeArrow(arrow);
  const rows = Array.from({ length }, (_, row) => columns.map(column => valueAt(column, row)));
  return new Map(rows.map(row => [row[0] as number, text(row)]));
}

function makePlan(random: Random): PlanNode {
  const bars: PlanNode = {
    kind: 'aggregate',
    input: SOURCE,
    keys: ['symbol'],
    window: random.chance(0.6) ? { type: 'tumble', parameters: { sizeUs: 10 } } : null,
    allowedLatenessUs: random.pick([0, 20]),
    columns: ALL_CALLS,
  };
  const rows = random.pick<PlanNode>([SOURCE, bars, bars]);
  const by = [{ expr: { kind: 'column' as const, name: 'symbol' }, descending: random.chance(0.5) }];
  const plan: PlanNode = random.chance(0.3)
    ? { kind: 'sort', input: rows, by, offset: 0, limit: null, live: true }
    : rows;
  const retention = { lastUs: random.pick([null, 40]), rows: random.pick([null, 15]), bytes: null };
  return random.chance(0.5) ? { kind: 'keep', input: plan, retention } : plan;
}

function makeRange(random: Random): RowRange {
  return { from: random.below(20), limit: 1 + random.below(30), tail: random.chance(0.5) };
}

test('whatever frames are skipped, a front end ends with what the table shows', () =>
  forRandom(
    random => {
      const plan = makePlan(random);
      const query = runningPlan(plan);
      const [input] = query.ports;
      let starts = 0;
      const view: ViewDescription = random.chance(0.5)
        ? { kind: 'grid', title: null }
        : {
            kind: 'chart',
            title: null,
            chart: { form: 'vegaLite', spec: {} },
            lastUs: random.pick([null, 30]),
            maxRows: 1 + random.below(40),
          };
      let range = random.chance(0.7) ? makeRange(random) : null;
      const frontEnd = new FrontEnd(1);
      const { port, settle } = steppedPort(
        {
          source: query.table,
          view,
          status: () => statusOf(query),
          send: (message, buffers) => frontEnd.receive(message, buffers),
        },
        { credit: 1, range },
      );
      query.onChange(() => port.notify());
      const acknowledge = (): void => {
        frontEnd.credit++;
        port.receive({ type: 'ack', seq: frontEnd.seq, credit: 1, paintMs: 1 });
      };
      for (const piece of cut(random, makeHistory(random, 150, { boundUs: 10, wide: false }))) {
        input.push(batchOf(piece), null);
        if (random.chance(0.03)) input.restart({ epoch: ++starts, to: null });
        if (random.chance(0.1)) port.receive({ type: 'hide' });
        if (random.chance(0.1)) port.receive({ type: 'range', range: (range = makeRange(random)) });
        if (random.chance(0.6)) settle();
        if (random.chance(0.4) && frontEnd.credit === 0) acknowledge();
      }
      input.end();
      for (let i = 0; i < 3; i++) {
        if (frontEnd.credit === 0) acknowledge();
        else port.receive({ type: 'ack', seq: frontEnd.seq, credit: 0, paintMs: 1 });
        settle();
      }
      const shown = visibleRows(query.table, view, range);
      const wanted = [...rowsOf(encodeRows(query.table, shown.positions, encodeArrow)).values()];
      if (query.table.isOrdered) expect([...frontEnd.rows.values()]).toEqual(wanted);
      expect([...frontEnd.rows.values()].sort()).toEqual(wanted.sort());
      expect(frontEnd.from).toBe(shown.from);
    },
    Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2),
  ));
