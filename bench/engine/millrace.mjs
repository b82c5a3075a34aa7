// One run of one case by Millrace: `millrace.mjs CASE ORDER STEM ROWS`. Streaming: batches as they arrive, windows as they close.
import { replay } from 'millrace';
import { createNodeHost } from 'millrace/host';
import { measured } from '../support/children.mjs';
import { CASES } from './cases.mjs';
import { fileOf, quotesOf } from './data.mjs';
import {
  decodeArrow,
  joinedPlan,
  loadColumns,
  Materialised,
  physicalPlan,
  runAll,
  runBoth,
} from './operators.mjs';
import { bars, QUERIES } from './queries.mjs';

const [name, order, stem, rows] = process.argv.slice(2);
const path = fileOf(name, stem, order);
const trades = replay(path, { time: 'ts', watermark: order === 'shuffled' ? '1 s' : '0 s' });

if (name.startsWith('IN ')) await measureFile();
else if (name === 'W6') await measureJoin();
else await measureOperators();

/** From the file to the bars as Arrow, schema inference included. */
async function measureFile() {
  const host = createNodeHost({ directory: '/' });
  const link = host.link();
  const { plan } = bars('1 min')(trades);
  await measured(
    () => link.request({ type: 'read', plan, limit: null, current: false }),
    ({ arrow }) => {
      const { fields, columns, length } = decodeArrow(arrow);
      const total = key => {
        const { data } = columns[fields.findIndex(field => field.name === key)];
        return data.reduce((sum, value) => sum + Number(value), 0);
      };
      return {
        rows: length,
        ...Object.fromEntries(['n', 'volume', 'high', 'low'].map(key => [key, total(key)])),
      };
    },
  );
  await host.close();
}

/** As below, with quotes: batches of both in turn, by the times of their first rows. */
async function measureJoin() {
  const boundUs = order === 'shuffled' ? 1_000_000 : 0;
  const path = quotesOf(stem, order);
  const sides = [
    await loadColumns(fileOf(name, stem, order), { boundUs }),
    await loadColumns(path, { boundUs }),
  ];
  const quotes = replay(path, { time: 'ts', watermark: order === 'shuffled' ? '1 s' : '0 s' });
  const collection = QUERIES[name](trades, quotes);
  const { sums } = CASES.find(each => each.name === name);
  const most = [Number(rows), Number(rows) / 2];
  let out;
  await measured(
    () => runBoth(joinedPlan(collection, sides), sides, out.take, most),
    () => out.sums(sums),
    () => (out = new Materialised()),
  );
}

/** From columns in memory to the result in memory; the first run plans and compiles. */
async function measureOperators() {
  const data = await loadColumns(path, { boundUs: order === 'shuffled' ? 1_000_000 : 0 });
  const { sums } = CASES.find(each => each.name === name);
  const collection = QUERIES[name](trades);
  // A changelog is written whole, batch by batch, and read by nobody; without it a group-by tells its groups at the end alone.
  let out;
  await measured(
    () =>
      runAll(
        physicalPlan(collection, data, name === 'W9' ? 'retract' : null, { closing: name === 'W9 end' }),
        data,
        out.take,
        Math.min(data.length, Number(rows)),
      ),
    () => (sums === null ? null : out.sums(sums)),
    () => (out = new Materialised(sums === null)),
  );
}
