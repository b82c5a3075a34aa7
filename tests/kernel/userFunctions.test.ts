import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
  const answer = await kernel.execute(`
import { count, float64, generator, schema, string, timestamp, udf } from 'millrace';
const market = generator.market({ seed: 5, rows: 30_000, symbols: ['A', 'B'], day: '2026-01-05' });
const half = udf('half', { args: [float64], returns: float64 }, price => price / 2);`);
  expect(answer.error).toBe(null);
}, 60_000);
afterAll(() => kernel.shutdown());

const resultOf = async (code: string) => {
  const { result, error } = await kernel.execute(code);
  expect(error).toBe(null);
  return result;
};

test('functions of a cell are called from the engine process', async () => {
  expect(await resultOf('(await market.where(t => half(t.price).gt(0)).count())')).toBe('30000');
  expect(
    await resultOf(`
let calls = 0;
const texts = market.map(t => ({ ts: t.ts, text: t.symbol + ++calls }), { returns: schema({ ts: timestamp('us'), text: string }) });
(await texts.head(2)).map(row => row.text.slice(1)).join(' ')`),
  ).toBe("'1 2'");
});

test('while a cell loops, queries without functions go on', async () => {
  const shown = await kernel.execute(
    'market.derive(t => ({ price: half(t.price) })).groupBy("symbol").aggregate(() => ({ n: count() }))',
  );
  expect(shown.error).toBe(null);
  await resultOf('const until = Date.now() + 1500; while (Date.now() < until) {} 1');
  expect(await resultOf('(await market.count())')).toBe('30000');
});

test('functions of a process that has ended are an error that says what to do', async () => {
  const died = await kernel.execute('process.exit(1)');
  expect(died.reply.content.status).toBe('error');
  const again = await kernel.execute(`
import { float64, generator, udf } from 'millrace';
const whole = udf('whole', { args: [float64], returns: float64 }, price => Math.round(price));
(await generator.market({ seed: 5, rows: 1000, symbols: ['A'], day: '2026-01-05' }).where(t => whole(t.price).gt(0)).count())`);
  expect(again.result).toBe('1000');
});
