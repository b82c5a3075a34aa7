import { expect, test } from 'vitest';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { readSnapshot, SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import { expectSameForAnyCutting } from './cutting.js';
import { batchOf, cut, END, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { expectSame, reference, text, type ResultRow } from './reference.js';
import { batches, Integral, operatorOf, run, ticked } from './running.js';
import { calendarWindow, makeCase, shortWindow, windowsAmong, zonedWindow } from './timeWindows.js';

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

test('windows are told when they close, every so often, or after so many rows, for any cutting', () =>
  forRandom(random => {
    const { node: base, rows } = makeCase(random, anyWindow, 40);
    const emit = {
      change: false,
      everyUs: random.chance(0.5) ? 1 : null,
      rows: random.chance(0.6) ? 1 + random.below(5) : null,
    };
    const node: AggregateNode = { ...base, emit };
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(keyCount(node), form);
    const told = new Told(node);
    const arrived: HistoryRow[] = [];
    const last = node.columns.length + keyCount(node) - 1;
    let mark = -Infinity;
    for (const piece of cut(random, rows)) {
      // Row by row, though the operator gets them together.
      for (const row of piece) {
        arrived.push(row);
        mark = Math.max(mark, row.mark);
        told.tell(reference(node, arrived), (row, before) => {
          if (endOf(node, row) <= mark) return true;
          return emit.rows !== null && Number(row[last]) - Number(before?.[last] ?? 0n) >= emit.rows;
        });
      }
      for (const changes of batches(operator, batchOf(piece))) table.apply(changes);
      expectSame([...table.rows.values()], told.rows, keyCount(node));
      if (emit.everyUs === null || random.chance(0.7)) continue;
      told.tell(reference(node, arrived), () => true);
      table.apply(ticked(operator));
      expectSame([...table.rows.values()], told.rows, keyCount(node));
    }
    for (const changes of batches(operator, END)) table.apply(changes);
    expectSame([...table.rows.values()], reference(node, arrived), keyCount(node));
  }));

test('what is told of windows now and then is the same for any cutting', () =>
  forRandom(random => {
    const { node: base, rows } = makeCase(random, anyWindow, 40);
    const node: AggregateNode = { ...base, emit: { change: false, everyUs: 1, rows: 1 + random.below(5) } };
    const form = random.pick(['retract', 'upsert'] as const);
    expectSameForAnyCutting(random, rows, () => operatorOf(node, form), {
      table: () => new Integral(keyCount(node), form),
      keyed: row => row,
    });
  }));

test('and so it is where rows are taken back', () =>
  forRandom(random => {
    const { node: base, rows } = makeCase(random, anyWindow, 40);
    const emit = { change: false, everyUs: 1, rows: random.chance(0.7) ? 1 + random.below(4) : null };
    const node: AggregateNode = { ...base, emit };
    const form = random.pick(['retract', 'upsert'] as const);
    const back = new Set<HistoryRow>();
    // Rows go some rows after they have come.
    const history = rows.flatMap((row, at) => {
      if (at < 5 || random.chance(0.7)) return [row];
      const gone = { ...rows[at - 5], mark: row.mark };
      back.add(gone);
      return [row, gone];
    });
    expectSameForAnyCutting(random, history, () => operatorOf(node, form, 'retract'), {
      table: () => new Integral(keyCount(node), form),
      keyed: row => row,
      back,
    });
  }));

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

const nameOf = ({ args: [arg] }: AggregateNode['columns'][number]['call']): string =>
  arg.kind === 'column' ? arg.name : '';

/** What stands in an empty window, by the aggregate: a number is the place of the column whose value before it stays. */
function filled(node: AggregateNode, before: ResultRow): ResultRow {
  const first = keyCount(node);
  const lastOf = (k: number): number =>
    node.columns.findIndex(({ call }) => {
      const like = node.columns[k].call;
      return (
        call.fn === 'last' && nameOf(call) === nameOf(like) && (call.where === null) === (like.where === null)
      );
    });
  return node.columns.map(({ call }, k) => {
    if (call.fn === 'count') return 0n;
    if (node.fill?.by === 'null') return null;
    if (call.fn === 'sum') return nameOf(call) === 'price' ? 0 : 0n;
    const stays = ['first', 'min', 'max', 'avg', 'median'].includes(call.fn) ? lastOf(k) : -1;
    return before[first + (stays >= 0 ? stays : k)];
  });
}

test('empty windows are filled from the first window of a group on, up to the limit', () =>
  forRandom(random => {
    const { node: base, rows } = makeCase(random, shortWindow, 60);
    const node: AggregateNode = {
      ...base,
      fill: { by: random.pick(['previous', 'null']), limit: random.pick([1, 2, 5, 1000]) },
    };
    const final = random.chance(0.5);
    const form = final ? 'final' : random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(final ? { kind: 'final', input: node } : node, form);
    const table = new Integral(keyCount(node), form === 'final' ? 'retract' : form);
    for (const piece of cut(random, rows)) table.apply(run(operator, batchOf(piece)));
    table.apply(run(operator, END));
    expectSame([...table.rows.values()], withFilled(node, rows), keyCount(node));
  }));

/** The reference with a row for every empty window of a group up to the last window with rows, or the last watermark. */
function withFilled(node: AggregateNode, rows: readonly HistoryRow[]): ResultRow[] {
  const real = reference(node, rows);
  const windows = windowsAmong(node, rows, 1);
  const last = Math.max(-Infinity, ...real.map(row => endOf(node, row)));
  const mark = Math.max(-Infinity, ...rows.map(row => row.mark));
  const found: ResultRow[] = [];
  const groups = new Map<string, ResultRow[]>();
  for (const row of real) {
    const key = text(row.slice(0, node.keys.length).map(value => (value === 0 ? 0 : value)));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const group of groups.values()) {
    const byEnd = new Map(group.map(row => [endOf(node, row), row]));
    let before: ResultRow | null = null;
    let silent = 0;
    for (const { start, end } of windows) {
      const row: ResultRow | undefined = byEnd.get(end);
      if (row !== undefined) {
        silent = 0;
        before = row;
        found.push(row);
      } else if (before !== null && ++silent <= node.fill!.limit && (end <= last || end <= mark)) {
        found.push([
          ...before.slice(0, node.keys.length),
          BigInt(start),
          BigInt(end),
          BigInt(end) - 1n,
          ...filled(node, before),
        ]);
      }
    }
  }
  return found;
}

test('they go on from a snapshot taken anywhere', () =>
  forRandom(random => {
    const { node: base, rows } = makeCase(random, anyWindow, 60);
    const node: AggregateNode = {
      ...base,
      ...random.pick([
        {},
        { fill: { by: 'previous', limit: 3 } },
        { emit: { change: false, everyUs: null, rows: 2 } },
        { emit: { change: false, everyUs: 1, rows: 2 } },
      ] as const),
    };
    const form = random.pick(['retract', 'upsert', 'final'] as const);
    const make = () => operatorOf(form === 'final' ? { kind: 'final', input: node } : node, form);
    const steady = make();
    let moving = make();
    for (const batch of [...cut(random, rows).map(piece => batchOf(piece)), END]) {
      if (random.chance(0.4)) {
        const writer = new SnapshotWriter();
        moving.snapshot(writer);
        moving = make();
        moving.restore(readSnapshot(writer.encode()));
      }
      expect(run(moving, batch)).toEqual(run(steady, batch));
      if (random.chance(0.2)) expect(ticked(moving)).toEqual(ticked(steady));
      expect(moving.counters).toEqual(steady.counters);
    }
  }));
