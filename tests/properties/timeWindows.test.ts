import { expect, test } from 'vitest';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { batchOf, cut, END, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { expectSame, reference, text, type ResultRow } from './reference.js';
import { Integral, operatorOf, run } from './running.js';
import { calendarWindow, makeCase, shortWindow, zonedWindow } from './timeWindows.js';

const anyWindow = (random: Random) =>
  random.pick([shortWindow, shortWindow, zonedWindow, calendarWindow])(random);
const keyCount = (node: AggregateNode): number => node.keys.length + 3;
const keyOf = (node: AggregateNode, row: ResultRow): string => text(row.slice(0, keyCount(node)));
const endOf = (node: AggregateNode, row: ResultRow): number => Number(row[node.keys.length + 1]);

test('windows of zones and calendars equal their reference after every batch', () =>
  forRandom(random => {
    const { node, rows } = makeCase(random, random.pick([zonedWindow, calendarWindow]));
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(keyCount(node), form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, rows)) {
      arrived.push(...piece);
      table.apply(run(operator, batchOf(piece)));
      if (random.chance(0.1)) expectSame([...table.rows.values()], reference(node, arrived), keyCount(node));
    }
    expectSame([...table.rows.values()], reference(node, arrived), keyCount(node));
    expect(run(operator, END)).toEqual([]);
  }));

test('and so do their final rows, which come in one sequence for any cutting', () =>
  forRandom(random => {
    const { node, rows } = makeCase(random, anyWindow);
    const [changes, again] = [0, 1].map(() => {
      const operator = operatorOf({ kind: 'final', input: node }, 'final');
      return [...cut(random, rows).map(piece => batchOf(piece)), END].flatMap(batch => run(operator, batch));
    });
    expectSame(
      changes.map(change => change.row),
      reference(node, rows),
      keyCount(node),
    );
    expect(again).toEqual(changes);
    const ends = changes.map(change => endOf(node, change.row));
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
  }));

/** The rows that a table has where open windows are told now and then: of closed windows all, of open ones what was told last. */
class Told {
  readonly #told = new Map<string, ResultRow>();

  constructor(readonly node: AggregateNode) {}

  /** Tells every row of a result for which the condition holds. */
  tell(rows: readonly ResultRow[], due: (row: ResultRow, told: ResultRow | undefined) => boolean): void {
    for (const row of rows) {
      const key = keyOf(this.node, row);
      if (due(row, this.#told.get(key))) this.#told.set(key, row);
    }
  }

  get rows(): ResultRow[] {
    return [...this.#told.values()];
  }
}

test('windows are told when they close, every so often, or after so many rows', () =>
  forRandom(random => {
    const { node: base, rows } = makeCase(random, anyWindow, 40);
    const scale = Math.max(1, base.allowedLatenessUs / 7, rows.length);
    const emit = random.pick([
      { change: false, everyUs: null, rows: null },
      { change: false, everyUs: Math.round((1 + random.below(9)) * scale), rows: null },
      { change: false, everyUs: null, rows: 1 + random.below(5) },
    ]);
    const node: AggregateNode = { ...base, emit };
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(keyCount(node), form);
    const told = new Told(node);
    const arrived: HistoryRow[] = [];
    let mark = -Infinity;
    for (const piece of cut(random, rows)) {
      let ticked = 0;
      for (const row of piece) {
        arrived.push(row);
        const { everyUs } = emit;
        // The first mark sets the ticks; every one that is passed later tells all windows.
        if (
          everyUs !== null &&
          Number.isFinite(mark) &&
          Math.floor(row.mark / everyUs) > Math.floor(mark / everyUs)
        )
          ticked = arrived.length;
        mark = Math.max(mark, row.mark);
      }
      if (ticked > 0) told.tell(reference(node, arrived.slice(0, ticked)), () => true);
      const last = node.columns.length + keyCount(node) - 1;
      told.tell(reference(node, arrived), (row, before) => {
        if (endOf(node, row) <= mark) return true;
        return emit.rows !== null && Number(row[last]) - Number(before?.[last] ?? 0n) >= emit.rows;
      });
      for (const changes of batches(operator, batchOf(piece))) table.apply(changes);
      expectSame([...table.rows.values()], told.rows, keyCount(node));
    }
    for (const changes of batches(operator, END)) table.apply(changes);
    expectSame([...table.rows.values()], reference(node, arrived), keyCount(node));
  }));

/** What an operator puts out for a batch, batch by batch: of one, each row is changed at most once. */
function batches(operator: ReturnType<typeof operatorOf>, batch: Parameters<typeof run>[1]) {
  const found: ReturnType<typeof run>[] = [];
  operator.process(0, batch, out => {
    found.push(run({ ...operator, process: (_port, given, emit) => emit(given) } as typeof operator, out));
  });
  return found;
}

test('late rows are those that no window takes, and they are counted', () =>
  forRandom(random => {
    const { node, rows } = makeCase(random, anyWindow);
    const { type, parameters } = node.window!;
    const definition = windowOf(type);
    const late: HistoryRow[] = [];
    let mark = -Infinity;
    for (const row of rows) {
      const spans =
        row.time === null || definition.by !== 'time'
          ? []
          : definition.reference(Number(row.time), parameters);
      if (spans.length > 0 && spans.every(({ end }) => end + node.allowedLatenessUs <= mark)) late.push(row);
      mark = Math.max(mark, row.mark);
    }
    const operator = operatorOf({ kind: 'late', input: node }, 'final');
    const aggregate = operatorOf(node, 'upsert');
    const found = cut(random, rows).flatMap(piece => {
      run(aggregate, batchOf(piece));
      return run(operator, batchOf(piece));
    });
    expect(found.map(({ row }) => text(row))).toEqual(
      late.map(row => text([row.time, row.seq, row.symbol, row.level, row.price, row.size])),
    );
    expect(aggregate.counters.late).toBe(late.length);
  }));
