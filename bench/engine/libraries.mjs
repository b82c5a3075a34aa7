// One run of one case by another JavaScript library, on the rows that it can hold: `libraries.mjs LIBRARY CASE ORDER STEM ROWS`.
import { measured } from '../support/children.mjs';
import { fileOf } from './data.mjs';
import { loadColumns } from './operators.mjs';

const [library, name, order, stem, rows] = process.argv.slice(2);
const data = await loadColumns(fileOf(name, stem, order), { boundUs: 0 });
const count = Math.min(data.length, Number(rows));
const column = wanted => data.columns[data.schema.fields.findIndex(({ name: each }) => each === wanted)];
const numbers = wanted => Float64Array.from(column(wanted).data.subarray(0, count));
const { data: codes, dictionary } = column('symbol');
const symbols = Array.from({ length: count }, (_, i) => dictionary.at(codes[i]));
const columns = { ts: numbers('ts'), symbol: symbols, price: numbers('price'), size: numbers('size') };

const work = { arquero, danfojs, d2ts }[library];
const run = await work();
await measured(run, () => null);

async function arquero() {
  const aq = await import('arquero');
  const table = aq.table(columns);
  const { op } = aq;
  // Its first_value and last_value are window functions only, so opens and closes are left out.
  const bars = width =>
    table
      .derive({ start: aq.escape(row => Math.floor(row.ts / width)), turnover: row => row.price * row.size })
      .groupby('start', 'symbol')
      .rollup({
        high: row => op.max(row.price),
        low: row => op.min(row.price),
        volume: row => op.sum(row.size),
        turnover: row => op.sum(row.turnover),
        n: () => op.count(),
      });
  const groups = () =>
    table
      .groupby('symbol')
      .rollup({ n: () => op.count(), volume: row => op.sum(row.size), mean: row => op.mean(row.price) });
  return {
    W1: () =>
      table
        .filter(row => row.size > 100)
        .derive({ notional: row => row.price * row.size })
        .select('ts', 'symbol', 'notional')
        .reify(),
    W2: () => bars(1e6),
    W2m: () => bars(60e6),
    W5: () =>
      table
        .groupby('symbol')
        .derive({ mean: aq.rolling(row => op.mean(row.price), [-19, 0]) })
        .select('ts', 'symbol', 'mean')
        .reify(),
    W9: groups,
    'W9 end': groups,
  }[name];
}

async function danfojs() {
  const dfd = await import('danfojs');
  const frame = new dfd.DataFrame({
    symbol: symbols,
    price: Array.from(columns.price),
    size: Array.from(columns.size),
  });
  return {
    W1: () => {
      const big = frame.query(frame.size.gt(100));
      return big.addColumn('notional', big.price.mul(big.size));
    },
    'W9 end': () => frame.groupby(['symbol']).agg({ size: 'sum', price: ['mean', 'count'] }),
  }[name];
}

async function d2ts() {
  const { D2, MultiSet, groupBy, groupByOperators, output } = await import('@electric-sql/d2ts');
  const { avg, count: rowsOf, max, min, sum } = groupByOperators;
  const build = {
    W9: input =>
      groupBy(row => ({ symbol: row.symbol }), {
        n: rowsOf(),
        volume: sum(row => row.size),
        mean: avg(row => row.price),
      })(input),
    W2: input =>
      groupBy(row => ({ start: Math.floor(row.ts / 1e6), symbol: row.symbol }), {
        high: max(row => row.price),
        low: min(row => row.price),
        volume: sum(row => row.size),
        turnover: sum(row => row.price * row.size),
      })(input),
  }[name];
  return () => {
    const graph = new D2({ initialFrontier: 0 });
    const input = graph.newInput();
    input.pipe(
      build,
      output(() => undefined),
    );
    graph.finalize();
    let version = 0;
    for (let from = 0; from < count; from += 8192) {
      const batch = [];
      for (let i = from; i < Math.min(count, from + 8192); i++) {
        batch.push([
          { id: i, ts: columns.ts[i], symbol: symbols[i], price: columns.price[i], size: columns.size[i] },
          1,
        ]);
      }
      input.sendData(version, new MultiSet(batch));
      input.sendFrontier(++version);
      graph.run();
    }
  };
}
