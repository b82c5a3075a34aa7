import { resolve } from 'node:path';
import type { ByteInput } from '../sources/bytes.js';
import { fileError, shownPath } from './paths.js';
import { PooledFile } from './pooledFile.js';

/** A file as bytes. Errors as in `fileError`. */
export async function fileInput(directory: string, path: string): Promise<ByteInput> {
  try {
    const shown = shownPath(directory, path);
    const file = new PooledFile(resolve(directory, path), shown);
    const size = await file.open();
    return {
      label: `'${shown}'`,
      size,
      read: (into, offset, length, position) => file.read(into, offset, length, position),
      close: () => file.close(),
    };
  } catch (error) {
    throw await fileError(error, directory, path);
  }
}
