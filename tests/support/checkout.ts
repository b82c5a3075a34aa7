import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What is made here but not kept: neither read by style tests nor committed. */
const MADE = new Set([
  'node_modules',
  'dist',
  'lib',
  '.git',
  '.venv',
  '.cache',
  '.data',
  'data',
  'artifacts',
  'coverage',
  '.ipynb_checkpoints',
  'labextension',
]);

export interface SourceFile {
  /** From the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every kept text file of the checkout whose name ends in one of these. */
export function files(...endings: string[]): SourceFile[] {
  return walk(ROOT)
    .filter(path => endings.some(ending => path.endsWith(ending)))
    .map(path => ({ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    // `scripts/lib` is source; a package's `lib` is what its compiler made.
    if (entry.isDirectory())
      return MADE.has(entry.name) && relative(ROOT, path) !== join('scripts', 'lib') ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}
