// Word count and group-by through mapReduce: in the engine's own thread, in one thread beside it, and in two.
import { float64, int64, schema, string, sum, Table } from 'millrace';
import { createNodeHost } from 'millrace/host';
import { setDefaultLink } from 'millrace/session';
import { give, timed } from './made.mjs';

const LINES = 200_000;
const TRADES = 2_000_000;
const RUNS = 3;
let state = 7;
const below = limit => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % limit;

const words = Array.from({ length: 20_000 }, (_, i) => `word${i}`);
// Small numbers come more often, as words of a language do.
const word = () => words[below(1 + below(words.length))];
const lines = Table.of({
  text: Array.from({ length: LINES }, () => Array.from({ length: 10 }, word).join(' ')),
});
const symbols = Array.from({ length: 500 }, (_, i) => `S${i}`);
const trades = Table.of({
  symbol: Array.from({ length: TRADES }, () => symbols[below(500)]),
  price: Array.from({ length: TRADES }, () => 100 + below(1000) / 7),
});

const returns = schema({ symbol: string, total: float64 });
const cases = [
  [
    'word count, a function',
    LINES * 10,
    lines.mapReduce({
      map: line => line.text.split(' ').map(each => [each, 1]),
      combine: 'sum',
      returns: schema({ word: string, n: int64 }),
    }),
  ],
  [
    'sum by symbol, a function',
    TRADES,
    trades.mapReduce({ map: t => [[t.symbol, t.price]], combine: (a, b) => a + b, returns }),
  ],
  [
    'sum by symbol, expressions',
    TRADES,
    trades.mapReduce({ map: { key: t => t.symbol, value: t => t.price }, combine: 'sum', returns }),
  ],
  ['the same as a group-by', TRADES, trades.groupBy('symbol').aggregate(t => ({ total: sum(t.price) }))],
];
const results = [];
for (const threads of [0, 1, 2]) {
  const host = createNodeHost({ threads });
  setDefaultLink(host.link());
  for (const [name, pairs, table] of cases) {
    if (name.startsWith('the same') && threads > 0) continue;
    const runs = [];
    for (let run = 0; run < RUNS; run++) runs.push(await timed(() => table.count()));
    const { value, wall_ms, cpu_ms } = runs.sort((a, b) => a.wall_ms - b.wall_ms)[0];
    results.push({
      name: name.startsWith('the same') ? name : `${name}, ${threads === 0 ? 'no' : threads} threads`,
      rows: pairs,
      wall_ms,
      cpu_ms,
      pairs_per_s: Math.round(pairs / (wall_ms / 1000)),
      out: value,
    });
  }
  setDefaultLink(null);
  await host.close();
}
give(results);
