import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { tradesCsv } from '../support/trades.js';
import { notebooksFolder } from './run.js';

/** Each test starts several kernels, one after the other: on a machine that is busy otherwise they take their time. */
vi.setConfig({ testTimeout: 600_000 });

const BIN = join(ROOT, 'engine', 'bin', 'millrace.mjs');
const CSV = tradesCsv({ symbols: ['AAPL', 'MSFT'], from: '2026-01-05T14:30:00Z', minutes: 5, perMinute: 60 });

const BARS = `import { count, last, pin, read, replay, sum, tumble } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });
const bars = trades.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));
bars`;
const PIN_FILE = 'await pin(trades)';
const PIN_BARS = 'await pin(bars)';
const HEAD = 'await bars.head(3)';
const STATS = 'const took = performance.now();\n({ rows: 10, bytes: Math.random() * 1e6, elapsed: took })';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'millrace-check-test-'));
  writeFileSync(join(home, 'trades.csv'), CSV);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the command in a folder. */
async function check(args: readonly string[], folder = home, bin = BIN): Promise<Said> {
  // No Python is asked for: none is on the path.
  const env = { ...process.env, PATH: '' };
  const child = spawn(process.execPath, [bin, 'check', ...args], { cwd: folder, env });
  let [out, error] = ['', ''];
  child.stdout.on('data', data => (out += String(data)));
  child.stderr.on('data', data => (error += String(data)));
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, out, error };
}

type Cell = string | { readonly source: string; readonly tags: readonly string[] };

function write(name: string, cells: readonly Cell[]): void {
  const notebook = {
    cells: cells.map((cell, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: typeof cell === 'string' ? {} : { tags: cell.tags },
      execution_count: null,
      source: typeof cell === 'string' ? cell : cell.source,
      outputs: [],
    })),
    metadata: {
      kernelspec: { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(home, name), JSON.stringify(notebook, null, 1));
}

const read = (name: string): string => readFileSync(join(home, name), 'utf8');

/** The last trade has another size, and MSFT a bar more. */
function changeTrades(): void {
  const lines = CSV.trimEnd().split('\n');
  const [ts, symbol, price, size] = lines.at(-1)!.split(',');
  lines[lines.length - 1] = [ts, symbol, price, Number(size) + 1].join(',');
  writeFileSync(join(home, 'trades.csv'), `${lines.join('\n')}\n2026-01-05T14:40:00Z,MSFT,1.5,7\n`);
}

test('a notebook of the repository gives what was saved of it, and a row that is another one is named', async () => {
  const own = notebooksFolder();
  try {
    const folder = join(own, 'notebooks');
    const name = '01-live-bars.ipynb';
    expect(await check([name, '--update'], folder)).toMatchObject({ code: 0, out: `${name}: updated\n` });
    const saved = readFileSync(join(folder, name), 'utf8');
    const shown = /"(2026-01-05T14:30:0\S+ +)(AAPL|JPM|MSFT|NVDA|XOM)( .*)"/.exec(saved)!;
    writeFileSync(join(folder, name), saved.replace(shown[0], `"${shown[1]}ZZZZ${shown[3]}"`));
    const { code, out } = await check([name], folder);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^01-live-bars\.ipynb: 1 difference\n {2}Cell \[2\] {2}const trades = .*\n {4}output: it is another text\n/,
    );
    expect(out).toMatch(/\n {6}saved {4}2026-01-05T14:30:0\S+ +ZZZZ .*\n {6}now {6}2026-01-05T14:30:0/);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
});

test('a notebook of the repository with a live feed runs to its end', async () => {
  const own = notebooksFolder();
  try {
    const name = '02-live-websocket.ipynb';
    expect(await check([name], join(own, 'notebooks'))).toMatchObject({
      code: 0,
      out: `${name}: the same, 0 pins and 0 outputs compared\n  no outputs are saved in it to be compared with: --update saves them\n`,
    });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
});

test('pins and saved outputs are written by --update, and a change is told row by row with exit code 1', async () => {
  write('bars.ipynb', [BARS, PIN_BARS, HEAD, STATS, { source: 'Math.random()', tags: ['volatile'] }]);
  expect(await check(['bars.ipynb'])).toMatchObject({
    code: 1,
    out: [
      'bars.ipynb: 1 difference',
      '  Cell [2]  await pin(bars)',
      "    pinned result 'bars': it is not pinned yet: millrace check --update pins it",
      '  no outputs are saved in it to be compared with: --update saves them',
      '',
    ].join('\n'),
  });
  expect(await check(['bars.ipynb', '--update'])).toMatchObject({ code: 0 });
  const pins = read('millrace.pins.json');
  expect(JSON.parse(pins)).toMatchObject({
    pins: {},
    results: { bars: { key: ['symbol', 'windowEnd'], rows: 10 } },
  });
  const notebook = JSON.parse(read('bars.ipynb')) as { metadata: object };
  expect(notebook.metadata).toMatchObject({ millrace: { results: { bars: { rows: 10 } } } });
  const saved = read('bars.ipynb');
  expect(await check(['bars.ipynb'])).toMatchObject({
    code: 0,
    out: 'bars.ipynb: the same, 1 pin and 3 outputs compared\n',
  });
  // What is the same is not written again.
  expect(await check(['bars.ipynb', '--update'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('the same'),
  });
  expect(read('bars.ipynb')).toBe(saved);
  // Without the file of pins the notebook still knows what it gave.
  rmSync(join(home, 'millrace.pins.json'));
  expect(await check(['bars.ipynb'])).toMatchObject({ code: 0 });
  writeFileSync(join(home, 'millrace.pins.json'), pins);

  changeTrades();
  const changed = await check(['bars.ipynb']);
  expect(changed.code).toBe(1);
  const lines = changed.out.split('\n');
  expect(lines[0]).toBe('bars.ipynb: 2 differences');
  expect(lines[1]).toBe(
    "  Cell [1]  import { count, last, pin, read, replay, sum, tumble } from 'millrace';",
  );
  expect(lines[2]).toBe(
    '    output: 2 rows differ (1 changed, 1 extra): 10 rows were saved, 11 are there now',
  );
  expect(changed.out).toContain(
    "    pinned result 'bars': 2 rows differ (1 changed, 1 extra): 10 rows were pinned, 11 are there now",
  );
  expect(changed.out).toMatch(
    /\n {6}pinned +(AAPL|MSFT) +2026-01-05T14:34:00Z +2026-01-05T14:35:00Z .* volume\n {6}now +\1/,
  );
  expect(changed.out).toMatch(/\n {6}extra +MSFT +2026-01-05T14:40:00Z +2026-01-05T14:41:00Z .* 7 +1\n/);
  const json = await check(['bars.ipynb', '--json']);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    version: 1,
    exit: 1,
    notebooks: [
      {
        path: 'bars.ipynb',
        outcome: 'different',
        differences: [
          {
            cell: { number: 1, id: 'cell-0' },
            kind: 'output',
            rows: { counts: { changed: 1, missing: 0, extra: 1 } },
          },
          {
            cell: { number: 2 },
            kind: 'result',
            name: 'bars',
            rows: { differences: [{ kind: 'changed', in: ['volume'] }, { kind: 'extra' }] },
          },
        ],
      },
    ],
  });
  // A check changes nothing.
  expect([read('bars.ipynb'), read('millrace.pins.json')]).toEqual([saved, pins]);
});

test('a pinned file that is another one is a difference, with the rows and times of both', async () => {
  write('file.ipynb', [BARS, PIN_FILE, HEAD]);
  expect(await check(['file.ipynb', '--update'])).toMatchObject({ code: 0 });
  expect(await check(['file.ipynb'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('1 pin and 2 outputs'),
  });
  changeTrades();
  const { code, out } = await check(['file.ipynb']);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^file\.ipynb: 1 difference\n {2}Cell \[1\] {2}import .*\n {4}pinned file 'trades\.csv': MR3816 .*Pinned: hash \w+, 300 rows from 2026-01-05T14:30:00\S*Z to \S+\. Found: hash \w+, 301 rows from 2026-01-05T14:30:00\S*Z to 2026-01-05T14:40:00Z/,
  );
  expect(await check(['file.ipynb', '--update'])).toMatchObject({ code: 0 });
  expect(read('millrace.pins.json')).toContain('"rows": 301');
});

test('a cell that fails, one that hangs and what is no notebook are told, with exit code 2', async () => {
  write('fails.ipynb', [
    'const one = 1;',
    '',
    'const two = () => {\n  throw new RangeError("no two");\n};\ntwo();',
    '3',
  ]);
  const failed = await check(['fails.ipynb']);
  expect(failed.code).toBe(2);
  expect(failed.out).toMatch(
    /^fails\.ipynb: could not be run\n {2}Cell \[2\] {2}const two = \(\) => \{\n {4}RangeError: no two\n/,
  );
  expect(failed.out).toContain('Cell [2]:2:9');
  expect(failed.out).toContain('throw new RangeError("no two");');

  write('types.ipynb', ['const one: number = "1";']);
  const typed = await check(['types.ipynb']);
  expect(typed.code).toBe(2);
  expect(typed.out).toMatch(/Cell \[1\].*1:7/s);

  write('expected.ipynb', [
    { source: 'throw new RangeError("as it should")', tags: ['raises-exception'] },
    '1 + 1',
  ]);
  expect(await check(['expected.ipynb', '--update'])).toMatchObject({ code: 0 });
  expect(await check(['expected.ipynb'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('2 outputs compared'),
  });

  write('hangs.ipynb', ['1', 'for (;;) {}', '2']);
  write('waits.ipynb', ['1', 'await new Promise(() => setInterval(() => 0, 1000));']);
  write('ends.ipynb', ['1', 'process.exit(3)']);
  writeFileSync(join(home, 'broken.ipynb'), '{"cells": [');
  writeFileSync(join(home, 'old.ipynb'), '{"nbformat": 3, "worksheets": []}');
  writeFileSync(
    join(home, 'python.ipynb'),
    '{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "python"}}}',
  );
  write('fine.ipynb', ['1 + 1']);
  const begun = performance.now();
  const names = ['hangs', 'waits', 'ends', 'broken', 'old', 'python', 'none', 'fine'].map(
    name => `${name}.ipynb`,
  );
  const { code, out } = await check([...names, '--timeout', '3s', '--json']);
  expect(performance.now() - begun).toBeLessThan(90_000);
  expect(code).toBe(2);
  const { notebooks } = JSON.parse(out) as {
    notebooks: { outcome: string; failure: { cell: object; message: string } }[];
  };
  expect(notebooks.map(({ outcome }) => outcome)).toEqual([...Array<string>(7).fill('failed'), 'same']);
  const told = notebooks.map(({ failure }) => failure?.message);
  expect(told[0]).toMatch(/^MR5113 the cell did not end within 3 s\./);
  expect(notebooks[0]!.failure.cell).toMatchObject({ number: 2, line: 'for (;;) {}' });
  expect(told[1]).toMatch(/^MR5113/);
  expect(told[2]).toContain('exit code 3');
  expect(told[3]).toMatch(/^MR5111 'broken\.ipynb' is no notebook: it is no JSON object\./);
  expect(told[4]).toMatch(/^MR5111 'old\.ipynb' is no notebook of nbformat 4: its nbformat is 3\./);
  expect(told[5]).toMatch(/^MR5114 'python\.ipynb' is a notebook of python/);
  expect(told[6]).toMatch(/^MR5111 'none\.ipynb' cannot be read \(ENOENT\)/);
});

test('a command line that says nothing, and a project without the kernel, are told with exit code 2', async () => {
  expect(await check([])).toMatchObject({
    code: 2,
    error: expect.stringMatching(/MR3820 NOTEBOOK… is expected, and nothing is there/),
  });
  expect(await check(['a.ipynb', '--timeout', 'soon'])).toMatchObject({ code: 2 });
  expect(await check(['a.ipynb', '--updates'])).toMatchObject({ code: 2 });
  expect(await check(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--timeout TIME') });
  // The engine alone, as it is installed for scripts.
  const packages = join(home, 'node_modules');
  const own = join(packages, 'millrace');
  for (const part of ['bin', 'dist', 'package.json']) {
    cpSync(join(ROOT, 'engine', part), join(own, part), { recursive: true });
  }
  mkdirSync(join(packages, '@millrace'));
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(packages, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(packages, name), 'junction');
  }
  const alone = await check(['a.ipynb'], home, join(own, 'bin', 'millrace.mjs'));
  expect(alone).toMatchObject({
    code: 2,
    error: expect.stringMatching(/MR5110 .* npm install @millrace\/kernel/),
  });
});
