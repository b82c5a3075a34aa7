import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { files, ROOT } from '../support/checkout.js';

const kept = files(
  '.ts',
  '.mjs',
  '.cjs',
  '.js',
  '.md',
  '.json',
  '.css',
  '.toml',
  '.py',
  '.ipynb',
  '.txt',
).filter(({ path }) => path !== 'package-lock.json' && path !== 'tests/style/words.test.ts');

/** What no kept file holds, and what to do instead. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\b(TODO|FIXME|XXX|HACK)\b/, 'do it now, or write down nothing'],
  [/(?<![\w.}])\/(work|root|home\/\w+)\//, 'a path of one machine means nothing on another'],
  [/\b(it|test|describe)\.(only|todo)\b/, 'run all tests'],
  [/\bdebugger\b;/, 'take it out'],
];

test.each(BANNED)('nothing kept holds %s: %s', pattern => {
  const found = kept.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});

test('the lock file names no registry: each user has their own', () => {
  const hosts = readFileSync(join(ROOT, 'package-lock.json'), 'utf8').match(/"resolved": "https?:.*"/g) ?? [];
  expect(hosts).toEqual([]);
});

test('the project says its words', () => {
  const vocabulary = readFileSync(join(ROOT, 'docs/vocabulary.md'), 'utf8');
  for (const word of ['watermark', 'changelog', 'frame', 'credit'])
    expect(vocabulary.toLowerCase()).toContain(word);
});
