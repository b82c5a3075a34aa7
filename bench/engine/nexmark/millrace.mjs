// One run of one query of Nexmark by Millrace: `millrace.mjs QUERY STEM`. A stream of events over columns in memory, the result as a table.
import { replay } from 'millrace';
import { MaterializedTable } from '../../../engine/dist/runtime/table.js';
import { measured } from '../../support/children.mjs';
import { loadColumns, physicalPlan, runAll } from '../operators.mjs';
import { kindsOf, MILLRACE, SUMS } from './queries.mjs';

const [name, stem] = process.argv.slice(2);
const path = `${stem}.parquet`;
const data = await loadColumns(path, { boundUs: 0 });
const query = MILLRACE[name](kindsOf(replay(path, { time: 'ts', watermark: '0 s' })));
let table;
let pipeline;
await measured(
  () => (pipeline = runAll(physicalPlan(query, data), data, batch => table.apply(batch))),
  () => {
    const sum = table.schema.fields.findIndex(field => field.name === SUMS[name]);
    const { data: values } = table.gather(table.positions(0, table.total))[sum];
    let total = 0;
    for (const value of values) total += Number(value);
    return { rows: table.total, sum: total, state_mb: pipeline.bytes() / 2 ** 20, state_rows: stateRows() };
  },
  () => {
    const { table: planned } = physicalPlan(query, data);
    table = new MaterializedTable(planned, { rows: Infinity, bytes: Infinity, lastUs: Infinity });
  },
);

function stateRows() {
  return pipeline.operators.reduce((total, operator) => total + operator.stateRows(), 0);
}
