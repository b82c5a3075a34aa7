import { expect, test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { EmitSpec } from '../../engine/src/windows/emission.js';
import { session } from '../../engine/src/windows/session.js';
import {
  ALL_CALLS,
  batchOf,
  cut,
  END,
  makeHistory,
  someCalls,
  SOURCE,
  type HistoryRow,
} from './histories.js';
import { expectSameForAnyCutting } from './cutting.js';
import { expectSameAfterMoves } from './moving.js';
import { forRandom, type Random } from './random.js';
import { expectSame, keyText, text, valueOf, type ResultRow } from './reference.js';
import { batches, Integral, operatorOf, run, ticked, type Change } from './running.js';

/** Sessions by random keys. */
function makeNode(random: Random, allowedLatenessUs = random.pick([0, 0, 7, 30])): AggregateNode {
  return {
    kind: 'aggregate',
    input: SOURCE,
    keys: random.pick([[], ['symbol'], ['level'], ['symbol', 'level']]),
    window: { type: 'session', parameters: { gapUs: 1 + random.below(12) } },
    allowedLatenessUs,
    columns: someCalls(random, 3),
  };
}

const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 15 + random.below(35), { boundUs: random.pick([0, 5, 20]), wide: random.chance(0.2) });

const keysOf = (node: AggregateNode, row: HistoryRow): Value[] =>
  node.keys.map(name => row[name as keyof HistoryRow]);
const keyCount = (node: AggregateNode): number => node.keys.length + 3;

interface Session {
  readonly keys: readonly Value[];
  readonly rows: HistoryRow[];
}

/** One session's row of the result. */
function resultOf(node: AggregateNode, gap: number, { keys, rows }: Session): ResultRow {
  const times = rows.map(row => Number(row.time));
  const start = BigInt(Math.min(...times));
  const end = BigInt(Math.max(...times) + gap);
  return [...keys, start, end, end - 1n, ...node.columns.map(({ call }) => valueOf(call, rows))];
}

/**
 * Flink's rule, one row after the other: a row joins the sessions that it touches, of those that are kept; it is late where what comes
 * of it is no longer kept.
 */
function reference(node: AggregateNode, arrived: readonly HistoryRow[]) {
  const gap = Number(node.window!.parameters.gapUs);
  let sessions: Session[] = [];
  const late: HistoryRow[] = [];
  let mark = -Infinity;
  const last = ({ rows }: Session): number => Math.max(...rows.map(row => Number(row.time)));
  const first = ({ rows }: Session): number => Math.min(...rows.map(row => Number(row.time)));
  for (const row of arrived) {
    if (row.time !== null) {
      const time = Number(row.time);
      const keys = keysOf(node, row);
      const isKept = (end: number) => end + gap + 1 + node.allowedLatenessUs > mark;
      const near = sessions.filter(
        each =>
          keyText(each.keys) === keyText(keys) &&
          isKept(last(each)) &&
          first(each) - gap <= time &&
          last(each) + gap >= time,
      );
      // Rows stay in order of arrival.
      const joined = new Set([...near.flatMap(each => each.rows), row]);
      if (near.length > 0 || isKept(time)) {
        sessions = sessions.filter(each => !near.includes(each));
        sessions.push({ keys, rows: arrived.filter(each => joined.has(each)) });
      } else {
        late.push(row);
      }
    }
    mark = Math.max(mark, row.mark);
  }
  return { rows: sessions.map(each => resultOf(node, gap, each)), late };
}

/** The key is the group's columns and the session's end: here they come first. */
function byEnd(node: AggregateNode, row: ResultRow): ResultRow {
  const at = node.keys.length;
  return [...row.slice(0, at), row[at + 1], row[at], ...row.slice(at + 2)];
}

function expectTable(node: AggregateNode, table: Integral, arrived: readonly HistoryRow[]): void {
  const expected = reference(node, arrived).rows.map(row => byEnd(node, row));
  expectSame([...table.rows.values()], expected, keyCount(node));
}

const runAll = (random: Random, plan: PlanNode, form: 'retract' | 'upsert' | 'final', rows: HistoryRow[]) => {
  const operator = operatorOf(plan, form);
  return [...cut(random, rows).map(piece => batchOf(piece)), END].flatMap(batch => run(operator, batch));
};

test('after every batch the table holds the sessions of what has arrived', () =>
  forRandom(random => {
    const node = makeNode(random);
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(node.keys.length + 1, form);
    const arrived: HistoryRow[] = [];
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      table.apply(run(operator, batchOf(piece)).map(change => ({ ...change, row: byEnd(node, change.row) })));
      if (random.chance(0.1)) expectTable(node, table, arrived);
    }
    expectTable(node, table, arrived);
    expect(run(operator, END)).toEqual([]);
  }));

/** Triggers of every kind but 'change'. */
const makeEmit = (random: Random): EmitSpec => ({
  change: false,
  everyUs: random.chance(0.4) ? 1 : null,
  rows: random.chance(0.4) ? 1 + random.below(4) : null,
});

test('sessions that are told now and then are right when they close, when their time comes, and at the end', () =>
  forRandom(random => {
    const emit = makeEmit(random);
    const node: AggregateNode = { ...makeNode(random), emit };
    const form = random.pick(['retract', 'upsert'] as const);
    const operator = operatorOf(node, form);
    const table = new Integral(node.keys.length + 1, form);
    const apply = (changes: readonly Change[]): void =>
      table.apply(changes.map(change => ({ ...change, row: byEnd(node, change.row) })));
    const arrived: HistoryRow[] = [];
    let mark = -Infinity;
    for (const piece of cut(random, makeRows(random))) {
      arrived.push(...piece);
      for (const changes of batches(operator, batchOf(piece))) apply(changes);
      mark = piece.at(-1)!.mark;
      if (emit.everyUs !== null && random.chance(0.2)) {
        apply(ticked(operator));
        expectTable(node, table, arrived);
      }
      if (random.chance(0.9)) continue;
      const closed = (row: ResultRow): boolean => Number(row[node.keys.length]) < mark;
      expectSame(
        [...table.rows.values()].filter(closed),
        reference(node, arrived)
          .rows.map(row => byEnd(node, row))
          .filter(closed),
        keyCount(node),
      );
    }
    for (const changes of batches(operator, END)) apply(changes);
    expectTable(node, table, arrived);
  }));

test('what is told of sessions now and then is the same for any cutting', () =>
  forRandom(random => {
    const node: AggregateNode = { ...makeNode(random), emit: makeEmit(random) };
    const form = random.pick(['retract', 'upsert'] as const);
    expectSameForAnyCutting(random, makeRows(random), () => operatorOf(node, form), {
      table: () => new Integral(node.keys.length + 1, form),
      keyed: row => byEnd(node, row),
    });
  }));

test('sessions go on from a snapshot taken anywhere', () =>
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

test('final sessions are those of the table, in order of their ends, for any cutting', () =>
  forRandom(random => {
    const node = makeNode(random);
    const rows = makeRows(random);
    const changes = runAll(random, { kind: 'final', input: node }, 'final', rows);
    expectSame(
      changes.map(change => change.row),
      reference(node, rows).rows,
      keyCount(node),
    );
    const again = runAll(random, { kind: 'final', input: node }, 'final', rows);
    expect(lines(again)).toEqual(lines(changes));
    checkOrder(changes, node.keys.length);
  }));

const lines = (changes: readonly Change[]) =>
  changes.map(({ kind, row, mark }) => `${kind} ${text(row)} at ${mark}`);

/** Ends and marks never fall, and no row is older than the mark that it carries. */
function checkOrder(changes: readonly Change[], keys: number): void {
  let mark = -Infinity;
  let end = -Infinity;
  for (const change of changes) {
    expect(change.mark).toBeGreaterThanOrEqual(mark);
    mark = change.mark;
    expect(Number(change.row[keys + 1])).toBeGreaterThanOrEqual(end);
    end = Number(change.row[keys + 1]);
    expect(Number(change.row[keys + 2])).toBeGreaterThanOrEqual(mark);
  }
}

test('rows that are not late give the sessions of the sorted input, whatever their order', () =>
  forRandom(random => {
    const node = makeNode(random, 0);
    const boundUs = 20;
    const sorted = makeHistory(random, 100, { boundUs: 0, wide: false })
      .filter(row => row.time !== null)
      .sort((a, b) => Number(a.time! - b.time!));
    const groups = new Map<string, HistoryRow[]>();
    for (const row of sorted) {
      const key = keyText(keysOf(node, row));
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    const { gapUs } = node.window!.parameters;
    const expected = [...groups.values()].flatMap(rows =>
      session
        .reference(
          rows.map(row => ({ timeUs: Number(row.time), value: null })),
          { gapUs },
        )
        .map(({ rows: members }) =>
          resultOf(node, Number(gapUs), {
            keys: keysOf(node, rows[0]),
            rows: members.map(member => rows[member]),
          }),
        ),
    );
    const shuffled = sorted
      .map(row => ({ row, at: Number(row.time) + random.below(boundUs + 1) }))
      .sort((a, b) => a.at - b.at)
      .map(({ row }) => row);
    let high = -Infinity;
    const arriving = shuffled.map(row => {
      high = Math.max(high, Number(row.time));
      return { ...row, mark: high - boundUs };
    });
    const ties = ALL_CALLS.filter(({ call }) => ['first', 'last'].includes(call.fn)).map(({ name }) => name);
    const columns = node.columns.filter(({ name }) => !ties.includes(name));
    const kept = (row: ResultRow) =>
      row.filter((_, k) => k < keyCount(node) || columns.includes(node.columns[k - keyCount(node)]));
    const changes = runAll(random, { kind: 'final', input: node }, 'final', arriving);
    expectSame(
      changes.map(({ row }) => kept(row)),
      expected.map(kept),
      keyCount(node),
    );
  }));

test('late rows are those that no session holds, as they came', () =>
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
