import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TransientSinkError } from '../../sinks/error.js';
import { SourceError } from '../../sources/error.js';
import { writeTarget } from './target.js';

/** For writing, from nothing, and not through a link that somebody has put there. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);

/**
 * A file that appears whole or not at all: it is written under another name in the same folder, made durable, and renamed. Folders
 * on the way are made.
 */
export class AtomicFile {
  bytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly temporary: string,
    private readonly path: string,
    private readonly shown: string,
    private readonly live: boolean,
  ) {}

  /**
   * Opens a file for writing. `token` makes the temporary name unlike others. One that is written for long (`live`) grows under its name with
   * `.partial` at the end, where it can be seen, and stays there where it is given up. Errors `MR3601` where that cannot be, `MR3903` for a path
   * that leads out of the notebook's folder.
   */
  static async open(directory: string, path: string, token: string, live = false): Promise<AtomicFile> {
    const { full, shown } = await writeTarget(directory, path);
    const temporary = live ? `${full}.partial` : join(dirname(full), `.${basename(full)}.${token}.tmp`);
    try {
      await mkdir(dirname(full), { recursive: true });
      return new AtomicFile(await open(temporary, FLAGS), temporary, full, shown, live);
    } catch (error) {
      throw writeError(shown, error, false);
    }
  }

  /** Appends bytes: all of them, or none. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const length = bytes.length - at;
        at += (await this.handle.write(bytes, at, length, this.bytes + at)).bytesWritten;
      }
      this.bytes += bytes.length;
    } catch (error) {
      throw writeError(this.shown, error, this.live);
    }
  }

  /** Makes what was written durable under its own name. */
  async finish(): Promise<void> {
    try {
      // What a failed write has left behind the last good byte goes.
      await this.handle.truncate(this.bytes);
      await this.handle.sync();
      await this.handle.close();
      await rename(this.temporary, this.path);
      const folder = await open(dirname(this.path), 'r');
      await folder.sync().catch(() => undefined);
      await folder.close();
    } catch (error) {
      await this.abort();
      throw writeError(this.shown, error, false);
    }
  }

  /** Leaves nothing, but for what a live write has written so far. */
  async abort(): Promise<void> {
    if (this.live) await this.handle.truncate(this.bytes).catch(() => undefined);
    await this.handle.close().catch(() => undefined);
    if (!this.live) await rm(this.temporary, { force: true });
  }
}

function writeError(shown: string, error: unknown, keeps: boolean): SourceError {
  const { code } = error as NodeJS.ErrnoException;
  const reason = error instanceof Error ? error.message : String(error);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') {
    return new SourceError('MR3601', `'${shown}' cannot be written: ${reason}.`);
  }
  if (keeps) return new TransientSinkError('MR3602', `the disk is full: '${shown}' cannot be written on.`);
  return new SourceError(
    'MR3602',
    `the disk is full: '${shown}' could not be written.`,
    'Nothing of it was left behind.',
  );
}
