import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { nearestNames } from '../columns/nearestNames.js';
import { SourceError } from '../sources/error.js';

/** A path as messages show it: from the notebook's folder, where it lies below that. */
export function shownPath(directory: string, path: string): string {
  const below = relative(directory, resolve(directory, path));
  return below.startsWith('..') || below === '' ? resolve(directory, path) : below;
}

/** What is wrong with a file that cannot be opened, as a sentence. Errors `MR3201` (missing), `MR3202` (a folder), `MR3203` (unreadable). */
export async function fileError(error: unknown, directory: string, path: string): Promise<SourceError> {
  const code = (error as NodeJS.ErrnoException).code;
  const full = resolve(directory, path);
  const shown = shownPath(directory, path);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SourceError('MR3201', `there is no file '${shown}'.`, await nearHint(full));
  }
  if (code === 'EISDIR') return new SourceError('MR3202', `'${shown}' is a folder.`, 'Name one file in it.');
  if (code === 'EACCES' || code === 'EPERM') {
    return new SourceError('MR3203', `'${shown}' may not be read by this user.`, 'Change its permissions.');
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new SourceError('MR3203', `'${shown}' cannot be read: ${reason}.`);
}

async function nearHint(full: string): Promise<string> {
  const folder = dirname(full);
  try {
    const names = (await readdir(folder, { withFileTypes: true }))
      .filter(entry => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map(entry => entry.name);
    const near = nearestNames(basename(full), names);
    if (near.length === 0) return `The folder ${folder} has no files.`;
    return `The folder ${folder} has ${near.map(name => `'${name}'`).join(', ')}.`;
  } catch {
    return `There is no folder ${folder} either. Relative paths start from the notebook's folder.`;
  }
}

/** The size of a file, after it was seen to be one. */
export async function fileSize(directory: string, path: string): Promise<number> {
  try {
    const stats = await stat(resolve(directory, path));
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return stats.size;
  } catch (error) {
    throw await fileError(error, directory, path);
  }
}
