import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-modules-'));
let kernel: JupyterClient;
beforeAll(async () => {
  mkdirSync(join(directory, 'lib', 'folder'), { recursive: true });
  kernel = await JupyterClient.start({ directory });
}, 60_000);
afterAll(async () => {
  await kernel.shutdown();
  rmSync(directory, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
const traceback = (error: Record<string, unknown> | null) => (error?.traceback as string[]).join('\n');

/** The result of a cell, or its error. */
async function run(code: string): Promise<string | null> {
  const { error, result } = await kernel.execute(code);
  return error === null ? result : `${String(error.ename)}: ${String(error.evalue)}`;
}

test('files in TypeScript, JavaScript and JSON, and folders, are imported with their types', async () => {
  write(
    'lib/a.ts',
    'export enum Side { Buy = 1, Sell }\nexport const twice = <T extends number>(x: T): number => x * 2;\n',
  );
  write(
    'lib/b.mts',
    "import { twice } from './a.ts';\nexport default function four(x: number) { return twice(twice(x)) }\n",
  );
  write('lib/c.js', 'export const plain = (x) => `${x}!`;\n');
  write('lib/d.cjs', "exports.common = require('./e.cjs').value + 1;\n");
  write('lib/e.cjs', 'module.exports = { value: 41 };\n');
  write('lib/f.json', '{ "n": 5 }');
  write(
    'lib/folder/index.ts',
    "export { plain } from '../c.js';\nexport * as a from '../a';\nexport const meta = import.meta.filename;\n",
  );
  expect(
    await run(
      "import { twice, Side } from './lib/a.ts';\nimport four from './lib/b.mts';\n[twice(2), four(2), Side.Sell]",
    ),
  ).toBe('[ 4, 8, 2 ]');
  expect(
    await run(
      "import { plain, a, meta } from './lib/folder';\n[plain('x'), a.twice(3), meta.endsWith('index.ts')]",
    ),
  ).toBe("[ 'x!', 6, true ]");
  expect(
    await run(
      "import { common } from './lib/d.cjs';\nimport f from './lib/f.json' with { type: 'json' };\n[common, f.n]",
    ),
  ).toBe('[ 42, 5 ]');
  expect(await run("const dynamic = await import('./lib/a'); dynamic.twice(5)")).toBe('10');
  expect(await run("twice('x')")).toMatch(/^TS2345/);
});

test('a file that is saved again, or that imports one, is loaded again by the next cell that imports it', async () => {
  write('lib/deep.ts', 'export const deep = 1;\n');
  write('lib/state.ts', "export const made = Symbol('state');\n");
  write(
    'lib/top.ts',
    "import { deep } from './deep.ts';\nexport { made } from './state.ts';\nexport const top = () => deep;\n",
  );
  expect(
    await run("import { top, made } from './lib/top.ts';\nconst oldTop = top, oldMade = made;\ntop()"),
  ).toBe('1');
  write('lib/deep.ts', "export const deep = 'two';\n");
  expect(await run('top()')).toBe('1');
  expect(
    await run(
      "import { top, made } from './lib/top.ts';\nconst said: string = top();\n[said, oldTop(), oldMade === made]",
    ),
  ).toBe("[ 'two', 1, true ]");
  write('lib/c2.cjs', 'exports.n = 1;\n');
  expect(await run("import { n } from './lib/c2.cjs';\nn")).toBe('1');
  write('lib/c2.cjs', 'exports.n = 22;\n');
  expect(await run("import { n } from './lib/c2.cjs';\nn")).toBe('22');
});

test('files may import each other', async () => {
  write(
    'lib/even.ts',
    "import { odd } from './odd.ts';\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);\n",
  );
  write(
    'lib/odd.ts',
    "import { even } from './even.ts';\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);\n",
  );
  expect(await run("import { even } from './lib/even.ts';\n[even(10), even(7)]")).toBe('[ true, false ]');
  write(
    'lib/odd.ts',
    "import { even } from './even.ts';\nexport const odd = (n: number): boolean => n === 99 || (n !== 0 && even(n - 1));\n",
  );
  expect(await run("import { even } from './lib/even.ts';\neven(100)")).toBe('true');
});

test('errors in a file are shown with its name and line, and go when it is mended', async () => {
  write('lib/wrong.ts', "import { twice } from './a.ts';\n\nexport const bad: string = twice(1);\n");
  const types = await kernel.execute("import { bad } from './lib/wrong.ts';\nbad");
  expect(types.error).toMatchObject({ ename: 'TS2322' });
  expect(traceback(types.error)).toContain('lib/wrong.ts:3:14');
  expect(traceback(types.error)).toContain('export const bad: string');
  write('lib/wrong.ts', 'export const bad = ;\n');
  const syntax = await kernel.execute("import { bad } from './lib/wrong.ts';\nbad");
  expect(traceback(syntax.error)).toContain('lib/wrong.ts:1:20');
  write('lib/wrong.ts', "export const bad = 'good';\n");
  expect(await run("import { bad } from './lib/wrong.ts';\nbad")).toBe("'good'");
  expect(await run("import { later } from './lib/later.ts';\nlater")).toMatch(/^TS2307/);
  write('lib/later.ts', 'export const later = 1;\n');
  expect(await run("import { later } from './lib/later.ts';\nlater")).toBe('1');
});

test('an error thrown inside a file points at its line, and one in loading is tried again', async () => {
  write(
    'lib/throws.ts',
    'interface Unused { a: number }\n\nexport function fail(why: string): never {\n  throw new RangeError(why);\n}\n',
  );
  const { error } = await kernel.execute("import { fail } from './lib/throws.ts';\nfail('far');");
  expect(error).toMatchObject({ ename: 'RangeError', evalue: 'far' });
  expect(traceback(error)).toContain('lib/throws.ts:4:9');
  expect(traceback(error)).toContain('throw new RangeError(why);');
  expect(traceback(error)).toMatch(/Cell \[\d+\]:2/);
  write(
    'lib/once.ts',
    "const g = globalThis as { tries?: number };\ng.tries = (g.tries ?? 0) + 1;\nif (g.tries < 2) throw new Error('first');\nexport const tries = g.tries;\n",
  );
  expect(await run("import { tries } from './lib/once.ts';\ntries")).toBe('Error: first');
  expect(await run("import { tries } from './lib/once.ts';\ntries")).toBe('2');
});

test('a file that never ends loading is interrupted', async () => {
  write('lib/forever.ts', 'export const x = await new Promise<number>(() => {});\n');
  const id = kernel.startCell("import { x } from './lib/forever.ts';");
  await kernel.until(() => kernel.of(id).find(message => message.type === 'execute_input'), 'the start');
  await new Promise(resolve => setTimeout(resolve, 500));
  await kernel.interrupt();
  expect((await kernel.finished(id)).error).toMatchObject({ ename: 'Interrupted' });
  write('lib/forever.ts', 'export const x = await Promise.resolve(3);\n');
  expect(await run("import { x } from './lib/forever.ts';\nx")).toBe('3');
});

test('files and cells share the session of the kernel', async () => {
  write('trades.csv', 'ts,price\n2026-01-05T14:30:00Z,1.5\n');
  write(
    'lib/source.ts',
    "import { replay } from 'millrace';\nexport const trades = replay('trades.csv', { time: 'ts' });\n",
  );
  expect(await run("import { trades } from './lib/source.ts';\n(await trades.rows()).length")).toBe('1');
});
