import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { venvProgram } from '../../scripts/lib/paths.mjs';
import { ROOT } from '../support/checkout.js';
import {
  BARS,
  homeEnvironment,
  makeFolder,
  QUERY,
  run,
  writeNotebook,
  writeTrades,
  type Ran,
} from './support/home.js';

const DIST = join(ROOT, 'wheel', 'dist');
const WINDOWS = process.platform === 'win32';

/** Whether Jupyter is downloaded into the fresh environment as well, as a user has it: `npm run test:long` does. */
const REAL = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000;

/** A fresh Python environment with JupyterLab and papermill outside the checkout, into which the wheel is installed without a network. */
let folder: string;
let work: string;
let python: string;
let env: Record<string, string>;

const inVenv = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  run(python, args, { cwd: work, env: { ...env, ...more } });
/** Jupyter's programs as modules: those that are lent have no command in the environment. */
const KERNELSPEC = ['-m', 'jupyter_client.kernelspecapp'];
const LABEXTENSION = ['-m', 'jupyterlab.labextensions'];
const NBCONVERT = ['-m', 'nbconvert', '--to', 'notebook', '--execute'];
const pip = (...args: string[]): Promise<Ran> =>
  inVenv(['-m', 'pip', '--disable-pip-version-check', ...args]);
const must = async (ran: Promise<Ran>): Promise<string> => {
  const { code, output } = await ran;
  if (code !== 0) throw new Error(`ended with ${code}:\n${output}`);
  return output;
};

beforeAll(async () => {
  folder = makeFolder();
  work = join(folder, 'work');
  mkdirSync(work);
  writeTrades(work);
  const venv = join(folder, 'venv');
  env = homeEnvironment(folder, { VIRTUAL_ENV: venv });
  // Nothing of the checkout is in it but Node, which the machine has.
  env.PATH = [dirname(process.execPath), ...(WINDOWS ? [] : ['/usr/bin', '/bin'])].join(WINDOWS ? ';' : ':');
  delete env.MILLRACE_NODE;
  await must(
    run(process.execPath, [join(ROOT, 'scripts', 'wheel.mjs')], { cwd: ROOT, env: homeEnvironment(folder) }),
  );
  await must(run(venvProgram('python'), ['-m', 'venv', venv], { cwd: folder, env }));
  python = WINDOWS ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  await (REAL ? installJupyter() : borrowJupyter());
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Installs the versions of the checkout's environment. */
async function installJupyter(): Promise<void> {
  const pinned = join(folder, 'constraints.txt');
  const freeze = ['-m', 'pip', 'freeze'];
  writeFileSync(pinned, await must(run(venvProgram('python'), freeze, { cwd: folder, env })));
  await must(pip('install', '--quiet', '-c', pinned, 'jupyterlab', 'papermill'));
}

/** Lets the environment import what the checkout's environment has: the wheel is not in that one. */
async function borrowJupyter(): Promise<void> {
  const where = ['-c', "import sysconfig; print(sysconfig.get_path('purelib'))"];
  const lender = await must(run(venvProgram('python'), where, { cwd: folder, env }));
  writeFileSync(join((await must(inVenv(where))).trim(), 'checkout.pth'), lender);
}

/** Files of a folder whose path names the project: pip leaves empty folders behind. */
function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length))
    .filter(path => path.toLowerCase().includes('millrace'));
}

/** Threads of the engine, which start from a file of their own. */
const COUNTED = `import { Table, schema, string, int64 } from 'millrace';
const lines = Table.of({ text: Array.from({ length: 100_000 }, (_, row) => row % 2 === 0 ? 'a b' : 'a') });
const words = await lines.mapReduce({
  map: line => (line.text ?? '').split(' ').map(word => [word, 1]),
  combine: 'sum',
  returns: schema({ word: string, n: int64 }),
}).rows();
words.map(row => row.word + row.n).sort().join() === 'a100000,b50000'`;

/** The outputs of a cell of an executed notebook. */
function outputs(
  name: string,
  cell: number,
): readonly { readonly data: Readonly<Record<string, unknown>> }[] {
  const notebook = JSON.parse(readFileSync(join(work, name), 'utf8')) as {
    readonly cells: readonly { readonly outputs: { data: Record<string, unknown> }[] }[];
  };
  return notebook.cells[cell].outputs;
}

const textOf = (name: string, cell: number): string =>
  [outputs(name, cell)[0].data['text/plain']].flat().join('');

describe('the wheel', () => {
  test('is for this platform, is installed without a network, and names what it depends on as extras', async () => {
    const [wheel, ...others] = readdirSync(DIST).filter(name => name.endsWith('.whl'));
    expect(others).toEqual([]);
    expect(wheel).toMatch(/^millrace-[\d.]+-py3-none-(manylinux_2_\d+_|musllinux_|macosx_|win)\w+\.whl$/);
    await must(pip('install', '--quiet', '--no-index', join(DIST, wheel)));
    expect(await must(pip('check'))).toContain('No broken requirements');
  });

  test('brings the kernelspec and the extension', async () => {
    expect(await must(inVenv([...KERNELSPEC, 'list']))).toMatch(
      /millrace\s+\S*share.jupyter.kernels.millrace/,
    );
    const { output } = await inVenv([...LABEXTENSION, 'list']);
    const line = output.split('\n').find(text => text.includes('@millrace/jupyterlab'));
    expect(line).toMatch(/enabled/);
    expect(line).toMatch(/OK/);
    expect(line).toMatch(/\(python, millrace\)/);
  });

  test('runs notebooks outside the checkout, with charts and their types', async () => {
    writeNotebook(join(work, 'bars.ipynb'), [
      QUERY,
      'bars',
      "bars.where(b => b.symbol.eq('AAPL')).line({ x: 'windowEnd', y: 'close' })",
      "import { readFileSync } from 'node:fs';\nreadFileSync('trades.csv', 'utf8').length > 0",
      COUNTED,
    ]);
    await must(inVenv([...NBCONVERT, 'bars.ipynb', '--output', 'out.ipynb']));
    expect(textOf('out.ipynb', 1)).toContain(`ended · ${BARS} rows`);
    expect(String(outputs('out.ipynb', 2)[0].data['image/png'])).toMatch(/^iVBOR/);
    expect(textOf('out.ipynb', 3)).toBe('true');
    expect(textOf('out.ipynb', 4)).toContain('true');
  });

  test('lets papermill set parameters of every kind in TypeScript', async () => {
    const parameters =
      "const symbol: string = 'AAPL';\nconst limits: number[] = [];\nconst nested: object = {};";
    writeNotebook(join(work, 'parameters.ipynb'), [
      { source: parameters, tags: ['parameters'] },
      "symbol === 'AAPL' ? 'unchanged' : JSON.stringify([symbol, limits, nested, typeof big])",
    ]);
    const yaml = '{limits: [1, 2.5], nested: {a: null, "b c": [true]}, big: 12345678901234567890}';
    const args = ['parameters.ipynb', 'parameters-out.ipynb', '-y', yaml, '-p', 'symbol', `M"S'F\\T`];
    await must(inVenv(['-m', 'papermill', ...args]));
    const said = textOf('parameters-out.ipynb', 2);
    const expected = JSON.stringify([`M"S'F\\T`, [1, 2.5], { a: null, 'b c': [true] }, 'bigint']);
    expect(new Function(`return ${said}`)()).toBe(expected);
  });

  test.skipIf(WINDOWS)('says in the cell what is missing where there is no Node, or an old one', async () => {
    writeNotebook(join(work, 'one.ipynb'), ['1 + 1']);
    const execute = (node: string): Promise<Ran> =>
      inVenv([...NBCONVERT, 'one.ipynb'], {
        MILLRACE_NODE: node,
      });
    const old = join(folder, 'old-node');
    writeFileSync(old, '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 });
    const told = await execute(old);
    expect(told.code).not.toBe(0);
    expect(told.output).toMatch(
      /NodeMissing: MR4171: Millrace needs Node 20\.19 or later; MILLRACE_NODE names 18\.20/,
    );
    const none = await execute(join(folder, 'nothing'));
    expect(none.output).toMatch(
      /NodeMissing: MR4172: MILLRACE_NODE names \S+nothing, which does not run as Node/,
    );
    const found = 'import millrace.node as n; n.candidates = lambda: []; n.find_node()';
    expect((await inVenv(['-c', found])).output).toMatch(/MR4170: .* there is none\. Install a current Node/);
  });

  test('has the command line, and is gone whole when it is removed', async () => {
    expect(await must(inVenv(['-m', 'millrace', '--help']))).toContain('check');
    await must(pip('uninstall', '--quiet', '--yes', 'millrace'));
    expect(filesOf(join(folder, 'venv'))).toEqual([]);
    expect(existsSync(join(folder, 'venv', 'share', 'jupyter', 'kernels', 'millrace'))).toBe(false);
  });
});
