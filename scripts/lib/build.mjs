import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleProcesses } from './bundle.mjs';
import { logFile, run, tail } from './exec.mjs';
import { ROOT, VENV, venvProgram } from './paths.mjs';
import { Problem } from './problem.mjs';
import { hashOf, isStamped, writeStamp } from './stamp.mjs';
import { step } from './step.mjs';

const PACKAGES = ['protocol', 'engine', 'kernel', 'ui', 'extension'];
export const LABEXTENSION = 'extension/python/millrace_jupyterlab/labextension';
const COMPILED = [
  'protocol/dist/index.js',
  'engine/dist/node/index.js',
  'kernel/dist/main.js',
  'ui/dist/index.js',
  'extension/lib/index.js',
];

const isSource = name => !/\.test(-d)?\.ts$/.test(name) && !name.endsWith('.tsbuildinfo');

function sourcesOf(packages) {
  const of = name => [
    `${name}/package.json`,
    `${name}/tsconfig.json`,
    `${name}/src`,
    `${name}/style`,
    `${name}/schema`,
  ];
  return hashOf(['package-lock.json', 'tsconfig.base.json', ...packages.flatMap(of)], isSource);
}

async function compile(args, log) {
  // `npx tsc` would start the compiler that tslab brings along.
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await run(process.execPath, [compiler, ...args], { log });
  if (code !== 0)
    throw new Problem(`TypeScript found errors (all of them in ${logFile(log)}):\n${tail(output, 25)}`);
}

/** Compiles the packages, unless their sources are those of the last build. */
export function buildPackages({ force = false } = {}) {
  return step('packages', async () => {
    const hash = sourcesOf(PACKAGES);
    const built = COMPILED.every(file => existsSync(join(ROOT, file)));
    if (!force && built && isStamped('packages', hash)) return false;
    await compile(['-b', ...PACKAGES, ...(built && !force ? [] : ['--force'])], 'tsc');
    writeStamp('packages', hash);
    return true;
  });
}

/** Puts the modules of the kernel's processes together, one file each, unless those are as new as the compiled code. */
export function bundleKernel() {
  return step('kernel processes', async () => {
    const { areBundled } = await import(new URL('../../kernel/dist/entries.js', import.meta.url));
    if (areBundled()) return false;
    await bundleProcesses();
    return true;
  });
}

/** Bundles the JupyterLab extension, unless its sources are those of the last build. */
export function buildExtension({ force = false } = {}) {
  return step('JupyterLab extension', async () => {
    const hash = sourcesOf(['protocol', 'ui', 'extension']);
    const built = existsSync(join(ROOT, LABEXTENSION, 'package.json'));
    if (!force && built && isStamped('extension', hash)) return false;
    // The bundler is a Node program that the Python one finds on the path: it must be this Node.
    const env = {
      ...process.env,
      PATH: `${dirname(process.execPath)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    };
    const { code, output } = await run(venvProgram('jupyter-builder'), ['build', 'extension'], {
      env,
      log: 'extension',
    });
    if (code !== 0)
      throw new Problem(`The extension was not built: read ${logFile('extension')}.\n${tail(output)}`);
    writeStamp('extension', hash);
    return true;
  });
}

/** Registers the kernel in the checkout's Python environment, with the Node that runs this. */
export function installKernel() {
  return step('kernel', async () => {
    const hash = `${process.execPath} ${ROOT} ${hashOf(['kernel/src/install.ts', 'kernel/package.json'])}`;
    const spec = join(VENV, 'share', 'jupyter', 'kernels', 'millrace', 'kernel.json');
    if (existsSync(spec) && isStamped('kernel', hash)) return false;
    const { code, output } = await run(
      process.execPath,
      [join('kernel', 'dist', 'install.js'), '--prefix', VENV],
      { log: 'kernel' },
    );
    if (code !== 0)
      throw new Problem(`The kernel was not registered: read ${logFile('kernel')}.\n${tail(output)}`);
    writeStamp('kernel', hash);
    return true;
  });
}

/** Links the built extension into the checkout's JupyterLab, and sets what a first visit should not be asked. */
export function linkExtension() {
  return step('extension in JupyterLab', () => {
    const target = join(ROOT, LABEXTENSION);
    const place = join(VENV, 'share', 'jupyter', 'labextensions', '@millrace', 'jupyterlab');
    const settings = join(VENV, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');
    const linked =
      lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true &&
      readlinkSync(place) === target;
    if (linked && existsSync(settings)) return false;
    rmSync(place, { recursive: true, force: true });
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(target, place, process.platform === 'win32' ? 'junction' : 'dir');
    mkdirSync(dirname(settings), { recursive: true });
    writeFileSync(settings, JSON.stringify(OVERRIDES, null, 2));
    return true;
  });
}

/** No question about news and no look for newer versions: the environment is the checkout's own. */
const OVERRIDES = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};
