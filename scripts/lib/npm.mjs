import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, run, tail } from './exec.mjs';
import { CACHE, ROOT } from './paths.mjs';
import { isNetworkFailure, Problem } from './problem.mjs';
import { step } from './step.mjs';

/** Installs the npm packages of the lock file, unless exactly these are installed. */
export function installPackages() {
  return step('npm packages', async () => {
    if (isCurrent()) return false;
    const { code, output } = await npm(['ci', '--no-audit', '--no-fund'], { log: 'npm-ci' });
    if (code === 0) return true;
    throw npmProblem('npm ci', 'npm-ci', output);
  });
}

/** Whether node_modules holds what the lock file names: npm keeps a copy of the lock in there when it has finished. */
function isCurrent() {
  const hidden = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(([path, wish]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    const have = present[path];
    if (have === undefined) return wish.optional === true || wish.devOptional === true;
    return wish.link === true
      ? have.link === true
      : have.version === wish.version && have.integrity === wish.integrity;
  });
}

/** Runs npm: the one that runs this script where there is one. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli !== undefined && /npm-cli\.c?js$/.test(cli)
    ? run(process.execPath, [cli, ...args], options)
    : run('npm', args, { ...options, shell: process.platform === 'win32' });
}

function npmProblem(what, log, output) {
  if (isNetworkFailure(output)) {
    return new Problem(
      "The npm registry cannot be reached: connect to the network (or set npm's proxy and registry) and start again.",
    );
  }
  return new Problem(
    `${what} failed: read ${logFile(log)}, mend what it names and start again.\n${tail(output)}`,
  );
}

/** The other versions of Node that are tried, exactly: what passes today is not to fail of a release of tomorrow. */
const NODES = { 24: '24.21.0', 26: '26.10.0' };

/** Seconds after which a download of which nothing is heard is begun anew, once. */
const PATIENCE = 300;

/**
 * Another version of Node, through the npm package `node`, in a folder of its own below .cache; returns its binary.
 */
export async function otherNode(major) {
  const version = NODES[major];
  const name = `node-${version}`;
  const folder = join(CACHE, name);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const binary = join(folder, 'node_modules', 'node', 'bin', program);
  await step(`Node ${version}`, async () => {
    if (existsSync(binary) && (await run(binary, ['--version'])).output.trim() === `v${version}`)
      return false;
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${version}`];
    const install = () => npm(args, { log: name, patience: PATIENCE });
    let { code, output, silent } = await install();
    if (silent) ({ code, output } = await install());
    if (code !== 0) throw npmProblem(`npm install node@${version}`, name, output);
    return true;
  });
  return binary;
}
