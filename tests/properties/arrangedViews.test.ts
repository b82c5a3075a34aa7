import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Arrangement, ColumnFilter, RowRange, ViewMessage } from '@millrace/protocol';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { ARRANGED_LIMITS } from '../../engine/src/runtime/arrangedRows.js';
import { encodeRows, viewColumns } from '../../engine/src/views/frames.js';
import { decodeRows, type Row, type Value } from '../../ui/src/model/rows.js';
import { ViewModel } from '../../ui/src/model/viewModel.js';
import { batchOf, cut, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { runningPlan, statusOf } from './runningPlan.js';
import { steppedPort } from './steppedPort.js';

const GRID = { kind: 'grid' as const, title: null };
const usual = { ...ARRANGED_LIMITS };

beforeAll(() => void Object.assign(ARRANGED_LIMITS, { piece: 8, waiting: 20 }));
afterAll(() => void Object.assign(ARRANGED_LIMITS, usual));

function makePlan(random: Random): PlanNode {
  const counts: PlanNode = {
    kind: 'aggregate',
    input: SOURCE,
    keys: ['symbol', 'level'],
    window: random.chance(0.5) ? { type: 'tumble', parameters: { sizeUs: 10 } } : null,
    allowedLatenessUs: random.pick([0, 20]),
    columns: ['price', 'size'].map(name => ({
      name,
      call: {
        fn: name === 'price' ? 'avg' : 'sum',
        args: [{ kind: 'column', name }],
        where: null,
        distinct: false,
        options: {},
      },
    })),
  };
  const rows = random.pick<PlanNode>([SOURCE, counts, counts]);
  const by = [{ expr: { kind: 'column' as const, name: 'symbol' }, descending: random.chance(0.5) }];
  const sorted: PlanNode = { kind: 'sort', input: rows, by, offset: 0, limit: null, live: true };
  const plan = random.chance(0.2) ? sorted : rows;
  const retention = { lastUs: random.pick([null, 40]), rows: random.pick([null, 40]), bytes: null };
  return random.chance(0.5) ? { kind: 'keep', input: plan, retention } : plan;
}

const NUMBERS = ['0', '1.5', '-3', 'NaN', '40', '1,000.25', '7'];
const TEXTS = ['', 'a', 'A', '__proto__', '😀', 'CONSTR', 'ü'];

function makeFilter(random: Random): ColumnFilter {
  const column = random.pick(['symbol', 'level', 'price', 'size']);
  const test = random.pick(['contains', '=', '!=', '<', '<=', '>', '>=', 'null', 'notNull'] as const);
  const numbers = column === 'size' ? NUMBERS.filter(text => text !== 'NaN') : NUMBERS;
  return { column, test, value: random.pick(column === 'symbol' ? TEXTS : numbers) };
}

function makeArrangement(random: Random): Arrangement {
  const columns = ['symbol', 'level', 'price', 'size'].filter(() => random.chance(0.35));
  return {
    order: columns.map(column => ({ column, descending: random.chance(0.5) })),
    filter: Array.from({ length: random.below(3) }, () => makeFilter(random)),
  };
}

function makeRange(random: Random): RowRange {
  return { from: random.below(40), limit: 1 + random.below(30), tail: random.chance(0.3) };
}

/** The rows as they should be shown, by plain values. */
function arrange(rows: readonly Row[], names: readonly string[], { order, filter }: Arrangement): Row[] {
  const at = (row: Row, column: string) => row.values[names.indexOf(column)];
  const passes = (row: Row): boolean =>
    filter.every(({ column, test, value }) => {
      const found = at(row, column);
      if (test === 'null' || test === 'notNull') return (found === null) === (test === 'null');
      if (found === null) return false;
      if (typeof found === 'string') {
        if (test === 'contains') return found.toLowerCase().includes(value.toLowerCase());
        return holds(test, compare(found, value));
      }
      const wanted = Number(value.replaceAll(',', ''));
      const equals = Number.isNaN(wanted) ? Number.isNaN(found) : Number(found) === wanted;
      if (test === 'contains' || test === '=') return equals;
      if (test === '!=') return !equals;
      return !Number.isNaN(wanted) && !Number.isNaN(found) && holds(test, Number(found) - wanted);
    });
  const sorted = (a: Row, b: Row): number => {
    for (const { column, descending } of order) {
      const [x, y] = [at(a, column), at(b, column)];
      if (x === null || y === null) {
        if (x !== y) return x === null ? 1 : -1;
      } else if (compare(x, y) !== 0) return descending ? -compare(x, y) : compare(x, y);
    }
    return 0;
  };
  return rows.filter(passes).sort(sorted);
}

function holds(test: string, order: number): boolean {
  if (test === '=') return order === 0;
  if (test === '!=') return order !== 0;
  return test.startsWith('<')
    ? order < 0 || (test === '<=' && order === 0)
    : order > 0 || (test === '>=' && order === 0);
}

function compare(a: NonNullable<Value>, b: NonNullable<Value>): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  // Wide integers as they are: numbers would make neighbours alike.
  return a < b ? -1 : a > b ? 1 : 0;
}

test('a grid that is sorted and filtered shows what sorting and filtering the whole table gives', () =>
  forRandom(
    random => {
      const plan = makePlan(random);
      const query = runningPlan(plan);
      const { table } = query;
      const columns = viewColumns(table.schema.fields);
      const status = () => statusOf(query);
      const model = new ViewModel({
        v: 1,
        viewId: 'v',
        view: GRID,
        columns,
        key: [],
        snapshot: { arrow: '', status: status() },
      });
      let credit = 1;
      const receive = (message: ViewMessage, buffers: readonly Uint8Array[]): void => {
        expect(message.type).not.toBe('refused');
        if (message.type === 'status') model.status = message.status;
        if (message.type !== 'snapshot' && message.type !== 'delta') return;
        expect(credit--).toBeGreaterThan(0);
        expect(model.apply(message, buffers)).not.toBe('gap');
      };
      let arrangement = makeArrangement(random);
      let range = makeRange(random);
      const { port, settle } = steppedPort(
        { source: table, view: GRID, status, send: receive },
        { credit, range, arrangement },
      );
      query.onChange(() => port.notify());
      const acknowledge = (): void => {
        if (credit > 0) return port.receive({ type: 'ack', seq: model.seq, credit: 0, paintMs: 1 });
        credit++;
        port.receive({ type: 'ack', seq: model.seq, credit: 1, paintMs: 1 });
      };
      const check = (): void => {
        for (let i = 0; i < 3; i++) {
          acknowledge();
          settle();
        }
        const all = decodeRows(encodeRows(table, table.positions(0, table.total), encodeArrow), columns);
        // Rows that are alike stand as they came, whatever order the table's plan gives them.
        if (arrangement.order.length > 0) all.sort((a, b) => a.id - b.id);
        const names = columns.map(({ name }) => name);
        const rows = arrange(all, names, arrangement);
        const isOrdered = arrangement.order.length > 0 || table.isOrdered;
        const end = isOrdered ? 0 : rows.length - range.limit;
        const from = Math.max(0, range.tail ? end : Math.min(range.from, rows.length - 1));
        const what = JSON.stringify({ arrangement, range, sorted: table.isOrdered, total: table.total });
        expect(model.rows(), what).toEqual(rows.slice(from, from + range.limit));
        expect(model.from).toBe(from);
        expect(model.status.matched).toBe(arrangement.filter.length > 0 ? rows.length : undefined);
      };
      const [input] = query.ports;
      let starts = 0;
      for (const piece of cut(random, makeHistory(random, 150, { boundUs: 10, wide: random.chance(0.2) }))) {
        input.push(batchOf(piece), null);
        if (random.chance(0.03)) input.restart({ epoch: ++starts, to: null });
        if (random.chance(0.1)) port.receive({ type: 'hide' });
        if (random.chance(0.1)) port.receive({ type: 'range', range: (range = makeRange(random)) });
        if (random.chance(0.1)) {
          arrangement = makeArrangement(random);
          port.receive({ type: 'arrange', arrangement, range: (range = makeRange(random)) });
        }
        if (random.chance(0.6)) settle();
        if (random.chance(0.4) && credit === 0) acknowledge();
        if (random.chance(0.2)) check();
      }
      input.end();
      check();
      const { bytes } = table;
      port.close();
      expect(table.bytes).toBeLessThanOrEqual(bytes);
    },
    Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2),
  ));
