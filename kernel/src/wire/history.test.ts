import { appendFileSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSecretName, shownValue, withoutSecrets } from '../magics/secrets.js';
import { matchesGlob } from './glob.js';
import { History } from './history.js';
import { HistoryFile } from './historyFile.js';

const path = () => join(mkdtempSync(join(tmpdir(), 'millrace-history-')), 'folder', 'history.jsonl');

it('matches patterns as a regular expression would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '.'), maxLength: 8 });
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 6 });
  fc.assert(
    fc.property(patterns, letters, (pattern, text) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`, 's').test(text));
    }),
  );
  const begin = performance.now();
  matchesGlob(`${'*a'.repeat(2000)}b`, 'a'.repeat(20_000));
  expect(performance.now() - begin).toBeLessThan(5_000);
});

it('outlives the kernel, whatever else is in the file', async () => {
  const file = path();
  const first = new History(new HistoryFile(file));
  first.add(1, 'one');
  first.setOutput(1, '1');
  first.add(2, '%env MY_TOKEN=abc');
  await first.flushed();
  appendFileSync(file, 'no JSON\n{"session":5}\nnull\n[]\n{"session":"x","line":1,"input":7}\n');
  const second = new History(new HistoryFile(file));
  second.add(1, 'two');
  await second.flushed();
  const third = new History(new HistoryFile(file));
  expect(third.answer({ hist_access_type: 'tail', n: 10, output: true })).toEqual([
    [1, 1, ['one', '1']],
    [1, 2, ['%env MY_TOKEN=••••••', null]],
    [2, 1, ['two', null]],
  ]);
  expect(third.answer({ hist_access_type: 'range', session: -1 })).toEqual([[2, 1, 'two']]);
});

it('cuts a file back that has become long, and keeps less in memory', async () => {
  const file = path();
  const before = new History(new HistoryFile(file));
  before.add(1, 'x');
  await before.flushed();
  const line = `${JSON.stringify({ session: 's', line: 1, input: 'y'.repeat(1000) })}\n`;
  writeFileSync(file, line.repeat(10_000));
  const size = statSync(file).size;
  const after = new History(new HistoryFile(file));
  expect(statSync(file).size).toBeLessThan(size / 2);
  for (let i = 0; i < 20_000; i++) after.add(i, 'z'.repeat(1000));
  expect(after.answer({ hist_access_type: 'tail' }).length).toBeLessThanOrEqual(10_000);
  await after.flushed();
  expect(readFileSync(file, 'utf8').endsWith('\n')).toBe(true);
}, 30_000);

it('a file that cannot be written stops nothing', () => {
  const history = new History(new HistoryFile('/proc/none/history.jsonl'));
  history.add(1, 'one');
  expect(history.answer({ hist_access_type: 'tail' })).toEqual([[1, 1, 'one']]);
});

it('knows which names are secret', () => {
  for (const name of [
    'API_KEY',
    'apiKey',
    'GITHUB_TOKEN',
    'secret',
    'PGPASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'DB_PASS',
  ])
    expect([name, isSecretName(name)]).toEqual([name, true]);
  for (const name of ['PWD', 'PATH', 'HOME', 'KEYBOARD', 'COMPASS', 'LANG'])
    expect([name, isSecretName(name)]).toEqual([name, false]);
  expect(shownValue('URL', 'postgres://me:hunter2@host/db')).toBe('postgres://me:••••••@host/db');
  expect(withoutSecrets('%env A=1\n  %env  X_KEY=abc=def\nx')).toBe('%env A=1\n  %env  X_KEY=••••••\nx');
});
