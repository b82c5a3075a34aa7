import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SourceError } from '../../sources/error.js';
import { shownPath } from '../paths.js';

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
  ) {}

  /** Opens a file for writing. `token` makes the temporary name unlike others. Error `MR3601` where that cannot be. */
  static async open(directory: string, path: string, token: string): Promise<AtomicFile> {
    const full = resolve(directory, path);
    const shown = shownPath(directory, path);
    const temporary = join(dirname(full), `.${basename(full)}.${token}.tmp`);
    try {
      await mkdir(dirname(full), { recursive: true });
      return new AtomicFile(await open(temporary, 'w'), temporary, full, shown);
    } catch (error) {
      throw writeError(shown, error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        at += (await this.handle.write(bytes, at, bytes.length - at)).bytesWritten;
      }
      this.bytes += bytes.length;
    } catch (error) {
      throw writeError(this.shown, error);
    }
  }

  /** Makes what was written durable under its own name. */
  async finish(): Promise<void> {
    try {
      await this.handle.sync();
      await this.handle.close();
      await rename(this.temporary, this.path);
      const folder = await open(dirname(this.path), 'r');
      await folder.sync().catch(() => undefined);
      await folder.close();
    } catch (error) {
      await rm(this.temporary, { force: true });
      throw writeError(this.shown, error);
    }
  }

  /** Leaves nothing. */
  async abort(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }
}

function writeError(shown: string, error: unknown): SourceError {
  const { code } = error as NodeJS.ErrnoException;
  const reason = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC') {
    return new SourceError(
      'MR3602',
      `the disk is full: '${shown}' could not be written.`,
      'Nothing of it was left behind.',
    );
  }
  return new SourceError('MR3601', `'${shown}' cannot be written: ${reason}.`);
}
