import { afterAll, beforeAll, test } from 'vitest';
import { MillraceError } from '../../engine/src/columns/error.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { duckdbSql } from '../../engine/src/sql/duckdb.js';
import { difference, type Row } from './duckdb/compare.js';
import { Engine } from './duckdb/engine.js';
import { Oracle } from './duckdb/oracle.js';
import { PlanMaker, relationOf, sourceOf } from './plans/planMaker.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom } from './random.js';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.start();
});
afterAll(() => {
  oracle.stop();
});

/** Refusals of plans that are right: of what has no order. */
const REFUSED = ['MR3104'];
/** Integers that leave int64 are an error in both; decimals of more than 18 digits in ours alone. */
const OVERFLOW = ['MR1201', 'MR3110', 'MR1204', 'MR1202'];

/** DuckDB breaks down: it does so over quantiles of frames with NaN. */
const BROKEN = 'std::exception';

/** The rows of a plan, or the code of the error that stops it. */
async function rowsOrCode(work: () => Promise<Row[]>): Promise<Row[] | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MillraceError) return error.code;
    if (error instanceof Error && /Out of Range|Overflow|Could not cast value/i.test(error.message))
      return OVERFLOW[0];
    if (error instanceof Error && error.message.includes(BROKEN)) return BROKEN;
    throw error;
  }
}

test('random plans over random tables give what DuckDB gives, in batch and as streams', async () => {
  let compared = 0;
  await forRandom(async random => {
    const table = randomTable(random, 'input');
    // More than any disorder of such tables.
    const boundUs = random.pick([null, 25e6]);
    const source = sourceOf(table, 'values', false, boundUs);
    const plan = new PlanMaker(random, source).plan();
    const stream = withSource(plan, sourceOf(table, 'pieces', true, boundUs));
    const engine = new Engine(random);
    try {
      const relations = bindPlan(plan, node => sourceRelationOf(node, table.fields));
      const { sql, cannot } = duckdbSql(plan, relations, () => 'input');
      if (cannot.length > 0) throw new Error(`cannot be said: ${cannot.map(item => item.why).join('; ')}`);
      const ours = await rowsOrCode(() => engine.rows(plan));
      if (typeof ours === 'string' && REFUSED.includes(ours)) return;
      const streamed = await rowsOrCode(() => engine.rows(stream));
      await oracle.load('input', table.fields, table.rows);
      const theirs = await rowsOrCode(() => oracle.rows(sql, relationOf(plan).schema.fields));
      if (theirs === BROKEN) return;
      compared++;
      for (const [how, rows] of [
        ['table', ours],
        ['stream', streamed],
      ] as const) {
        const found = differs(rows, theirs, table);
        if (found !== null) throw new Error(`as ${how}, ${found}\n${sql}`);
      }
    } catch (error) {
      const plain = error instanceof Error ? error.message : String(error);
      throw new Error(`${plain}\nof ${explainText(explainPlan(plan))}`, { cause: error });
    } finally {
      await engine.close();
    }
  });
  const runs = Number(process.env.MILLRACE_RUNS ?? 200);
  if (compared < runs / 2) throw new Error(`only ${compared} of ${runs} plans were compared`);
});

/**
 * Where the two differ. At the ends of int64 one of them may fail alone: DuckDB in the middle of an expression whose result is in
 * range, and ours in a column that DuckDB, since nobody reads it, does not compute.
 */
function differs(
  ours: Row[] | string,
  theirs: Row[] | string,
  { rows, largest }: RandomTable,
): string | null {
  if (typeof ours !== 'string' && typeof theirs !== 'string')
    return difference(ours, theirs, rows.length, largest);
  const codes = [ours, theirs].filter(each => typeof each === 'string');
  return codes.every(code => OVERFLOW.includes(code)) ? null : `an error: ${codes.join(' and ')}`;
}

/** The plan over another source. */
function withSource(plan: PlanNode, source: PlanNode): PlanNode {
  if (plan.kind === 'source') return source;
  if ('inputs' in plan)
    return { ...plan, inputs: plan.inputs.map(input => withSource(input, source)) } as unknown as PlanNode;
  return { ...plan, input: withSource(plan.input, source) } as PlanNode;
}
