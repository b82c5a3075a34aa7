import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-bad-'));
let kernel: JupyterClient;

const BAD = [
  'ts,symbol,price,size',
  '2026-01-05T14:30:00Z,AAPL,100.5,10',
  '2026-01-05T14:30:01Z,MSFT,cheap,10',
  '2026-01-05T14:30:02Z,MSFT',
  'yesterday,MSFT,100,10',
  '2026-01-05T14:30:03Z,=2+5,100,10',
  `2026-01-05T14:30:04Z,${'A'.repeat(3 << 20)},100,10`,
  '2026-01-05T14:30:05Z,MSFT,100,10.5',
  '2026-01-05T14:30:06Z,__proto__,7,1',
];

beforeAll(async () => {
  writeFileSync(join(directory, 'bad.csv'), BAD.map(line => `${line}\n`).join(''));
  writeFileSync(join(directory, 'empty.csv'), '');
  kernel = await JupyterClient.start({ directory });
  const { reply } =
    await kernel.execute(`import { float64, int64, replay, schema, string, timestamp } from 'millrace';
const Trade = schema({ ts: timestamp('us'), symbol: string, price: float64, size: int64 });
const trades = replay('bad.csv', { schema: Trade, time: 'ts', watermark: '1 s' });`);
  expect(reply.content.status).toBe('ok');
}, 60_000);

afterAll(async () => {
  await kernel.shutdown();
  rmSync(directory, { recursive: true, force: true });
});

test('good rows are read, whatever stands between them, and text that looks like a formula is text', async () => {
  const { result } = await kernel.execute(
    'JSON.stringify((await trades.rows()).map(row => [row.symbol, row.price, row.size]))',
  );
  expect(result).toBe(`'[["AAPL",100.5,10],["=2+5",100,10],["__proto__",7,1]]'`);
});

test('bad rows are counted, and kept with where and why', async () => {
  const { result } = await kernel.execute(
    'const { count: bad, rows: kept } = await trades.rejects(); JSON.stringify([bad, kept.map(row => [row.position, row.text.length <= 1000, row.reason])])',
  );
  const [count, rows] = JSON.parse(result!.slice(1, -1).replaceAll("\\'", "'")) as [
    number,
    [number, boolean, string][],
  ];
  expect(count).toBe(5);
  expect(rows.map(([position]) => position)).toEqual([3, 4, 5, 7, 8]);
  expect(rows.every(([, isCut]) => isCut)).toBe(true);
  const reasons = rows.map(([, , reason]) => reason);
  expect(reasons[0]).toMatch(/price.*float64/);
  expect(reasons[1]).toMatch(/2.*4|4.*2/);
  expect(reasons[2]).toMatch(/ts.*timestamp/);
  expect(reasons[3]).toMatch(/long|bytes|MB/);
  expect(reasons[4]).toMatch(/size.*int64/);
});

test('an empty file and a missing one are errors that say so, and the kernel lives', async () => {
  const empty = await kernel.execute("await replay('empty.csv', { time: 'ts' }).rows()");
  expect(empty.reply.content.status).toBe('error');
  expect(empty.reply.content.evalue).toMatch(/MR\d+.*empty/);
  const missing = await kernel.execute("await replay('bda.csv', { time: 'ts' }).rows()");
  expect(missing.reply.content.evalue).toMatch(/MR\d+.*bda\.csv.*bad\.csv/s);
  const wrongTime = await kernel.execute("await replay('bad.csv', { schema: Trade, time: 'symbol' }).rows()");
  expect(wrongTime.reply.content.status).toBe('error');
  expect(wrongTime.reply.content.evalue).toMatch(/MR\d+.*symbol.*timestamp/s);
  expect((await kernel.execute('6 * 7')).result).toBe('42');
});
