import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { tradesCsv } from '../support/trades.js';

/** Each test starts a kernel: on a machine that is busy otherwise it takes its time. */
vi.setConfig({ testTimeout: 300_000 });

const BIN = join(ROOT, 'engine', 'bin', 'millrace.mjs');
const BARS = `import { count, replay, tumble } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });
trades.window(tumble('1 min')).groupBy('symbol').aggregate(() => ({ n: count() }))`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'millrace-export-test-'));
  writeFileSync(
    join(home, 'trades.csv'),
    tradesCsv({ symbols: ['AAPL', 'MSFT'], from: '2026-01-05T14:30:00Z', minutes: 5, perMinute: 60 }),
  );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the command in the folder. */
async function millraceExport(...args: string[]): Promise<Said> {
  const child = spawn(process.execPath, [BIN, 'export', ...args], { cwd: home });
  let [out, error] = ['', ''];
  child.stdout.on('data', data => (out += String(data)));
  child.stderr.on('data', data => (error += String(data)));
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, out, error };
}

function write(name: string, sources: readonly string[], language = 'typescript'): void {
  const cells = sources.map((source, at) => ({
    cell_type: 'code',
    id: `cell-${at}`,
    metadata: {},
    execution_count: null,
    source,
    outputs: [],
  }));
  const metadata = { kernelspec: { name: 'millrace', display_name: 'TypeScript (Millrace)', language } };
  writeFileSync(join(home, name), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
}

test('recordings that are larger than a page holds are told, and their views stay as they were saved', async () => {
  write('bars.ipynb', [BARS]);
  const { code, out, error } = await millraceExport('bars.ipynb', '--max', '500');
  expect(code).toBe(1);
  expect(out).toMatch(/^bars\.html: [\d.]+ MB, nothing in it runs\n$/);
  expect(error).toMatch(
    /^Cell \[1\]: a table is in the page as it was saved\. MR8501 the recording of 'trades' takes 0\.0 MB, and a page holds 0\.0 MB of them\. .*--max 1MB\.\n$/,
  );
  const page = readFileSync(join(home, 'bars.html'), 'utf8');
  expect(page).toContain('Not live in this page: MR8501');
  expect(page).not.toContain('id="millrace-engine"');
  expect(page).toContain('<h1 class="page-Hidden">bars.ipynb</h1>');
});

test('a cell that fails makes no page, and says which one it is', async () => {
  write('bars.ipynb', [BARS, 'throw new Error("no more")']);
  const { code, out, error } = await millraceExport('bars.ipynb', '-o', 'page.html');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toMatch(/^millrace export: MR8500 .*cell \[2\] throw new Error\("no more"\): no more/);
  expect(existsSync(join(home, 'page.html'))).toBe(false);
});

test.each([
  [['none.ipynb'], /^millrace export: MR5111 /],
  [['python.ipynb'], /^millrace export: MR5114 /],
  [[], /^millrace export: MR3820 NOTEBOOK is expected/],
  [['a.ipynb', '--max', 'much'], /^millrace export: MR3820 'much' is no size/],
])('%j is told, with exit code 2', async (args, message) => {
  write('python.ipynb', ['1'], 'python');
  const { code, error } = await millraceExport(...args);
  expect(error).toMatch(message);
  expect(code).toBe(2);
});
