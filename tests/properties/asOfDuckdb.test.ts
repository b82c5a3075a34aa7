import { afterAll, beforeAll, test } from 'vitest';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import type { AsOfJoinNode } from '../../engine/src/plan/nodes/asOfJoin.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { duckdbSql } from '../../engine/src/sql/duckdb.js';
import { difference } from './duckdb/compare.js';
import { Engine } from './duckdb/engine.js';
import { Oracle } from './duckdb/oracle.js';
import { relationOf, sourceOf } from './plans/planMaker.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom, type Random } from './random.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 5);

let oracle: Oracle;
beforeAll(async () => {
  oracle = await Oracle.start();
});
afterAll(() => {
  oracle.stop();
});

/** The join over sources of a kind: tables, or streams cut in pieces. */
type Joined = (left: PlanNode, right: PlanNode) => AsOfJoinNode;

function makeJoin(random: Random, left: RandomTable, right: RandomTable): Joined {
  const shared = ['symbol', 'small', 'flag', 'day', 'price'].filter(name =>
    [left, right].every(table => table.time !== name && table.sequence !== name),
  );
  const names = [...new Set(Array.from({ length: random.below(3) }, () => random.pick(shared)))];
  const parts: Omit<AsOfJoinNode, 'inputs'> = {
    kind: 'asOfJoin',
    keys: names.map(name => ({ left: name, right: name })),
    direction: random.pick(['backward', 'backward', 'forward']),
    toleranceUs: random.chance(0.5) ? null : random.pick([0, 1, 1e6, 5e6, 60e6]),
    exact: random.chance(0.7),
    suffix: '_right',
    rightTime: random.chance(0.5) ? 'metAt' : null,
    how: random.pick(['left', 'inner']),
    emit: random.pick(['close', 'change']),
    versions: false,
  };
  return (...inputs) => ({ ...parts, inputs });
}

test('as-of joins of random tables give what DuckDB gives, in batch and as streams', () =>
  forRandom(async random => {
    const tables = [randomTable(random, 'left'), randomTable(random, 'right')] as const;
    const boundUs = random.pick([null, 25e6]);
    const join = makeJoin(random, ...tables);
    const [plan, stream] = ['values', 'pieces'].map(connector => {
      const [left, right] = tables.map(table => sourceOf(table, connector, connector === 'pieces', boundUs));
      return join(left, right);
    });
    const engine = new Engine(random);
    try {
      const relations = bindPlan(plan, node => sourceRelationOf(node, node.fields!));
      const { sql, cannot } = duckdbSql(plan, relations, ({ name }) => name);
      if (cannot.length > 0) throw new Error(`cannot be said: ${cannot.map(({ why }) => why).join('; ')}`);
      for (const { name, fields, rows } of tables) await oracle.load(name, fields, rows);
      const theirs = await oracle.rows(sql, relationOf(plan).schema.fields);
      for (const each of [plan, stream]) {
        const ours = await engine.rows(each);
        const found = difference(ours, theirs, theirs.length);
        if (found !== null) throw new Error(`${each === plan ? 'table' : 'stream'}: ${found}\n${sql}`);
      }
    } catch (error) {
      const plain = error instanceof Error ? error.message : String(error);
      throw new Error(`${plain}\nof ${explainText(explainPlan(plan))}`, { cause: error });
    } finally {
      await engine.close();
    }
  }, RUNS));
