import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isNewerThanCode } from '../compiled.js';

/** Files of the engine's types, from the folder of its compiled code, and the files that the build makes of them and all that they import. */
export const JOINED_TYPES = {
  'node/index.d.ts': 'types/node.d.ts',
  'session/index.d.ts': 'types/session.d.ts',
} as const;

/**
 * The engine's types in a few files, by the files that have them in two hundred: each program that TypeScript makes for a cell goes through all of its files. Empty where
 * code has been compiled since they were put together.
 *
 * @param folder the folder of the engine's compiled code
 * @param from a file in the folder of the kernel's
 */
export function joinedTypes(folder: string, from?: URL): ReadonlyMap<string, string> {
  const paths = Object.entries(JOINED_TYPES).map(pair =>
    pair.map(path => join(folder, path).replaceAll('\\', '/')),
  );
  const areNew = paths.every(([, whole]) =>
    isNewerThanCode(pathToFileURL(whole), from, ['engine', 'protocol']),
  );
  return new Map(areNew ? paths.map(([parts, whole]) => [parts, whole]) : []);
}
