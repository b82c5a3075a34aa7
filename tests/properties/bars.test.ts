import { expect, test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import type { AggregateNode, WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { EmitSpec } from '../../engine/src/windows/emission.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { expectSameForAnyCutting } from './cutting.js';
import {
  batchOf,
  cut,
  END,
  makeHistory,
  PATH_CALLS,
  someCalls,
  SOURCE,
  type HistoryRow,
} from './histories.js';
import { expectSameAfterMoves } from './moving.js';
import { forRandom, type Random } from './random.js';
import { expectSame, keyText, text, valueOf, type ResultRow } from './reference.js';
import { batches, Integral, operatorOf, run, ticked, type Change } from './running.js';

/** Bars of a random kind. */
function makeNode(random: Random): AggregateNode {
  const kind = random.pick<WindowSpec>([
    { type: 'countWindow', parameters: { threshold: 1 + random.below(6) } },
    { type: 'tickBars', parameters: { threshold: 1 + random.below(3) } },
    { type: 'volumeBars', parameters: { threshold: 1 + random.below(120), size: 'size' } },
    { type: 'dollarBars', parameters: { threshold: 100 + random.below(5000), price: 'price', size: 'size' } },
  ]);
  return {
    kind: 'aggregate',
    input: SOURCE,
    keys: random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]),
    window: kind,
    allowedLatenessUs: random.pick([0, 0, 7, 30]),
    columns: [...someCalls(random, 3), ...PATH_CALLS.filter(() => random.chance(0.2))],
  };
}

const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 15 + random.below(35), { boundUs: random.pick([0, 5, 20]), wide: random.chance(0.2) });

const keysOf = (node: AggregateNode, row: HistoryRow): Value[] =>
  node.keys.map(name => row[name as keyof HistoryRow]);

/** The number comes first, since a bar's key is its group and its number. */
function byNumber(node: AggregateNode, row: ResultRow): ResultRow {
  const at = node.keys.length;
  return [...row.slice(0, at), row[at + 3], ...row.slice(at, at + 3), ...row.slice(at + 4)];
}

/** The bars of what has arrived and is not late: sorted by event time, sequence and arrival, and filled in turn. */
function reference(node: AggregateNode, arrived: readonly HistoryRow[]) {
  const late: HistoryRow[] = [];
  const groups = new Map<string, HistoryRow[]>();
  let mark = -Infinity;
  for (const row of arrived) {
    if (row.time !== null) {
      const key = keyText(keysOf(node, row));
      if (Number(row.time) + 1 + node.allowedLatenessUs <= mark) late.push(row);
      else groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    mark = Math.max(mark, row.mark);
  }
  const { type, parameters } = node.window!;
  const definition = windowOf(type);
  if (definition.by !== 'rows') throw new Error(`${type} is no window of rows`);
  const value = ({ price, size }: HistoryRow) =>
    type === 'dollarBars' ? (price === null ? null : price * Number(size)) : size;
  const bars = [...groups.values()].flatMap(group => {
    const rows = group
      .map((row, arrival) => ({ row, arrival }))
      .sort(
        (a, b) => Number(a.row.time! - b.row.time!) || Number(a.row.seq - b.row.seq) || a.arrival - b.arrival,
      )
      .map(({ row }) => row);
    const windows = definition.reference(
      rows.map(row => ({ timeUs: Number(row.time), value: value(row) })),
      parameters,
    );
    return windows.map(({ start, end, rows: members }, number): ResultRow => {
      const held = members.map(member => rows[member]);
      const filled = held.reduce((sum, row) => {
        const counted = definition.name.endsWith('Bars') && type !== 'tickBars' ? Number(value(row)) : 1;
        return Number.isNaN(counted) ? sum : sum + counted;
      }, 0);
      return [
        ...keysOf(node, rows[0]),
        BigInt(start),
        BigInt(end),
        BigInt(end) - 1n,
        BigInt(number + 1),
        filled >= Number(parameters.threshold),
        // Rows in order of arrival: bars are, but for ties, which the sequence settles.
        ...node.columns.map(({ call }) =>
          valueOf(
            call,
            group.filter(row => held.includes(row)),
            BigInt(end),
          ),
        ),
      ];
    });
  });
  return { bars, late };
}

function expectTable(node: AggregateNode, rows: Iterable<ResultRow>, arrived: readonly HistoryRow[]): void {
  const expected = reference(node, arrived).bars.map(row => byNumber(node, row));
  expectSame([...rows], expected, node.keys.length + 1);
}

const byNumbers = (node: AggregateNode, changes: readonly Change[]) =>
  changes.map(change => ({ ...change, row: byNumber(node, change.row) }));

test('after every batch the table holds the bars of what has arrived', () =>
  forRandom(random => {
    const node = makeNode(random);
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(node.keys.length + 1, form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      table.apply(byNumbers(node, run(operator, batchOf(piece))));
      if (random.chance(0.1)) expectTable(node, table.rows.values(), arrived);
    }
    expectTable(node, table.rows.values(), arrived);
    table.apply(byNumbers(node, run(operator, END)));
    expectTable(node, table.rows.values(), arrived);
  }));

/** Triggers of every kind but 'change'. */
const makeEmit = (random: Random): EmitSpec => ({
  change: false,
  everyUs: random.chance(0.4) ? 1 : null,
  rows: random.chance(0.4) ? 1 + random.below(4) : null,
});

test('bars that are told now and then are right when they are final, when their time comes, and at the end', () =>
  forRandom(random => {
    const emit = makeEmit(random);
    const node: AggregateNode = { ...makeNode(random), emit };
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(node.keys.length + 1, form);
    const arrived: HistoryRow[] = [];
    const at = node.keys.length;
    let mark = -Infinity;
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      for (const changes of batches(operator, batchOf(piece))) table.apply(byNumbers(node, changes));
      mark = piece.at(-1)!.mark;
      if (emit.everyUs !== null && random.chance(0.2)) {
        table.apply(byNumbers(node, ticked(operator)));
        expectTable(node, table.rows.values(), arrived);
      }
      if (random.chance(0.9)) continue;
      const isFinal = (row: ResultRow): boolean =>
        row[at + 4] === true && Number(row[at + 2]) + node.allowedLatenessUs <= mark;
      expectSame(
        [...table.rows.values()].filter(isFinal),
        reference(node, arrived)
          .bars.map(row => byNumber(node, row))
          .filter(isFinal),
        at + 1,
      );
    }
    table.apply(byNumbers(node, run(operator, END)));
    expectTable(node, table.rows.values(), arrived);
  }));

test('what is told of bars now and then is the same for any cutting', () =>
  forRandom(random => {
    const node: AggregateNode = { ...makeNode(random), emit: makeEmit(random) };
    const form = random.pick(['retract', 'upsert'] as const);
    expectSameForAnyCutting(random, makeRows(random), () => operatorOf(node, form), {
      table: () => new Integral(node.keys.length + 1, form),
      keyed: row => byNumber(node, row),
    });
  }));

test('bars go on from a snapshot taken anywhere', () =>
  forRandom(random => {
    const form = random.pick(['retract', 'upsert', 'final', 'late'] as const);
    const node: AggregateNode = random.chance(0.5)
      ? makeNode(random)
      : { ...makeNode(random), emit: makeEmit(random) };
    const input: PlanNode =
      form === 'late'
        ? { kind: 'late', input: node }
        : form === 'final'
          ? { kind: 'final', input: node }
          : node;
    const history = [...cut(random, makeRows(random)).map(piece => batchOf(piece)), END];
    expectSameAfterMoves(random, () => operatorOf(input, form as 'final'), history);
  }));

const runAll = (random: Random, plan: PlanNode, rows: HistoryRow[]) => {
  const operator = operatorOf(plan, 'final');
  return [...cut(random, rows).map(piece => batchOf(piece)), END].flatMap(batch => run(operator, batch));
};

test('final bars are those of the table, in order of their ends, for any cutting', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeRows(random);
    const changes = runAll(random, { kind: 'final', input: node }, rows);
    expectTable(
      node,
      changes.map(({ row }) => byNumber(node, row)),
      rows,
    );
    const lines = (all: readonly Change[]) =>
      all.map(({ kind, row, mark }) => `${kind} ${text(row)} ${mark}`);
    expect(lines(runAll(random, { kind: 'final', input: node }, rows))).toEqual(lines(changes));
    let mark = -Infinity;
    for (const change of changes) {
      expect(change.mark).toBeGreaterThanOrEqual(mark);
      mark = change.mark;
      const [, , time, , complete] = change.row.slice(node.keys.length);
      if (complete === true) expect(Number(time)).toBeGreaterThanOrEqual(mark);
    }
  }));

test('late rows are those whose place in the bars has been passed', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeRows(random);
    const operator = operatorOf({ kind: 'late', input: node }, 'late' as 'final');
    const late = cut(random, rows).flatMap(piece => run(operator, batchOf(piece)));
    expect(late.map(({ row }) => text(row))).toEqual(
      reference(node, rows).late.map(({ time, seq, symbol, level, price, size }) =>
        text([time, seq, symbol, level, price, size]),
      ),
    );
    expect(operator.counters.late).toBe(late.length);
  }));
