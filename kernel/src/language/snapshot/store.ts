import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Tells the script of a snapshot where to write which files it has read. */
export const FILES_VARIABLE = 'MILLRACE_SNAPSHOT_FILES';

/** A file as it was when a snapshot was made of it: name, time of saving in ms and bytes. */
export type FileMark = readonly [path: string, savedAt: number, bytes: number];

/** Where the snapshot of this kernel under this Node is kept. */
export interface SnapshotPlace {
  readonly folder: string;
  readonly blob: string;
  /** The blob and the files that it was made of, as `FileMark`s. */
  readonly marks: string;
}

/** The place of the snapshot; null where `MILLRACE_SNAPSHOT` is `off`. */
export function snapshotPlace(env: Readonly<Record<string, string | undefined>>): SnapshotPlace | null {
  const named = env.MILLRACE_SNAPSHOT;
  if (named === 'off') return null;
  const folder = named === undefined || named === '' ? cacheFolder(env) : named;
  const own = fileURLToPath(import.meta.url);
  const { version, arch, execPath } = process;
  const key = createHash('sha256').update([version, arch, execPath, own].join('\n')).digest('hex');
  const blob = join(folder, `language-${key.slice(0, 16)}.blob`);
  return { folder, blob, marks: `${blob}.json` };
}

/** Whether there is a snapshot, whole, and every file that is in it is still what it was. */
export function isFresh({ marks }: SnapshotPlace): boolean {
  try {
    const known = JSON.parse(readFileSync(marks, 'utf8')) as readonly FileMark[];
    return known.length > 0 && known.every(isUnchanged);
  } catch {
    return false;
  }
}

/** Removes a snapshot that Node does not start from. */
export function discard({ blob, marks }: SnapshotPlace): void {
  for (const file of [marks, blob]) rmSync(file, { force: true });
}

export function fileMark(path: string): FileMark {
  const { mtimeMs, size } = statSync(path);
  return [path, mtimeMs, size];
}

function isUnchanged([path, savedAt, bytes]: FileMark): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.mtimeMs === savedAt && found.size === bytes;
}

/** Where the system has what programs can make again. */
function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = homedir();
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    win32: env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'),
    darwin: join(home, 'Library', 'Caches'),
  };
  return join(folders[process.platform] ?? env.XDG_CACHE_HOME ?? join(home, '.cache'), 'millrace');
}
