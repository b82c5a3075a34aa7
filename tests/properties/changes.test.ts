import { expect, test } from 'vitest';
import { MillraceError } from '../../engine/src/columns/error.js';
import { FLOAT64 } from '../../engine/src/columns/types.js';
import { fieldIndex } from '../../engine/src/columns/schema.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { changesNode, deduplicateNode, upsertNode } from '../../engine/src/plan/build.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import type { FilterNode } from '../../engine/src/plan/nodes/filter.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { batchOf as historyBatch, cut, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { uniqueKey } from '../../engine/src/plan/uniqueKey.js';
import { PlanMaker, relationOf, sourceOf } from './plans/planMaker.js';
import { batchOf, borders, marksOf, RunningPlan } from './plans/running.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom, type Random } from './random.js';
import { keyText, text, type ResultRow } from './reference.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2);

/** What a plan gives of a table's rows in some pieces. */
function results(random: Random, plan: PlanNode, table: RandomTable, marks: Float64Array): ResultRow[] {
  const relations = bindPlan(plan, source => sourceRelationOf(source, table.fields));
  const running = new RunningPlan(planPhysical(plan, relations));
  const cuts = borders(random, table.rows.length);
  cuts.slice(1).forEach((to, k) => running.push(batchOf(table, cuts[k], to, marks)));
  running.end();
  return running.rows();
}

/** The rows that changes leave, by value. */
function integral(changes: readonly ResultRow[]): string[] {
  const counts = new Map<string, number>();
  changes.forEach(([kind, ...row], at) => {
    const name = plain(text(row));
    const takes = kind === '-U' || kind === '-D';
    const count = (counts.get(name) ?? 0) + (takes ? -1 : 1);
    if (count < 0) throw new Error(`${String(kind)} ${name} takes back nothing`);
    counts.set(name, count);
    if (kind === '-U' && changes.at(at + 1)?.[0] !== '+U') throw new Error('a -U without its +U');
    if (kind === '+U' && changes[at - 1]?.[0] !== '-U') throw new Error('a +U without its -U');
  });
  return [...counts].flatMap(([name, count]) => Array<string>(count).fill(name)).sort();
}

/** A row's text without the signs of zeros: equal values stand for each other. */
const plain = (name: string): string => name.replaceAll(/-0(?=[,\]])/g, '0');

test('the changes of a table make the table, by its key or by value', () =>
  forRandom(random => {
    const table = randomTable(random, 'input');
    const source = sourceOf(table, 'values', true, 8e6);
    const plan = new PlanMaker(random, source, { said: false, late: true }).plan();
    const changes = changesNode({ input: plan, column: '#kind' });
    const marks = marksOf(table, 8e6);
    const seed = random.below(2 ** 31);
    const again = (): Random => new (random.constructor as new (seed: number) => Random)(seed);
    try {
      const found = results(again(), plan, table, marks);
      expectUnique(plan, found);
      const rows = found.map(text);
      // Sums of floats go on to another last digit where they are told more often.
      const told = integral(results(again(), changes, table, marks));
      const { key, mode } = relationOf(plan);
      expect(told).toEqual(rows.map(plain).sort());
      if (mode === 'append' || key === null || key.length === 0) return;
      const keyed = upsertNode({ input: changes, key, column: '#kind', deleted: null });
      const made = results(again(), keyed, table, marks).map(text);
      expect(made.map(plain).sort()).toEqual(rows.map(plain).sort());
    } catch (error) {
      if (error instanceof MillraceError) return;
      throw new Error(`${String(error)}\nof ${explainText(explainPlan(plan))}`, { cause: error });
    }
  }, RUNS));

/** Throws where two rows have one key, as the plan says it. */
function expectUnique(plan: PlanNode, rows: readonly ResultRow[]): void {
  const relations = bindPlan(plan, source => sourceRelationOf(source, source.fields!));
  const key = uniqueKey(plan, relations);
  if (key === null) return;
  const at = key.map(name => fieldIndex(relations.get(plan)!.schema, name));
  const keys = rows.map(row => keyText(at.map(k => row[k])));
  if (new Set(keys).size < rows.length) throw new Error(`rows of one key: ${key.join(', ')}`);
}

const column = (name: string) => ({ kind: 'column' as const, name });
const makeRows = (random: Random): HistoryRow[] =>
  makeHistory(random, 20 + random.below(120), { boundUs: random.below(12), wide: false });

function run(
  plan: PlanNode,
  time: string | null,
  pieces: readonly HistoryRow[][],
  random?: Random,
): string[] {
  const relations = bindPlan(plan, () => ({ schema: { fields: FIELDS }, time, mode: 'append', key: null }));
  const running = new RunningPlan(planPhysical(plan, relations));
  for (const piece of pieces) {
    running.push(historyBatch(piece));
    if (random?.chance(0.2) === true) running.move();
  }
  running.end();
  return running.rows().map(text);
}

test('the first row of each key comes once the watermark has passed it, in event order', () =>
  forRandom(random => {
    const by = random.pick([['symbol'], ['level'], ['symbol', 'size']]);
    const timed = random.chance(0.7);
    const plan = deduplicateNode({ input: SOURCE, by, keep: 'first', order: null });
    const rows = makeRows(random);
    const made = run(plan, timed ? 'time' : null, cut(random, rows), random);
    let mark = -Infinity;
    const onTime = rows.filter(({ time, mark: own }) => {
      const late = time === null || Number(time) < mark;
      mark = Math.max(mark, own);
      return !late;
    });
    const ordered = timed
      ? onTime.sort((a, b) => Number(a.time! - b.time!) || Number(a.seq - b.seq))
      : [...rows];
    const seen = new Set<string>();
    const wanted = ordered.filter(row => {
      const key = keyText(by.map(name => row[name as keyof HistoryRow]));
      return !seen.has(key) && seen.add(key);
    });
    expect(made).toEqual(wanted.map(row => text(FIELDS.map(({ name }) => row[name as keyof HistoryRow]))));
  }));

test('windows over a filtered table of versions do not hang on how its rows were cut', () =>
  forRandom(random => {
    const by = random.pick([['symbol'], ['level'], ['seq']]);
    const keyed = random.chance(0.5)
      ? upsertNode({ input: SOURCE, key: by, column: null, deleted: null })
      : deduplicateNode({ input: SOURCE, by, keep: 'last', order: null });
    const filtered: FilterNode = {
      kind: 'filter',
      input: keyed,
      predicate: {
        kind: 'call',
        fn: 'gt',
        args: [column('price'), { kind: 'literal', type: FLOAT64, value: 0 }],
      },
    };
    const plan: PlanNode = {
      kind: 'aggregate',
      input: filtered,
      keys: random.pick([[], ['symbol']]),
      window: { type: 'tumble', parameters: { sizeUs: 5, offsetUs: 0 } },
      allowedLatenessUs: random.pick([0, 0, 5]),
      columns: [
        { name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } },
        {
          name: 'total',
          call: { fn: 'sum', args: [column('size')], where: null, distinct: false, options: {} },
        },
      ],
    };
    const rows = makeRows(random);
    const single = rows.map(row => [row]);
    expect(run(plan, 'time', cut(random, rows), random).sort()).toEqual(run(plan, 'time', single).sort());
  }));
