import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SIZE = 1 << 20;

/** A folder on a disk of a megabyte. */
export interface SmallDisk {
  readonly folder: string;
  /** Uses up the room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
  end(): Promise<void>;
}

/** A small disk: a real one where it may be mounted, else a folder whose files are refused more, as a full disk does. */
export async function smallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-small-'));
  const junk = join(folder, 'junk');
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder]);
  } catch {
    return refusingDisk(folder);
  }
  return {
    folder,
    fill: () => writeFile(junk, Buffer.alloc(2 * SIZE)).catch(() => undefined),
    free: () => rm(junk),
    end: async () => {
      await run('umount', [folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Write = (this: FileHandle, ...args: unknown[]) => Promise<{ readonly bytesWritten: number }>;

/** Every file may have a megabyte, and nothing more while the disk is filled. */
async function refusingDisk(folder: string): Promise<SmallDisk> {
  const probe = await open(join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as { write: Write };
  await probe.close();
  await rm(join(folder, 'probe'));
  const { write } = prototype;
  const written = new WeakMap<FileHandle, number>();
  let isFull = false;
  prototype.write = async function (...args) {
    const used = written.get(this) ?? 0;
    if (isFull || used > SIZE)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const result = await write.apply(this, args);
    written.set(this, used + result.bytesWritten);
    return result;
  };
  return {
    folder,
    fill: () => Promise.resolve(void (isFull = true)),
    free: () => Promise.resolve(void (isFull = false)),
    end: async () => {
      prototype.write = write;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
