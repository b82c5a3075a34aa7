import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ByteInput } from '../sources/bytes.js';
import { fileError, fileSize, shownPath } from './paths.js';

/** A file as bytes. Errors as in `fileError`. */
export async function fileInput(directory: string, path: string): Promise<ByteInput> {
  const size = await fileSize(directory, path);
  try {
    const handle = await open(resolve(directory, path), 'r');
    return {
      label: `'${shownPath(directory, path)}'`,
      size,
      anywhere: true,
      async read(into, offset, length, position) {
        return (await handle.read(into, offset, length, position)).bytesRead;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    throw await fileError(error, directory, path);
  }
}
