import { expect, test } from 'vitest';
import { RowKind } from '../../engine/src/columns/batch.js';
import { codegenMode, setCodegen } from '../../engine/src/codegen/compile.js';
import { MillraceError } from '../../engine/src/columns/error.js';
import type { PhysicalPlan } from '../../engine/src/physical/physical.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import { planNodes } from '../../engine/src/plan/children.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { Relation } from '../../engine/src/plan/relation.js';
import { difference, same, type Row } from './duckdb/compare.js';
import { PlanMaker, relationOf, sourceOf } from './plans/planMaker.js';
import { batchOf, borders, marksOf, RunningPlan } from './plans/running.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

/** Numbers that leave their types. */
const OVERFLOW = ['MR1201', 'MR1202', 'MR1204', 'MR3110'];

/** A plan over a table's rows, some of which may come late. */
interface Case {
  readonly table: RandomTable;
  readonly plan: PlanNode;
  readonly marks: Float64Array;
}

function makeCase(random: Random): Case {
  const table = randomTable(random, 'input');
  const boundUs = random.pick([0, 3e6, 8e6, 25e6]);
  // Rows of such tables are never so much older than others before them.
  const late = boundUs < 25e6;
  const source = sourceOf(table, 'values', true, boundUs);
  const plan = new PlanMaker(random, source, { said: false, late }).plan();
  return { table, plan, marks: marksOf(table, boundUs) };
}

/** How a plan runs; null where it is refused. */
function physicalOf(
  { table, plan }: Case,
  closing: boolean,
  mode: Relation['mode'] = 'append',
): PhysicalPlan | null {
  try {
    const relations = bindPlan(plan, source => ({ ...sourceRelationOf(source, table.fields), mode }));
    return planPhysical(plan, relations, { closing });
  } catch (error) {
    if (error instanceof MillraceError) return null;
    throw error;
  }
}

/** What a plan gives in the end, or the code of the error that stops it. */
function results(
  { table, marks }: Case,
  physical: PhysicalPlan,
  cuts: readonly number[],
  moves: () => boolean,
) {
  try {
    const running = new RunningPlan(physical);
    cuts.slice(1).forEach((to, k) => {
      running.push(batchOf(table, cuts[k], to, marks));
      if (moves()) running.move();
    });
    running.end();
    return running.rows();
  } catch (error) {
    if (error instanceof MillraceError) return error.code;
    throw error;
  }
}

/** Throws where two results differ. Whether a sum leaves its type in between hangs on what came before what. */
function expectAlike(
  what: string,
  made: Row[] | string,
  expected: Row[] | string,
  { rows, largest }: RandomTable,
) {
  if (made === expected) return;
  if (typeof made === 'string' || typeof expected === 'string') {
    const codes = [made, expected].filter(each => typeof each === 'string');
    if (codes.every(code => OVERFLOW.includes(code))) return;
    throw new Error(`${what}: ${codes.join(' and ')}`);
  }
  const found = difference(made, expected, rows.length, largest);
  if (found !== null) throw new Error(`${what}: ${found}`);
}

/** What puts rows in the order in which they first came, or those of several ways one after the other. */
const UNORDERED = new Set(['sort', 'topN', 'unionAll', 'join', 'setOperation']);

/** Whether rows only come, all the way: those that change are told once a batch. */
function onlyComes(plan: PlanNode): boolean {
  const tables = planNodes(plan).filter(node => node.kind === 'aggregate');
  return [plan, ...tables.map(({ input }) => input)].every(node => relationOf(node).mode === 'append');
}

/** Rows that only come are in one sequence for any cutting. */
function expectSameOrder(made: readonly Row[], expected: readonly Row[], { largest }: RandomTable): void {
  const at = made.findIndex(
    (row, k) => !row.every((value, j) => same(value, expected[k][j], made.length, largest)),
  );
  if (at >= 0) throw new Error(`cut otherwise, row ${at} is ${text(made[at])}, not ${text(expected[at])}`);
}

/** The property for one case, with the plan's text in what it throws. */
const withCase = (property: (random: Random, each: Case) => void) => (random: Random) => {
  const each = makeCase(random);
  try {
    property(random, each);
  } catch (error) {
    const plain = error instanceof Error ? error.message : String(error);
    throw new Error(`${plain}\nof ${explainText(explainPlan(each.plan))}`, { cause: error });
  }
};

const never = () => false;

/** Each case is run several times. */
const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2);

test('random plans give the same for any cutting, at the end or as they go, across snapshots, generated and interpreted', () =>
  forRandom(
    withCase((random, each) => {
      const stream = physicalOf(each, false);
      const batch = physicalOf(each, true);
      if (stream === null || batch === null) return;
      const count = each.table.rows.length;
      const cuts = borders(random, count);
      const expected = results(each, stream, cuts, never);
      const alike = (what: string, made: Row[] | string): void =>
        expectAlike(what, made, expected, each.table);
      const cutOtherwise = results(each, stream, borders(random, count), never);
      alike('cut otherwise', cutOtherwise);
      const isStream = stream.operators.every(({ op }) => !UNORDERED.has(op)) && onlyComes(each.plan);
      if (isStream && typeof expected !== 'string' && typeof cutOtherwise !== 'string')
        expectSameOrder(cutOtherwise, expected, each.table);
      alike('read to its end', results(each, batch, borders(random, count), never));
      const moved = results(each, stream, cuts, () => random.chance(0.3));
      // Operators go on to the last digit, and in the same order.
      const lines = (rows: Row[] | string) => (typeof rows === 'string' ? rows : rows.map(text));
      expect(lines(moved)).toEqual(lines(expected));
      const mode = codegenMode();
      setCodegen('interpret');
      try {
        alike('interpreted', results(each, stream, cuts, never));
      } finally {
        setCodegen(mode);
      }
    }),
    RUNS,
  ));

test('random plans over rows that are all taken back leave nothing', () =>
  forRandom(
    withCase((random, each) => {
      const physical = physicalOf(each, false, 'retract');
      if (physical === null) return;
      const { table } = each;
      const count = table.rows.length;
      const running = new RunningPlan(physical);
      try {
        const cuts = borders(random, count);
        cuts.slice(1).forEach((to, k) => running.push(batchOf(table, cuts[k], to, null)));
        const back = { ...table, rows: [...table.rows].sort(() => random.next() - 0.5) };
        const again = borders(random, count);
        again.slice(1).forEach((to, k) => {
          const kinds = new Uint8Array(to - again[k]).fill(RowKind.Delete);
          running.push(batchOf(back, again[k], to, null, kinds));
        });
        running.end();
      } catch (error) {
        if (error instanceof MillraceError) return;
        throw error;
      }
      expect(running.rows().map(text)).toEqual([]);
    }),
    RUNS,
  ));
