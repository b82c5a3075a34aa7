import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { shownPath } from '../paths.js';
import { RecordingError } from './format.js';

/** Where a recording is written: a file, from its beginning on. */
export interface RecordingOutput {
  /** What messages call it. */
  readonly label: string;
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes what was written durable. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** What to do with a file of that name that is there already. */
export type WhenExists = 'refuse' | 'replace';

/**
 * A new file, which is there under its name from now on; folders on the way are made. Errors `MR3803` (there is one already), `MR3804` (it cannot be
 * written), `MR3805` (the disk is full).
 */
export async function recordingFile(
  directory: string,
  path: string,
  exists: WhenExists,
): Promise<RecordingOutput> {
  const full = resolve(directory, path);
  const label = `'${shownPath(directory, path)}'`;
  try {
    await mkdir(dirname(full), { recursive: true });
    if (exists === 'replace') await rm(full, { force: true });
    const handle = await open(full, 'wx');
    await syncFolder(dirname(full));
    return {
      label,
      async write(bytes, position) {
        for (let at = 0; at < bytes.length;) {
          at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
        }
      },
      sync: () => handle.datasync(),
      truncate: length => handle.truncate(length),
      close: () => handle.close(),
    };
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    // Where a folder's name is a file's, it is the folder that cannot be made.
    if (code === 'EEXIST' && syscall === 'open') {
      throw new RecordingError(
        'MR3803',
        `there is a file ${label} already, and what was recorded cannot be had again.`,
        "Record to another name, or say { exists: 'replace' }.",
      );
    }
    throw writeFailure(error, label, 'Nothing was recorded.');
  }
}

/** A new name in a folder is durable when the folder is. Some file systems cannot. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().catch(() => undefined);
  await handle.close();
}

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  EFBIG: 'files may not grow further here',
};

/** Why a recording could not be written, and what of it there is. */
export function writeFailure(error: unknown, label: string, kept: string): RecordingError {
  if (error instanceof RecordingError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code in FULL) {
    return new RecordingError('MR3805', `${FULL[code]}: ${label} could not be written (${code}).`, kept);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new RecordingError('MR3804', `${label} cannot be written: ${reason}.`, kept);
}
