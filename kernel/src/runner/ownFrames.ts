import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether code is Node's, the kernel's or the engine's own: it says nothing to the user, who wrote none of it. */
export function isOwnFrame(fileName: string | null | undefined): boolean {
  if (fileName == null) return true;
  if (fileName.startsWith('node:')) return true;
  const path = fileName.startsWith('file:') ? fileURLToPath(fileName) : fileName;
  return roots().some(root => path.startsWith(root));
}

let known: readonly string[] | null = null;

/** The folders of our packages, wherever they are installed. */
function roots(): readonly string[] {
  if (known === null) {
    // This file is two folders below the kernel's: in `src/runner` or `dist/runner`.
    const kernel = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
    const packages = ['millrace/session', '@millrace/protocol'].map(packageRoot);
    known = [kernel, ...packages].filter(root => root !== null).map(root => root + sep);
  }
  return known;
}

function packageRoot(name: string): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return entry.slice(0, entry.lastIndexOf(`${sep}dist${sep}`));
  } catch {
    // Not built: its code runs from elsewhere, and its frames are shown.
    return null;
  }
}
