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
import { forRandom, type Random } from './random.js';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.start();
});
afterAll(() => {
  oracle.stop();
});

/** Numbers that leave their types, of which one may fail alone. */
const OVERFLOW = /MR1201|MR1202|MR1204|MR3110|Out of Range|Overflow|Could not cast value/i;
/** Refusals of plans that are right, and DuckDB's own breakdown. */
const REFUSED = /MR3104|std::exception/;

/** The rows of a plan; null where they are an error that says nothing of joins. */
async function rowsOrNull(work: () => Promise<Row[]>): Promise<Row[] | null> {
  try {
    return await work();
  } catch (error) {
    const text = error instanceof MillraceError ? error.code : String(error);
    if (OVERFLOW.test(text) || REFUSED.test(text)) return null;
    throw error;
  }
}

/** A plan over two tables, in batch and as streams. */
function plansOf(random: Random, tables: readonly RandomTable[]): readonly [PlanNode, PlanNode] {
  const [input, other] = tables.map(table => sourceOf(table, 'values', false, 25e6));
  const plan = new PlanMaker(random, input).combined(new PlanMaker(random, other).plan(1));
  const pieces = new Map(tables.map(table => [table.name, sourceOf(table, 'pieces', true, 25e6)]));
  const streamed = (node: PlanNode): PlanNode => {
    if (node.kind === 'source') return pieces.get(node.name)!;
    if ('inputs' in node) return { ...node, inputs: node.inputs.map(streamed) } as unknown as PlanNode;
    return { ...node, input: streamed(node.input) } as PlanNode;
  };
  return [plan, streamed(plan)];
}

test('joins and set operations of two random tables give what DuckDB gives, in batch and as streams', async () => {
  let compared = 0;
  await forRandom(async random => {
    const tables = ['input', 'other'].map(name => randomTable(random, name));
    const [plan, stream] = plansOf(random, tables);
    const engine = new Engine(random);
    let sql = '';
    try {
      const relations = bindPlan(plan, node => sourceRelationOf(node, node.fields!));
      ({ sql } = duckdbSql(plan, relations, node => node.name));
      for (const { name, fields, rows } of tables) await oracle.load(name, fields, rows);
      const theirs = await rowsOrNull(() => oracle.rows(sql, relationOf(plan).schema.fields));
      const ours = await rowsOrNull(() => engine.rows(plan));
      const streamed = await rowsOrNull(() => engine.rows(stream));
      const count = tables[0].rows.length + tables[1].rows.length;
      const largest = Math.max(...tables.map(table => table.largest));
      for (const [how, rows] of Object.entries({ table: ours, stream: streamed })) {
        if (rows === null || theirs === null) continue;
        compared++;
        const found = difference(rows, theirs, count, largest);
        if (found !== null) throw new Error(`as ${how}, ${found}`);
      }
    } catch (error) {
      const plain = error instanceof Error ? error.message : String(error);
      throw new Error(`${plain}\nof ${explainText(explainPlan(plan))}\n${sql}`, { cause: error });
    } finally {
      await engine.close();
    }
  });
  const runs = Number(process.env.MILLRACE_RUNS ?? 200);
  if (compared < runs) throw new Error(`only ${compared} of ${2 * runs} results were compared`);
});
