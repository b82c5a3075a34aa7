import { test } from 'vitest';
import type { Value } from '../../engine/src/columns/values.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { session } from '../../engine/src/windows/session.js';
import { ALL_CALLS, makeHistory, someCalls, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { expectSame, keyText, valueOf, type ResultRow } from './reference.js';
import { keysOf, runAll, testRowWindows } from './rowWindows.js';

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

testRowWindows({
  title: 'sessions',
  makeNode,
  reference,
  keyFirst: byEnd,
  compared: keyCount,
  isSettled: (node, row, mark) => Number(row[node.keys.length]) < mark,
  isOnTime: () => true,
  endsQuietly: true,
});

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
    const changes = runAll(random, { kind: 'final', input: node }, arriving);
    expectSame(
      changes.map(({ row }) => kept(row)),
      expected.map(kept),
      keyCount(node),
    );
  }));
