import type { Field } from 'millrace';
import { rowType } from './provided.js';

/** The file that tells the compiler the columns of files by their paths. */
export const FILES_FILE = '.cell-files.d.ts';

/** Its text: it adds to the interface that the types of `replay` and `read` ask. */
export function knownFilesText(files: ReadonlyMap<string, readonly Field[]>): string {
  const lines = [...files].map(([path, fields]) => `    ${JSON.stringify(path)}: ${rowType(fields)};`);
  if (lines.length === 0) return 'export {};\n';
  return [
    "import type * as M from 'millrace';",
    "declare module 'millrace' {",
    '  interface KnownFiles {',
    ...lines,
    '  }',
    '}',
    '',
  ].join('\n');
}
