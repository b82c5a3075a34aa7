// A regular join of rows that are inserted and then updated on both sides; what it holds in the end must be DuckDB's.
import { DuckDBInstance } from '@duckdb/node-api';
import { buildOperator } from '../../../engine/dist/operators/build.js';
import { planPhysical } from '../../../engine/dist/physical/planner.js';
import { bindPlan } from '../../../engine/dist/plan/bind.js';
import { joinNode, sourceNode } from '../../../engine/dist/plan/build.js';
import { give, options, timed } from './made.mjs';

const { rows } = options();
/** Customers that orders are of, each several times. */
const CUSTOMERS = Math.ceil(rows / 4);
const BATCH_ROWS = 8192;
const INT64 = { kind: 'int64' };
const FIELDS = ['id', 'customer', 'amount'].map(name => ({ name, type: INT64, nullable: false }));

const ORDER = i => [i, (i * 7919) % CUSTOMERS, i % 100];
const NEW_ORDER = i => [i, (i * 7919) % CUSTOMERS, i % 97];
const CUSTOMER = i => [i, i, i % 10];
const NEW_CUSTOMER = i => [i, i, i % 11];

function batchOf(length, rowOf, kindOf) {
  const columns = FIELDS.map(({ type }) => ({
    type,
    data: new Float64Array(length),
    valid: null,
    dictionary: null,
  }));
  for (let i = 0; i < length; i++) {
    const row = rowOf(i);
    columns.forEach((column, k) => (column.data[i] = row[k]));
  }
  const kinds = Uint8Array.from({ length }, (_, i) => kindOf(i));
  return { schema: { fields: FIELDS }, length, columns, kinds, marks: null, watermark: -Infinity };
}

function inserts(count, rowOf) {
  const batches = [];
  for (let from = 0; from < count; from += BATCH_ROWS)
    batches.push(
      batchOf(
        Math.min(BATCH_ROWS, count - from),
        i => rowOf(from + i),
        () => 0,
      ),
    );
  return batches;
}

/** Each row taken back and put in its new form: two rows. */
function updates(count, before, after) {
  const batches = [];
  for (let from = 0; from < count; from += BATCH_ROWS / 2) {
    const length = 2 * Math.min(BATCH_ROWS / 2, count - from);
    const rowOf = i => (i % 2 === 0 ? before : after)(from + (i >> 1));
    batches.push(batchOf(length, rowOf, i => 1 + (i % 2)));
  }
  return batches;
}

function operatorOf(how) {
  const source = name =>
    sourceNode({ name, connector: 'values', options: {}, fields: FIELDS, time: null, clocked: true });
  const node = joinNode({
    inputs: [source('orders'), source('customers')],
    how,
    keys: [{ left: 'customer', right: 'customer' }],
    where: null,
    suffix: '_right',
    bounded: false,
  });
  const relations = bindPlan(node, () => ({
    schema: { fields: FIELDS },
    time: null,
    mode: 'retract',
    key: ['id'],
  }));
  return buildOperator(planPhysical(node, relations).operators[0]);
}

/** Sums of what a changelog holds: rows, and each of the columns added up. */
class Sums {
  values = new Array(6).fill(0);

  take = ({ columns, kinds, length }) => {
    for (let i = 0; i < length; i++) {
      const sign = kinds !== null && (kinds[i] & 1) === 1 ? -1 : 1;
      this.values[0] += sign;
      columns.forEach(({ data, valid }, k) => {
        if (valid === null || valid[i] === 1) this.values[k + 1] += sign * data[i];
      });
    }
  };
}

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
await connection.run(
  `CREATE TABLE orders AS SELECT i AS id, (i * 7919) % ${CUSTOMERS} AS customer, i % 97 AS amount FROM range(${rows}) t(i)`,
);
await connection.run(
  `CREATE TABLE customers AS SELECT i AS id, i AS customer, i % 11 AS amount FROM range(${CUSTOMERS}) t(i) WHERE i % 3 > 0`,
);

async function expectSame(name, how, { values }) {
  const result = await connection.runAndReadAll(
    `SELECT count(*), sum(o.id), sum(o.customer), sum(o.amount), sum(c.id), sum(c.amount)
     FROM orders o ${how.toUpperCase()} JOIN customers c ON o.customer = c.customer`,
  );
  const wanted = result.getRows()[0].map(value => Number(value ?? 0));
  if (wanted.join() !== values.join())
    throw new Error(`${name}: ${values.join()} instead of ${wanted.join()}`);
}

const results = [];
for (const how of ['inner', 'left']) {
  const operator = operatorOf(how);
  const sums = new Sums();
  const steps = [
    ['customers come', 1, inserts(CUSTOMERS, CUSTOMER)],
    ['orders come', 0, inserts(rows, ORDER)],
    ['orders change', 0, updates(rows, ORDER, NEW_ORDER)],
    ['customers change', 1, updates(CUSTOMERS, CUSTOMER, NEW_CUSTOMER)],
  ];
  for (const [step, port, batches] of steps) {
    let out = 0;
    const { wall_ms, cpu_ms } = await timed(() => {
      for (const batch of batches) {
        operator.process(port, batch, made => {
          out += made.length;
          sums.take(made);
        });
      }
    });
    const count = batches.reduce((total, { length }) => total + length, 0);
    results.push({
      name: `${how} join, ${step}`,
      rows: count,
      wall_ms,
      cpu_ms,
      rows_per_s: Math.round(count / (cpu_ms / 1000)),
      out,
      state_mb: operator.bytes() / 2 ** 20,
    });
  }
  // A third of the customers goes in the end.
  for (let from = 0; from < CUSTOMERS; from += 3 * BATCH_ROWS) {
    const length = Math.ceil(Math.min(3 * BATCH_ROWS, CUSTOMERS - from) / 3);
    const batch = batchOf(
      length,
      i => NEW_CUSTOMER(from + 3 * i),
      () => 3,
    );
    operator.process(1, batch, sums.take);
  }
  await expectSame(`${how} join`, how, sums);
}
give(results);
