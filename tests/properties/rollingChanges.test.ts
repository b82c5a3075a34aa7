import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { MillraceError } from '../../engine/src/columns/error.js';
import { INT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import type { PhysicalOperator } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { RollingNode } from '../../engine/src/plan/nodes/rolling.js';
import { changesOf, COLUMNS, Table, type Input } from './changingTable.js';
import { batchOf, END, FIELDS, makeHistory, SOURCE } from './histories.js';
import { forRandom } from './random.js';
import { same, text } from './reference.js';
import { Chain, makeNode, rolledRows, rowCall } from './rollingReference.js';

/** What has been told: each row by its text, which what is taken back has to be. */
class Told {
  readonly rows = new Map<string, Value[][]>();

  apply({ columns, kinds, length }: Batch): void {
    const rows = Array.from({ length }, (_, i) => columns.map(column => valueAt(column, i)));
    rows.forEach((row, i) => {
      const kind = kinds?.[i] ?? 0;
      if (kind === 1 && kinds?.[i + 1] !== 2) throw new Error(`-U ${text(row)} without a +U`);
      if (kind === 2 && kinds?.[i - 1] !== 1) throw new Error(`+U ${text(row)} without a -U`);
      if (kind === 2 && text(rows[i - 1]) === text(row)) throw new Error(`${text(row)} replaces itself`);
      const line = text(row.slice(0, COLUMNS.length));
      const alike = this.rows.get(line) ?? [];
      this.rows.set(line, alike);
      if ((kind & 1) === 0) alike.push(row);
      else {
        const at = alike.findIndex(each => text(each) === text(row));
        if (at < 0) throw new Error(`${text(row)} is taken back, and is not there`);
        alike.splice(at, 1);
        if (alike.length === 0) this.rows.delete(line);
      }
    });
  }

  /** Throws where these are not the rows, to the last digits. */
  expect(wanted: readonly Value[][]): void {
    const left = new Map([...this.rows].map(([line, rows]) => [line, [...rows]]));
    for (const row of wanted) {
      const alike = left.get(text(row.slice(0, COLUMNS.length))) ?? [];
      const at = alike.findIndex(each =>
        each.every((value, k) => same(value, row[k]) || Object.is(value, row[k])),
      );
      if (at < 0) throw new Error(`there is no ${text(row)}, but\n${alike.map(text).join('\n')}`);
      alike.splice(at, 1);
    }
    const over = [...left.values()].flat();
    if (over.length > 0) throw new Error(`beside others there is ${over.map(text).join(', ')}`);
  }
}

function physicalOf(node: RollingNode, { key, timed }: Input): readonly PhysicalOperator[] | null {
  const time = timed ? SOURCE.time : null;
  const plan: RollingNode = { ...node, input: { ...SOURCE, time } };
  try {
    const relations = bindPlan(plan, source => ({
      ...sourceRelationOf(source, FIELDS),
      mode: 'retract',
      key,
    }));
    return planPhysical(plan, relations).operators;
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MR2121') return null;
    throw error;
  }
}

function countsOf(chain: Chain): { unmatched: number; untimed: number } {
  const [{ counters }] = chain.operators;
  return { unmatched: counters.unmatched ?? 0, untimed: counters.untimed };
}

test('rolling columns of a table that changes are those of its rows, after every batch and across snapshots', () =>
  forRandom(random => {
    // Many rows of one key, now and then: what it had seen is kept at some of them.
    const isLong = random.chance(0.25);
    const node = isLong ? { ...makeNode(random), keys: [] } : makeNode(random);
    const input: Input = {
      key: random.pick([null, null, ['symbol', 'level'], ['size']]),
      timed: random.chance(0.75),
    };
    const physical = physicalOf(node, input);
    if (physical === null) return;
    const told = new Told();
    const chain = new Chain(physical, out => told.apply(out));
    const table = new Table(input);
    const coming = makeHistory(random, isLong ? 150 : 30 + random.below(90), {
      boundUs: random.pick([0, 5, 40]),
      wide: random.chance(0.25),
    });
    const most = random.pick([3, 12, 60]);
    let mark = -Infinity;
    while (coming.length > 0) {
      const changes = changesOf(random, table, coming, 1 + random.below(most));
      const rows = changes.map(({ row }) => {
        mark = Math.max(mark, random.chance(0.5) ? row.mark : -Infinity);
        return { ...row, mark };
      });
      chain.push(
        batchOf(
          rows,
          Uint8Array.from(changes, ({ kind }) => kind),
        ),
      );
      told.expect(rolledRows(node, table.rows()));
      if (random.chance(0.15)) chain.restart();
    }
    expect(countsOf(chain)).toEqual({ unmatched: table.unmatched, untimed: table.untimed });
    const gone = table.held.map(({ row }) => row).sort(() => random.next() - 0.5);
    while (gone.length > 0) {
      const rows = gone.splice(0, 1 + random.below(most));
      rows.forEach(row => table.take(row));
      chain.push(batchOf(rows, new Uint8Array(rows.length).fill(3)));
      told.expect(rolledRows(node, table.rows()));
    }
    chain.push(END);
    expect([...told.rows.values()]).toEqual([]);
    expect(chain.operators.map(operator => operator.stateRows())).toEqual(chain.operators.map(() => 0));
  }));

/** The rows of windows that change until their ends have passed, by so many seconds a row. */
const WINDOWS: readonly Field[] = [
  { name: 'k', type: STRING, nullable: false },
  { name: 'windowTime', type: timestampType('us'), nullable: false },
  { name: 'v', type: INT64, nullable: false },
];

function rollingOf(
  columns: RollingNode['columns'],
  frame: RollingNode['frame'],
  forUs: number | null,
): Operator {
  const source = {
    ...SOURCE,
    fields: WINDOWS,
    time: { ...SOURCE.time!, column: 'windowTime', sequence: null },
  };
  const node: RollingNode = { kind: 'rolling', input: source, keys: ['k'], frame, columns };
  const relations = bindPlan(node, each => ({
    ...sourceRelationOf(each, WINDOWS),
    mode: 'retract',
    key: ['k', 'windowTime'],
  }));
  const [physical] = planPhysical(node, relations).operators;
  if (physical.op !== 'rolling' || physical.changes === undefined) throw new Error('it rolls over changes');
  return buildOperator({ ...physical, changes: { ...physical.changes, forUs } });
}

function windowsBatch(
  rows: readonly (readonly [string, bigint, bigint])[],
  kinds: readonly number[],
  mark: number,
): Batch {
  return {
    schema: { fields: WINDOWS },
    length: rows.length,
    columns: WINDOWS.map((field, k) =>
      columnOf(
        field.type,
        rows.map(row => row[k]),
      ),
    ),
    kinds: Uint8Array.from(kinds),
    marks: new Float64Array(rows.length).fill(mark),
    watermark: mark,
  };
}

const sumOf = (over: 'frame' | 'start'): RollingNode['columns'][number] => ({
  name: `${over} total`,
  over,
  call: rowCall('sum', ['v']),
});

test.each(['frame', 'start'] as const)(
  'rows of windows that are final are given up, and what comes for them is late (%s)',
  over => {
    const operator = rollingOf([sumOf(over)], { kind: 'rows', rows: 3, behind: 0 }, 0);
    const told: string[] = [];
    let most = 0;
    const count = 400_000;
    for (let from = 0; from < count; from += 1000) {
      const rows = Array.from({ length: 1000 }, (_, k) => ['ab'[k % 2], BigInt(from + k), 1n] as const);
      operator.process(0, windowsBatch(rows, new Array<number>(1000).fill(0), from), out => {
        if (out.length > 0) told.push(text([valueAt(out.columns[3], out.length - 1)]));
      });
      most = Math.max(most, operator.stateRows());
    }
    expect(most).toBeLessThan(80_000);
    expect(told.at(-1)).toBe(over === 'frame' ? '[3n]' : `[${count / 2}n]`);
    const late = windowsBatch([['a', 5n, 1n]], [3], count - 1000);
    operator.process(0, late, out => expect(out.length).toBe(0));
    expect(operator.counters.late).toBe(1);
    const open = windowsBatch([['a', BigInt(count - 2), 1n]], [3], count - 1000);
    operator.process(0, open, out => expect(out.length).toBe(1));
    expect(operator.counters).toEqual({ late: 1, untimed: 0, unmatched: 0 });
  },
);

test('a change costs what its frame holds, and one among all rows so far what is behind it', () => {
  const rows = Array.from({ length: 50_000 }, (_, k) => ['a', BigInt(2 * k), 1n] as const);
  for (const over of ['frame', 'start'] as const) {
    const operator = rollingOf([sumOf(over)], { kind: 'rows', rows: 3, behind: 0 }, null);
    operator.process(0, windowsBatch(rows, new Array<number>(rows.length).fill(0), 0), () => undefined);
    let told = 0;
    const at = performance.now();
    for (let k = 0; k < 300; k++) {
      // Thirty rows before the last one.
      const row = ['a', BigInt(2 * (rows.length - 30) + 1), 1n] as const;
      operator.process(0, windowsBatch([row], [k % 2 === 0 ? 0 : 3], 0), out => (told += out.length));
    }
    // Going over all rows each time would take minutes.
    expect(performance.now() - at).toBeLessThan(10_000);
    // The sums of three rows are the same again.
    expect(told).toBe(over === 'frame' ? 300 : 300 * (1 + 2 * 29));
  }
});
