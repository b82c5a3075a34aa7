import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SourceError } from '../../sources/error.js';
import { shownPath } from '../paths.js';

/** Where files are the system's own. */
const SYSTEM = ['/proc', '/sys', '/dev'];

/**
 * Where a file to be written lies. A relative path stays inside the notebook's folder, links followed; an absolute one says itself where it goes,
 * but for what is the system's. Error `MR3903` for a path that leads elsewhere, `MR3904` for one that is a folder.
 */
export async function writeTarget(
  directory: string,
  path: string,
): Promise<{ readonly full: string; readonly shown: string }> {
  if (path.includes('\0'))
    throw new SourceError('MR3903', 'a path to write holds a NUL character.', 'Name a file.');
  const shown = shownPath(directory, path);
  const full = resolve(directory, path);
  const real = join(await realFolder(dirname(full)), basename(full));
  if (!isAbsolute(path)) {
    const root = await realFolder(resolve(directory));
    // A backslash is a separator elsewhere: such a path is judged as if it were one here.
    const slashed = resolve(root, path.replaceAll('\\', '/'));
    if (!isInside(root, real) || !isInside(root, slashed)) {
      throw new SourceError(
        'MR3903',
        `'${path}' leads out of the notebook's folder ${root}.`,
        'Write below that folder, or say an absolute path.',
      );
    }
  }
  if (SYSTEM.some(folder => isInside(folder, real) || isInside(folder, full))) {
    throw new SourceError('MR3903', `'${shown}' is the system's.`, 'Write to a folder of your own.');
  }
  const found = await stat(real).catch(() => null);
  if (found?.isDirectory() === true || path.endsWith('/') || path.endsWith(sep)) {
    throw new SourceError('MR3904', `'${shown}' is a folder.`, 'Name a file in it.');
  }
  return { full: real, shown };
}

/** A folder with links followed, as far as it is there. */
async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : join(await realFolder(above), basename(folder));
  }
}

function isInside(root: string, path: string): boolean {
  const below = relative(root, path);
  return below === '' || !(below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below));
}
