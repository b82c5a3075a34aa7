import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { logFile, run, tail } from './exec.mjs';
import { VENV, venvProgram } from './paths.mjs';
import { isNetworkFailure, Problem } from './problem.mjs';
import { hashOf, isStamped, writeStamp } from './stamp.mjs';
import { step } from './step.mjs';

const NEEDED = 'Python 3.10 or later';
const CANDIDATES = [
  ['python3'],
  ['python'],
  ['py', '-3'],
  ...[14, 13, 12, 11, 10].map(minor => [`python3.${minor}`]),
];
const ASK = 'import sys; print(".".join(map(str, sys.version_info[:3])), sys.executable)';

/** The first Python that is new enough: its command, or one sentence that says what to install. */
export async function findPython() {
  const old = [];
  for (const [command, ...args] of CANDIDATES) {
    const { code, output } = await run(command, [...args, '-c', ASK]);
    const version = /^3\.(\d+)\.\d+/m.exec(output);
    if (code !== 0 || version === null) continue;
    if (Number(version[1]) >= 10) return [command, ...args];
    old.push(version[0]);
  }
  const where = 'install one from https://www.python.org/downloads or your package manager, and start again';
  throw new Problem(
    old.length === 0
      ? `${NEEDED} is needed and none was found: ${where}.`
      : `${NEEDED} is needed and only ${old[0]} was found: ${where}.`,
  );
}

/** The Python environment inside the checkout, with what `scripts/requirements.txt` names. */
export function installPythonPackages([command, ...args]) {
  return step('Python environment with JupyterLab', async () => {
    const hash = hashOf(['scripts/requirements.txt']);
    const python = venvProgram('python');
    const runs = existsSync(python) && (await run(python, ['-c', 'import jupyterlab, ipykernel'])).code === 0;
    if (runs && isStamped('python', hash)) return false;
    if (!runs) await makeEnvironment(command, args);
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--progress-bar', 'off'];
    const { code, output } = await run(python, [...pip, '-r', join('scripts', 'requirements.txt')], {
      log: 'pip',
    });
    if (code !== 0) {
      if (isNetworkFailure(output)) {
        throw new Problem(
          "The Python package index cannot be reached: connect to the network (or set pip's proxy) and start again.",
        );
      }
      throw new Problem(
        `pip failed: read ${logFile('pip')}, mend what it names and start again.\n${tail(output)}`,
      );
    }
    writeStamp('python', hash);
    return true;
  });
}

async function makeEnvironment(command, args) {
  const has = await run(command, [...args, '-c', 'import venv, ensurepip']);
  if (has.code !== 0) {
    throw new Problem(
      `This Python has no venv module: install it (on Debian and Ubuntu: sudo apt install python3-venv) and start again.`,
    );
  }
  const { code, output } = await run(command, [...args, '-m', 'venv', '--clear', VENV], { log: 'venv' });
  if (code !== 0)
    throw new Problem(`python -m venv failed: read ${logFile('venv')} and start again.\n${tail(output)}`);
}
