import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { JupyterClient, type Answer } from '../support/jupyterClient.js';
import { TRANSCRIPT } from './transcript.js';

const TSLAB = dirname(createRequire(import.meta.url).resolve('tslab/package.json'));
const folder = mkdtempSync(join(tmpdir(), 'millrace-transcript-'));
// tslab knows no `console` without the types of Node beside the notebook.
symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** tslab prints the value of a cell; here it is the result, in which a text has quotes. */
function shown(answer: Answer): string {
  const result = answer.result?.replace(/^(['"`])(.*)\1$/s, '$2') ?? '';
  return stripVTControlCharacters(answer.stdout + result).trimEnd();
}

test('a transcript has at least a hundred cells', () => {
  expect(TRANSCRIPT.length).toBeGreaterThanOrEqual(100);
});

test('declarations persist from cell to cell as the transcript says', async () => {
  const kernel = await JupyterClient.start({ directory: folder });
  const [found, expected]: [unknown[], unknown[]] = [[], []];
  try {
    for (const { code, shows, fails } of TRANSCRIPT) {
      const answer = await kernel.execute(code);
      const error = answer.error === null ? null : String(answer.error.evalue);
      found.push({ code, error, shown: fails === undefined ? shown(answer) : undefined });
      expected.push({
        code,
        error: fails === undefined ? null : expect.stringMatching(fails),
        shown: shows,
      });
    }
  } finally {
    kernel.dispose();
  }
  expect(found).toEqual(expected);
}, 180_000);

test('tslab shows the same, but where the transcript says why not', async () => {
  const command = [
    process.execPath,
    join(TSLAB, 'bin', 'tslab'),
    'kernel',
    '--config-path={connection_file}',
  ];
  const kernel = await JupyterClient.start({ directory: folder, command });
  const [found, expected]: [unknown[], unknown[]] = [[], []];
  try {
    for (const { code, shows, fails, tslab } of TRANSCRIPT) {
      const answer = await kernel.execute(code);
      const { status } = answer.reply.content;
      // After an error it passes over what is sent within 200 ms.
      if (status !== 'ok') await new Promise(resolve => setTimeout(resolve, 250));
      if (fails === undefined && tslab?.shows === null) continue;
      found.push({ code, status, shown: fails === undefined ? shown(answer) : undefined });
      expected.push({
        code,
        status: fails === undefined ? 'ok' : 'error',
        shown: fails === undefined ? (tslab?.shows ?? shows) : undefined,
      });
    }
  } finally {
    kernel.dispose();
  }
  expect(found).toEqual(expected);
}, 180_000);
