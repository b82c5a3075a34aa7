import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { LanguageService } from '../../kernel/src/language/service.js';
import { ROOT } from '../support/checkout.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-program-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The service as it was compiled: from sources the types of the packages are their sources. */
async function compiledService(): Promise<LanguageService> {
  const path = join(ROOT, 'kernel', 'dist', 'language', 'service.js');
  const module = (await import(pathToFileURL(path).href)) as { LanguageService: typeof LanguageService };
  return new module.LanguageService(directory);
}

test('the program of a cell has few files, and names in them that people know', async () => {
  const service = await compiledService();
  const code = [
    "import { Table, count } from 'millrace';",
    "import type { HostLink } from 'millrace/session';",
    'const table = Table.of({ a: [1, 2] });',
    'const link: HostLink | null = null;',
    "table.derive(t => ({ b: t.a.add('x') }));",
  ].join('\n');
  const { diagnostics } = service.prepare({ cellId: 'cell', executionCount: 1, code });
  expect(diagnostics.map(({ severity }) => severity)).toEqual(['error']);
  expect(diagnostics[0]?.message).toContain('NumberOperand');
  expect(diagnostics[0]?.message).not.toMatch(/\$\d/);

  const own = service.diskFiles.filter(path => /\/(engine|protocol)\/dist\//.test(path));
  expect(own.map(path => path.replace(/.*\/dist\//, '')).sort()).toEqual([
    'types/node.d.ts',
    'types/session.d.ts',
    'types/shared.d.ts',
  ]);
  // It goes through all of them for each cell.
  expect(service.diskFiles.length).toBeLessThan(150);

  const hover = service.inspect(`${code}\ncount`, code.length + 3, 0);
  expect(hover?.['text/plain']).toMatch(/^function count\(.*\): Aggregate<number>\n\nThe number of rows/);
}, 60_000);
