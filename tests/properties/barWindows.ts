import type { AggregateNode, WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import { windowOf } from '../../engine/src/windows/registry.js';
import { PATH_CALLS, someCalls, SOURCE, type HistoryRow } from './histories.js';
import type { Random } from './random.js';
import { keyText, valueOf, type ResultRow } from './reference.js';
import { keysOf } from './rowWindows.js';

/** Bars of a random kind. */
export function makeBars(random: Random): AggregateNode {
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

/** The number comes first, since a bar's key is its group and its number. */
export function byNumber(node: AggregateNode, row: ResultRow): ResultRow {
  const at = node.keys.length;
  return [...row.slice(0, at), row[at + 3], ...row.slice(at, at + 3), ...row.slice(at + 4)];
}

/** Bars filled with rows in turn, sorted by event time, sequence and arrival. */
export function barsOf(node: AggregateNode, rows: readonly HistoryRow[]): ResultRow[] {
  const groups = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const key = keyText(keysOf(node, row));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const { type, parameters } = node.window!;
  const definition = windowOf(type);
  if (definition.by !== 'rows') throw new Error(`${type} is no window of rows`);
  const value = ({ price, size }: HistoryRow) =>
    type === 'dollarBars' ? (price === null ? null : price * Number(size)) : size;
  return [...groups.values()].flatMap(group => {
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
}
