import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { venvProgram } from '../../scripts/lib/paths.mjs';
import { BARS, homeEnvironment, makeFolder, QUERY, run, writeNotebook, writeTrades } from './support/home.js';

const VIEW_MIME = 'application/vnd.millrace.view.v1+json';
const PYTHON = venvProgram('python');

/** Shown first, replayed at a pace of the user's, and an error at the end where one is wanted. */
const CELLS = [
  QUERY,
  'bars',
  "bars.where(b => b.symbol.eq('AAPL')).line({ x: 'windowEnd', y: 'close' })",
  'clock.start({ speed: 10 });\nconsole.log("started");',
];

interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}
interface Executed {
  readonly cells: readonly {
    readonly outputs: readonly Output[];
    readonly source: string | readonly string[];
  }[];
}

let folder: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = makeFolder();
  env = homeEnvironment(folder);
  writeTrades(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): Executed => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Executed;
const jupyter = (args: readonly string[], input?: string) =>
  run(PYTHON, ['-m', 'jupyter', ...args], { cwd: folder, env, input });

/** The outputs that an executed notebook has of the table and of the chart: the last state of both. */
function expectLastState({ cells }: Executed): void {
  const [table, chart] = [1, 2].map(index => cells[index].outputs[0].data ?? {});
  const status = (data: Readonly<Record<string, unknown>>) =>
    (data[VIEW_MIME] as { snapshot: { status: { state: string; total: number } } }).snapshot.status;
  expect(status(table)).toMatchObject({ state: 'ended', total: BARS });
  expect([table['text/html']].flat().join('')).toContain(`ended · ${BARS} rows`);
  expect(status(chart)).toMatchObject({ state: 'ended', total: BARS / 2 });
  expect(String(chart['image/png'])).toMatch(/^iVBOR/);
}

test('nbclient gets the last state into the outputs of the cells before', async () => {
  writeNotebook(join(folder, 'client.ipynb'), CELLS);
  const script = `import nbformat
from nbclient import NotebookClient
notebook = nbformat.read('client.ipynb', as_version=4)
NotebookClient(notebook, timeout=120, resources={'metadata': {'path': '.'}}).execute()
nbformat.write(notebook, 'client-out.ipynb')`;
  writeFileSync(join(folder, 'client.py'), script);
  const { code, output } = await run(PYTHON, ['client.py'], { cwd: folder, env });
  expect(output).not.toContain('Traceback');
  expect(code).toBe(0);
  expectLastState(read('client-out.ipynb'));
});

test('nbconvert --execute writes notebooks and pages with the last state', async () => {
  writeNotebook(join(folder, 'convert.ipynb'), CELLS);
  const notebook = await jupyter([
    'nbconvert',
    '--to',
    'notebook',
    '--execute',
    'convert.ipynb',
    '--output',
    'converted.ipynb',
  ]);
  expect(notebook.code, notebook.output).toBe(0);
  expectLastState(read('converted.ipynb'));
  const page = await jupyter([
    'nbconvert',
    '--to',
    'html',
    '--execute',
    'convert.ipynb',
    '--output',
    'converted.html',
  ]);
  expect(page.code, page.output).toBe(0);
  const html = readFileSync(join(folder, 'converted.html'), 'utf8');
  expect(html).toContain(`ended · ${BARS} rows`);
  expect(html).toContain('data:image/png;base64,iVBOR');
});

test('a cell that fails ends nbconvert with its error and its line', async () => {
  writeNotebook(join(folder, 'failing.ipynb'), [
    'const total: number = 1;',
    "throw new RangeError('too much');",
  ]);
  const { code, output } = await jupyter(['nbconvert', '--to', 'notebook', '--execute', 'failing.ipynb']);
  expect(code).not.toBe(0);
  expect(output).toContain('RangeError');
  expect(output).toContain('too much');
});

test('jupyter console runs cells, and shows tables that are read at once as they are in the end', async () => {
  const typed = [
    // Its simple prompt takes lines, not cells.
    QUERY.replaceAll('\n', ' '),
    'bars',
    'const twice = (n: number): number => n * 2;',
    'twice(21)',
    "const wrong: number = 'text';",
    'const name = await prompt("who? "); `hello ${name}`',
    'Ada',
    '',
  ].join('\n');
  const { output } = await jupyter(['console', '--kernel', 'millrace', '--simple-prompt'], typed);
  expect(output).toContain(`ended · ${BARS} rows`);
  expect(output).toMatch(/Out\[\d+\]: 42/);
  expect(output).toContain("Type 'string' is not assignable to type 'number'");
  expect(output).toContain("'hello Ada'");
});
