import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LABEXTENSION } from './build.mjs';
import { logFile, run, tail } from './exec.mjs';
import { CACHE, ROOT, venvProgram } from './paths.mjs';
import { Problem } from './problem.mjs';
import { step } from './step.mjs';
import { copyProductionModules } from './productionModules.mjs';
import { wheelTag } from './wheelTag.mjs';

const SOURCE = join(ROOT, 'wheel');
const TARGET = join(SOURCE, 'dist');
const SHARE = join('share', 'jupyter');

/** Python finds itself: Jupyter puts its own interpreter in the place of `python`. */
const KERNEL_SPEC = {
  argv: ['python', '-m', 'millrace', 'kernel', '{connection_file}'],
  display_name: 'TypeScript (Millrace)',
  language: 'typescript',
  interrupt_mode: 'message',
  metadata: {},
};

const INSTALL = {
  packageManager: 'python',
  packageName: 'millrace',
  uninstallInstructions: 'Use your Python package manager (pip, conda, …) to uninstall the package millrace',
};

/** Builds the wheel out of what is built already; returns its path. Needs no network. */
export async function buildWheel() {
  const stage = join(CACHE, 'wheel');
  let built = '';
  await step('wheel', async () => {
    const version = checkedVersion();
    rmSync(stage, { recursive: true, force: true });
    mkdirSync(stage, { recursive: true });
    for (const name of ['pyproject.toml', 'hatch_build.py', 'README.md'])
      cpSync(join(SOURCE, name), join(stage, name));
    cpSync(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
    cpSync(join(SOURCE, 'millrace'), join(stage, 'millrace'), {
      recursive: true,
      filter: path => basename(path) !== '__pycache__',
    });
    const modules = join(stage, 'millrace', 'app', 'node_modules');
    copyProductionModules('kernel', modules);
    writeShare(stage);
    built = await pack(stage, version, wheelTag(modules));
  });
  return built;
}

/** What Jupyter finds in its data folders: the kernelspec, and the extension. */
function writeShare(stage) {
  const kernel = join(stage, SHARE, 'kernels', 'millrace');
  mkdirSync(kernel, { recursive: true });
  writeFileSync(join(kernel, 'kernel.json'), `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  const extension = join(stage, SHARE, 'labextensions', '@millrace', 'jupyterlab');
  cpSync(join(ROOT, LABEXTENSION), extension, { recursive: true });
  writeFileSync(join(extension, 'install.json'), `${JSON.stringify(INSTALL, null, 2)}\n`);
}

function kernelSpec() {
  const { kernel_protocol_version: protocol } = JSON.parse(
    readFileSync(join(ROOT, '.venv', SHARE, 'kernels', 'millrace', 'kernel.json'), 'utf8'),
  );
  return { ...KERNEL_SPEC, kernel_protocol_version: protocol };
}

async function pack(stage, version, tag) {
  mkdirSync(TARGET, { recursive: true });
  for (const name of readdirSync(TARGET)) if (name.endsWith('.whl')) rmSync(join(TARGET, name));
  const { code, output } = await run(
    venvProgram('python'),
    ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', TARGET],
    {
      cwd: stage,
      env: { ...process.env, MILLRACE_WHEEL_TAG: tag },
      log: 'wheel',
    },
  );
  const wheel = join(TARGET, `millrace-${version}-${tag}.whl`);
  if (code !== 0 || !existsSync(wheel))
    throw new Problem(`The wheel was not built: read ${logFile('wheel')}.\n${tail(output)}`);
  return wheel;
}

/** The version, which three files name. */
function checkedVersion() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'kernel', 'package.json'), 'utf8'));
  for (const [file, line] of [
    ['pyproject.toml', `version = "${version}"`],
    [join('millrace', '__init__.py'), `__version__ = "${version}"`],
  ]) {
    if (!readFileSync(join(SOURCE, file), 'utf8').includes(line))
      throw new Problem(`wheel/${file} names another version than kernel/package.json, which is ${version}.`);
  }
  return version;
}
