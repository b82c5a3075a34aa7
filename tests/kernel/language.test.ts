import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-cells-'));
let kernel: JupyterClient;

beforeAll(async () => {
  const rows = Array.from({ length: 20 }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30, i * 10)).toISOString();
    return `${at},${i % 2 === 0 ? 'AAPL' : '<b>X</b>'},${100 + i}`;
  });
  writeFileSync(join(directory, 'trades.csv'), `ts,symbol,price\n${rows.join('\n')}\n`);
  kernel = await JupyterClient.start({ directory });
}, 60_000);

afterAll(async () => {
  await kernel.shutdown();
  rmSync(directory, { recursive: true, force: true });
});

test('after the cell that opened a file has run, later cells know its columns', async () => {
  const code = `import { count, last, replay, tumble } from 'millrace';
const trades = replay('trades.csv', { time: 'ts' });
const bars = trades.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ close: last(t.price), n: count() }));`;
  expect((await kernel.execute(code)).reply.content.status).toBe('ok');

  const typed = 'trades.where(t => t.';
  const completion = await kernel.ask('complete_request', { code: typed, cursor_pos: typed.length });
  expect(completion.content.matches).toEqual(['col', 'price', 'symbol', 'ts']);

  const misspelt = await kernel.execute('bars.where(b => b.closs.gt(1))');
  expect(misspelt.reply.content.status).toBe('error');
  expect(misspelt.reply.content.evalue).toContain("Did you mean 'close', 'n' or 'symbol'? Write b.close.");

  const row = await kernel.execute('(await trades.rows())[0].ts.epochMilliseconds');
  expect(row.result).toBe(String(Date.UTC(2026, 0, 5, 14, 30)));
});

test('a chart is a picture, in its final state, where no front end draws it', async () => {
  const answer = await kernel.execute("trades.line({ x: 'ts', y: 'price', title: 'Prices' })");
  const [shown] = answer.published.filter(message => message.type === 'display_data');
  const [final] = answer.published.filter(message => message.type === 'update_display_data');
  expect(final.content.transient).toEqual(shown.content.transient);
  const data = final.content.data as Record<string, string>;
  expect(Buffer.from(data['image/png'], 'base64').subarray(1, 4).toString()).toBe('PNG');
  expect(data['text/plain']).toContain('Prices · ended · 20 rows');
});

test('nothing of the data is markup in a table', async () => {
  const answer = await kernel.execute("bars.where(b => b.symbol.ne('AAPL'))");
  // Outputs of earlier cells are shown anew by messages of the cell that runs.
  const shown = answer.published.find(message => message.type === 'display_data');
  const { display_id: id } = shown?.content.transient as { display_id: string };
  const final = answer.published.findLast(
    ({ content }) => (content.transient as { display_id?: string } | undefined)?.display_id === id,
  );
  const html = (final?.content.data as Record<string, string>)['text/html'];
  expect(html).toContain('&lt;b&gt;X&lt;/b&gt;');
  expect(html).not.toContain('<b>');
});

test('a missing file is an error that says so, and the kernel lives', async () => {
  const answer = await kernel.execute("const none = replay('none.csv', { time: 'ts' });\nawait none.head(1)");
  expect(answer.error?.evalue).toContain("there is no file 'none.csv'");
  expect((answer.error?.traceback as string[]).join('\n')).toContain(':2:');
  expect((await kernel.execute('1 + 1')).result).toBe('2');
});

test('a variable of an earlier cell is assigned by later ones and by timers', async () => {
  await kernel.execute('let ticks = 0;\nconst ticking = setInterval(() => { ticks++; }, 5);');
  await kernel.execute('await new Promise(done => setTimeout(done, 100)); clearInterval(ticking);');
  expect((await kernel.execute('const enough = ticks > 3; ticks = -1; [enough, ticks]')).result).toBe(
    '[ true, -1 ]',
  );
});
