import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the scripts keep between runs: stamps, logs, downloads. Safe to delete. */
export const CACHE = join(ROOT, '.cache');

/** The Python environment inside the checkout. */
export const VENV = join(ROOT, '.venv');

const windows = process.platform === 'win32';

/** A program of the Python environment, or of another one. */
export function venvProgram(name, venv = VENV) {
  return windows ? join(venv, 'Scripts', `${name}.exe`) : join(venv, 'bin', name);
}
