// Patterns of rows over trades of 500 symbols: falls that turn (by the row before, and by rows of the match), and a mean in a definition.
import { replay } from 'millrace';
import { Dictionary } from '../../../engine/dist/columns/dictionary.js';
import { Materialised, physicalPlan, runAll } from '../operators.mjs';
import { give, options, timed } from './made.mjs';

const { rows } = options();
const SYMBOLS = 500;

/** Prices that walk in steps of a cent, a row every 10 µs. */
function makeTrades() {
  const ts = new Float64Array(rows);
  const symbol = new Int32Array(rows);
  const price = new Float64Array(rows);
  const size = new Float64Array(rows);
  const dictionary = new Dictionary();
  for (let k = 0; k < SYMBOLS; k++) dictionary.intern(`S${k}`);
  const last = new Float64Array(SYMBOLS).fill(10_000);
  let state = 12345;
  for (let i = 0; i < rows; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const key = (state >>> 8) % SYMBOLS;
    last[key] += ((state >>> 17) % 11) - 5;
    ts[i] = 1.7e15 + i * 10;
    symbol[i] = key;
    price[i] = last[key] / 100;
    size[i] = 1 + (state % 300);
  }
  const fields = [
    { name: 'ts', type: { kind: 'timestamp', unit: 'us' }, nullable: false },
    { name: 'symbol', type: { kind: 'string' }, nullable: false },
    { name: 'price', type: { kind: 'float64' }, nullable: false },
    { name: 'size', type: { kind: 'int64' }, nullable: false },
  ];
  const columns = [ts, symbol, price, size].map((data, i) => ({
    type: fields[i].type,
    data,
    valid: null,
    dictionary: i === 1 ? dictionary : null,
  }));
  return { schema: { fields }, columns, length: rows, marks: ts };
}

const data = makeTrades();
const trades = replay('trades', { time: 'ts', watermark: '0 s' });
const measures = m => ({
  from: m.first('START').price,
  bottom: m.last('DOWN').price,
  up: m.last('UP').price,
  falls: m.count('DOWN'),
});
const PATTERNS = {
  'V shape by the row before': {
    pattern: 'START DOWN+ UP',
    define: (t, m) => ({ DOWN: t.price.lt(m.prev(t.price)), UP: t.price.gt(m.prev(t.price)) }),
    measures,
  },
  'V shape by rows of the match': {
    pattern: 'START DOWN+ UP',
    define: (t, m) => ({
      DOWN: t.price.lt(m.last(['START', 'DOWN'], d => d.price, 1)),
      UP: t.price.gt(m.last('DOWN').price),
    }),
    measures,
  },
  'rows of the row alone': {
    pattern: 'BIG SMALL{2,} BIGGER',
    define: t => ({ BIG: t.size.gt(200), SMALL: t.size.lt(150), BIGGER: t.size.gt(250) }),
    measures: m => ({ from: m.first('BIG').price, to: m.last('BIGGER').price }),
  },
  'mean in a definition': {
    pattern: 'A+ B',
    define: (t, m) => ({ A: m.avg('A', a => a.price).lt(100), B: t.size.gt(250) }),
    measures: m => ({ mean: m.avg('A', t => t.price), n: m.count('A') }),
  },
};
const results = [];
for (const [name, options] of Object.entries(PATTERNS)) {
  const collection = trades.matchPattern({ by: 'symbol', within: '1 s', ...options });
  const plan = physicalPlan(collection, data);
  const out = new Materialised(true);
  const { wall_ms, cpu_ms } = await timed(() => runAll(plan, data, out.take));
  results.push({ name, rows, wall_ms, cpu_ms, matches: out.length, mrows_s: rows / 1000 / cpu_ms });
}
give(results);
