import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SourceError } from '../sources/error.js';

/** So many files have a descriptor at once, however many are read in turn: systems give a process 256 at least. */
const MOST_OPEN = 64;

/** Files that have a descriptor which nobody reads by right now: the one that was read longest ago first. */
const idle = new Set<PooledFile>();
let count = 0;

/** A file that is read from any place. It may lose its descriptor to another one between two reads, and gets a new one at the next. */
export class PooledFile {
  #handle: Promise<FileHandle> | null = null;
  #reads = 0;
  #isClosed = false;
  #identity: string | null = null;
  #size = 0;

  constructor(
    private readonly path: string,
    private readonly shown: string,
  ) {}

  /** Sees that it can be opened, and is no folder; returns its size in bytes. */
  async open(): Promise<number> {
    await this.#with(() => Promise.resolve());
    return this.#size;
  }

  /** Reads up to `length` bytes; returns how many. Error `MR3720` where another file has taken its place. */
  async read(into: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    return this.#with(async handle => (await handle.read(into, offset, length, position)).bytesRead);
  }

  /** Gives its descriptor back, and takes none any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#release();
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    idle.delete(this);
    if (handle === null) return;
    count--;
    await (await handle.catch(() => null))?.close();
  }

  async #with<T>(work: (handle: FileHandle) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error('the file is closed');
    idle.delete(this);
    this.#reads++;
    try {
      this.#handle ??= this.#open();
      return await work(await this.#handle);
    } finally {
      this.#reads--;
      if (this.#reads === 0 && this.#handle !== null) idle.add(this);
    }
  }

  async #open(): Promise<FileHandle> {
    count++;
    try {
      for (const other of idle) {
        if (count <= MOST_OPEN) break;
        await other.#release();
      }
      const handle = await open(this.path, 'r');
      const { identity, size } = await lookAt(handle);
      if (this.#identity !== null && this.#identity !== identity) {
        await handle.close();
        throw new SourceError(
          'MR3720',
          `'${this.shown}' was replaced by another file while it was read.`,
          'Read it again; write new files beside old ones rather than in their place.',
        );
      }
      this.#identity = identity;
      this.#size = size;
      return handle;
    } catch (error) {
      // Who has closed it in the meantime has counted that.
      if (this.#handle !== null) count--;
      this.#handle = null;
      throw error;
    }
  }
}

async function lookAt(handle: FileHandle): Promise<{ readonly identity: string; readonly size: number }> {
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return { identity: `${stats.dev} ${stats.ino}`, size: stats.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
