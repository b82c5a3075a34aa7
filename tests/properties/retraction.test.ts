import { expect, test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import { MillraceError } from '../../engine/src/columns/error.js';
import type { Value } from '../../engine/src/columns/values.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { planNodes } from '../../engine/src/plan/children.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import type { PhysicalPlan } from '../../engine/src/physical/physical.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { bindWindow } from '../../engine/src/windows/registry.js';
import { difference } from './duckdb/compare.js';
import { PlanMaker, relationOf, sourceOf } from './plans/planMaker.js';
import { batchOf, borders, RunningPlan } from './plans/running.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom, type Random } from './random.js';
import { keyText } from './reference.js';

type Row = readonly Value[];

/** What comes, in order: rows, rows that go, and rows that others take the place of. */
interface History {
  readonly rows: readonly Row[];
  readonly kinds: readonly number[];
  /** The rows that are left. */
  readonly left: readonly Row[];
}

function makeHistory(random: Random, rows: readonly Row[]): History {
  const said: Row[] = [];
  const kinds: number[] = [];
  const left: Row[] = [];
  /** When each of them was put there: of rows that are alike the last one is taken back. */
  const puts: number[] = [];
  const say = (kind: number, row: Row): void => {
    kinds.push(kind);
    said.push(row);
  };
  const lastAlike = (at: number): number => {
    const name = keyText(left[at]);
    return left.reduce((last, row, k) => (puts[k] > puts[last] && keyText(row) === name ? k : last), at);
  };
  for (const [put, row] of rows.entries()) {
    const at = left.length === 0 ? 0 : lastAlike(random.below(left.length));
    const change = random.next();
    if (left.length > 0 && change < 0.25) {
      say(RowKind.UpdateBefore, left[at]);
      say(RowKind.UpdateAfter, row);
      left[at] = row;
      puts[at] = put;
      continue;
    }
    if (left.length > 0 && change < 0.4) {
      say(RowKind.Delete, left.splice(at, 1)[0]);
      puts.splice(at, 1);
    }
    say(RowKind.Insert, row);
    left.push(row);
    puts.push(put);
  }
  return { rows: said, kinds, left };
}

/** How a plan runs over rows that are taken back; null where it is refused. */
function physicalOf(plan: PlanNode, table: RandomTable): PhysicalPlan | null {
  try {
    const relations = bindPlan(plan, source => ({
      ...sourceRelationOf(source, table.fields),
      mode: 'retract' as const,
    }));
    return planPhysical(plan, relations);
  } catch (error) {
    if (error instanceof MillraceError) return null;
    throw error;
  }
}

/** What a plan gives in the end of rows that come in some pieces. */
function results(
  random: Random,
  physical: PhysicalPlan,
  table: RandomTable,
  rows: readonly Row[],
  kinds: readonly number[] | null,
): Value[][] | null {
  const said = { ...table, rows } as RandomTable;
  const running = new RunningPlan(physical);
  // A row and the one that takes its place come together.
  const cuts = borders(random, rows.length).filter(at => kinds?.[at - 1] !== RowKind.UpdateBefore);
  try {
    cuts.slice(1).forEach((to, k) => {
      const own = kinds === null ? null : Uint8Array.from(kinds.slice(cuts[k], to));
      running.push(batchOf(said, cuts[k], to, null, own));
      if (random.chance(0.1)) running.move();
    });
    running.end();
  } catch (error) {
    // Numbers that leave their types.
    if (error instanceof MillraceError) return null;
    throw error;
  }
  return running.rows();
}

/** Aggregates that give one of their values, to the last digit. */
const CHOOSE = new Set(['min', 'max', 'first', 'last', 'approxQuantile']);

/** Whether floats are added up: what is left of great ones that have gone may be any number. */
function addsFloats(plan: PlanNode): boolean {
  return planNodes(plan).some(node => {
    if (node.kind !== 'aggregate') return false;
    const { fields } = relationOf(node).schema;
    return node.columns.some(
      ({ name, call }) =>
        !CHOOSE.has(call.fn) && fields.find(field => field.name === name)?.type.kind === 'float64',
    );
  });
}

/**
 * Whether rows hang on more than those that are left: ones that are alike go by the order in which they came, and empty windows are filled up to the
 * last one that ever had rows.
 */
function goesByHistory(plan: PlanNode): boolean {
  return planNodes(plan).some(
    node =>
      (node.kind === 'sort' && (node !== plan || node.limit !== null || node.offset > 0)) ||
      (node.kind === 'rank' && node !== plan) ||
      (node.kind === 'aggregate' && node.fill !== undefined),
  );
}

/** What a node puts to the test. */
function namesOf(node: PlanNode): string[] {
  if (node.kind !== 'aggregate') return [node.kind];
  const sketches = node.columns.some(({ call }) => call.fn.startsWith('approx')) ? ['sketch'] : [];
  return [node.kind, ...(node.window === null ? [] : [bindWindow(node.window).kind]), ...sketches];
}

const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);

test('what operators make of rows that change is what they make of the rows that are left', async () => {
  const held = new Map<string, number>();
  await forRandom(random => {
    const table = randomTable(random, 'input');
    const source = sourceOf(table, 'values', true, 25e6);
    const plan = new PlanMaker(random, source, { said: false, late: false, sketches: true }).plan();
    const physical = physicalOf(plan, table);
    if (physical === null || addsFloats(plan) || goesByHistory(plan)) return;
    const history = makeHistory(random, table.rows);
    const made = results(random, physical, table, history.rows, history.kinds);
    const expected = results(random, physical, table, history.left, null);
    if (made === null || expected === null) return;
    for (const name of planNodes(plan).flatMap(namesOf)) held.set(name, (held.get(name) ?? 0) + 1);
    const found = difference(made, expected, table.rows.length, table.largest);
    if (found !== null) throw new Error(`${found}\nof ${explainText(explainPlan(plan))}`);
  }, RUNS);
  if (RUNS > 20) expect(held.size).toBeGreaterThan(5);
  if (RUNS >= 2000)
    expect([...held.keys()]).toEqual(expect.arrayContaining(['session', 'bars', 'late', 'sketch']));
});
