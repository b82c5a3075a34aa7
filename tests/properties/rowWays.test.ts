import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { ROW_KIND_NAMES } from '../../engine/src/columns/batch.js';
import { INT32 } from '../../engine/src/columns/types.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { Pipeline } from '../../engine/src/runtime/pipeline.js';
import { ALL_CALLS, batchOf, cut, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const column = (name: string): Expr => ({ kind: 'column', name });
const number = (value: number): Expr => ({ kind: 'literal', type: INT32, value });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });
const ALL = FIELDS.map(({ name }) => ({ name, expr: column(name) }));

/** A way, and what it makes of a row; null: nothing. */
interface Way {
  readonly plan: PlanNode;
  of(row: HistoryRow): HistoryRow | null;
}

/** A way of filters and projections. */
function makeWay(random: Random): Way {
  let way: Way = { plan: SOURCE, of: row => row };
  for (let steps = random.below(4); steps > 0; steps--) {
    const { plan, of } = way;
    const least = random.below(40);
    way = random.chance(0.5)
      ? {
          plan: { kind: 'filter', input: plan, predicate: call('gt', column('size'), number(least)) },
          of: row => {
            const made = of(row);
            return made === null || made.size <= BigInt(least) ? null : made;
          },
        }
      : {
          plan: {
            kind: 'project',
            input: plan,
            keep: 'none',
            columns: ALL.map(each =>
              each.name === 'seq' ? { ...each, expr: call('add', column('seq'), number(least)) } : each,
            ),
          },
          of: row => {
            const made = of(row);
            return made === null ? null : { ...made, seq: made.seq + BigInt(least) };
          },
        };
  }
  return way;
}

/** What a plan puts out for rows, cut as said. */
function outputOf(plan: PlanNode, pieces: readonly (readonly HistoryRow[])[]): string[] {
  const relations = bindPlan(plan, source => sourceRelationOf(source, FIELDS));
  const found: string[] = [];
  const take = ({ columns, kinds, length }: Batch): void => {
    for (let row = 0; row < length; row++)
      found.push(`${ROW_KIND_NAMES[kinds?.[row] ?? 0]} ${text(columns.map(each => valueAt(each, row)))}`);
  };
  const pipeline = new Pipeline(planPhysical(plan, relations), take, () => 0);
  for (const piece of pieces) pipeline.push(0, batchOf(piece));
  pipeline.end(0);
  return [...found, `late ${pipeline.late}`];
}

const rowText = ({ time, seq, symbol, level, price, size }: HistoryRow): string =>
  `+I ${text([time, seq, symbol, level, price, size])}`;

test('rows that come to a union by several ways stay together, for any cutting', () =>
  forRandom(random => {
    const rows = makeHistory(random, 60, { boundUs: 10, wide: random.chance(0.2) });
    const ways = Array.from({ length: 2 + random.below(2) }, () => makeWay(random));
    const union: PlanNode = { kind: 'unionAll', inputs: ways.map(({ plan }) => plan) };
    const expected = rows.flatMap(row => ways.flatMap(way => way.of(row) ?? [])).map(rowText);
    expect(outputOf(union, cut(random, rows)).slice(0, -1)).toEqual(expected);
  }));

test('and what is made of them is the same for any cutting: windows, late rows, rolling columns', () =>
  forRandom(random => {
    const rows = makeHistory(random, 60, { boundUs: 10, wide: false });
    const rolled = (input: PlanNode, fn: 'rowNumber' | 'lag'): PlanNode => ({
      kind: 'rolling',
      input,
      keys: ['symbol'],
      frame: null,
      columns: [
        {
          name: 'made',
          over: 'row',
          call: { fn, args: fn === 'lag' ? [column('size')] : [], where: null, distinct: false, options: {} },
        },
      ],
    });
    const plain = random.chance(0.5);
    const [first, second] = [makeWay(random).plan, makeWay(random).plan];
    // Rows that a way keeps back come when it lets them go.
    const inputs = plain ? [first, second] : [rolled(first, 'lag'), rolled(second, 'rowNumber')];
    const union: PlanNode = { kind: 'unionAll', inputs };
    const plan = random.pick<PlanNode>([
      union,
      {
        kind: 'final',
        input: {
          kind: 'aggregate',
          input: union,
          keys: ['symbol'],
          window: { type: 'tumble', parameters: { sizeUs: 10 } },
          allowedLatenessUs: 0,
          columns: ALL_CALLS,
        },
      },
      rolled(plain ? union : first, 'lag'),
    ]);
    const expected = outputOf(
      plan,
      rows.map(row => [row]),
    );
    expect(outputOf(plan, cut(random, rows))).toEqual(expected);
  }));

test('a table that changes and a part of it make one that holds the rows of both', () =>
  forRandom(random => {
    const rows = makeHistory(random, 60, { boundUs: 10, wide: false });
    const bars: PlanNode = {
      kind: 'aggregate',
      input: SOURCE,
      keys: ['symbol'],
      window: random.chance(0.5) ? { type: 'tumble', parameters: { sizeUs: 20 } } : null,
      allowedLatenessUs: 0,
      columns: [{ ...ALL_CALLS[0], name: 'n' }],
    };
    const some: PlanNode = {
      kind: 'filter',
      input: bars,
      predicate: call('gt', column('n'), number(1 + random.below(3))),
    };
    const held = (plan: PlanNode): string[] => {
      const counts = new Map<string, number>();
      for (const line of outputOf(plan, cut(random, rows)).slice(0, -1)) {
        const [kind, row] = [line.slice(0, 2), line.slice(3)];
        counts.set(row, (counts.get(row) ?? 0) + (kind === '-U' || kind === '-D' ? -1 : 1));
      }
      expect([...counts.values()].every(count => count >= 0)).toBe(true);
      return [...counts].flatMap(([row, count]) => Array<string>(count).fill(row)).sort();
    };
    const retracting = (plan: PlanNode): PlanNode => ({ kind: 'unionAll', inputs: [plan, plan] });
    const twice = held(retracting(bars));
    const both = held({ kind: 'unionAll', inputs: [bars, some] });
    const parts = held(retracting(some));
    // Twice the whole and twice the part are twice both.
    expect([...twice, ...parts].sort()).toEqual([...both, ...both].sort());
  }));
