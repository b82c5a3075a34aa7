import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import picomatch from 'picomatch';
import { SourceError } from '../../sources/error.js';
import { shownPath } from '../paths.js';

/** A pattern that more files match than this is refused. */
const MOST_FILES = 100_000;
const MOST_DEPTH = 64;

/** A file that a path or a pattern stands for. */
export interface FoundFile {
  readonly path: string;
  /** The path from where the pattern begins to be one: the names of its folders may say columns. */
  readonly below: string;
}

/**
 * The files that a path, a pattern (`data/*.csv`, `**`) or a folder stands for, in the order of their names. A file whose own name looks
 * like a pattern is taken as it is. Errors `MR3709` (no file matches), `MR3710` (too many do).
 */
export async function findFiles(
  directory: string,
  path: string,
  /** Which files of a folder are meant by its name. */
  isRows: (name: string) => boolean,
): Promise<FoundFile[]> {
  const full = resolve(directory, path);
  const kind = await kindOf(full);
  if (kind === 'file') return [{ path, below: path.split(/[\\/]/).pop() ?? path }];
  if (kind === 'folder') {
    const files = await filesBelow(full, isRows, path);
    if (files.length > 0) return files;
    throw new SourceError(
      'MR3202',
      `'${shownPath(directory, path)}' is a folder, and has no files of rows.`,
      'Name one file in it, or a pattern.',
    );
  }
  const { base, glob, isGlob } = picomatch.scan(path);
  // What is no pattern is opened, which says best why it cannot be.
  if (!isGlob) return [{ path, below: path }];
  const matches = picomatch(glob, { dot: false });
  const folder = resolve(directory, base === '' ? '.' : base);
  const files = await filesBelow(folder, matches, path);
  if (files.length > 0) return files;
  throw new SourceError(
    'MR3709',
    `no file matches '${path}'.`,
    `It was looked for below ${shownPath(directory, folder)}.`,
  );
}

async function kindOf(full: string): Promise<'file' | 'folder' | null> {
  try {
    return (await stat(full)).isDirectory() ? 'folder' : 'file';
  } catch {
    return null;
  }
}

async function filesBelow(
  base: string,
  matches: (below: string) => boolean,
  asked: string,
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await readdir(join(base, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      // What is hidden, or was begun and not written to its end, is no data: `.part`, `_SUCCESS`.
      if (/^[._]/.test(entry.name)) continue;
      const below = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const kind = entry.isSymbolicLink()
        ? await kindOf(join(base, below))
        : entry.isDirectory()
          ? 'folder'
          : 'file';
      if (kind === 'folder' && below.split('/').length < MOST_DEPTH) folders.push(below);
      if (kind === 'file' && matches(below)) found.push({ path: join(base, below), below });
    }
    if (found.length > MOST_FILES) {
      throw new SourceError(
        'MR3710',
        `more than ${MOST_FILES} files match '${asked}'.`,
        'Name a folder below.',
      );
    }
  }
  return found.sort((a, b) => compareNames(a.below, b.below));
}

/** The order of names by their characters' codes: the same on every machine. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The columns that the folders of a path say: `date=2024-03-08/symbol=AAPL/part-0.parquet`. */
export function partitionsOf(below: string): (readonly [name: string, text: string | null])[] {
  return below
    .split(/[\\/]/)
    .slice(0, -1)
    .flatMap(folder => {
      const at = folder.indexOf('=');
      if (at < 1) return [];
      const text = decode(folder.slice(at + 1));
      return [[decode(folder.slice(0, at)), text === NO_PARTITION ? null : text] as const];
    });
}

/** What Hive and those after it write for NULL. */
const NO_PARTITION = '__HIVE_DEFAULT_PARTITION__';

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
