import { expect, test } from 'vitest';
import { buildOperator } from '../../engine/src/operators/build.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import { ALL_CALLS, batchOf, cut, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom } from './random.js';
import { keyText, same, text, valueOf, type ResultRow } from './reference.js';
import { run } from './running.js';

/** The groups at the end: each of the rows since it was last forgotten. */
function reference(node: AggregateNode, ttlUs: number, rows: readonly HistoryRow[]): Map<string, ResultRow> {
  const groups = new Map<string, { touched: number; rows: HistoryRow[] }>();
  let before = -Infinity;
  for (const row of rows) {
    const key = keyText([row.symbol]);
    const group = groups.get(key);
    if (group === undefined || (group.touched > -Infinity && before >= group.touched + ttlUs)) {
      groups.set(key, { touched: row.mark, rows: [row] });
    } else {
      group.rows.push(row);
      group.touched = row.mark;
    }
    before = row.mark;
  }
  return new Map(
    [...groups].map(([key, group]) => [
      key,
      [group.rows[0].symbol, ...node.columns.map(({ call }) => valueOf(call, group.rows))],
    ]),
  );
}

test('a group that is forgotten starts anew, wherever the input is cut', () =>
  forRandom(
    random => {
      const ttlUs = 5 + random.below(60);
      const node: AggregateNode = {
        kind: 'aggregate',
        input: SOURCE,
        keys: ['symbol'],
        window: null,
        allowedLatenessUs: 0,
        ttlUs,
        columns: ALL_CALLS,
      };
      const relations = bindPlan(node, source => sourceRelationOf(source, FIELDS));
      const operator = buildOperator(planPhysical(node, relations).operators[0]);
      const rows = makeHistory(random, 150, { boundUs: 10, wide: false });
      const shown = new Map<string, ResultRow>();
      for (const piece of cut(random, rows)) {
        // A table with the key shows the last row that was told of it.
        for (const { row } of run(operator, batchOf(piece))) shown.set(keyText([row[0]]), row);
      }
      const expected = reference(node, ttlUs, rows);
      expect([...shown.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [key, row] of expected) {
        const actual = shown.get(key)!;
        if (!row.every((value, k) => same(value, actual[k])))
          throw new Error(`${text(actual)} should be ${text(row)}`);
      }
    },
    Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 4),
  ));
