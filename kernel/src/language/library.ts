import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { libraries } from './libraries.js';

/** A reference from one file of the library to another. */
const REFERENCE = /^\/\/\/\s*<reference\s+lib="([^"]+)"\s*\/>.*$/gm;

/** A file of the library that is a module: put into one with the others, it would make a module of all of them. */
const MODULE = /^(?:export|import)\b/m;

/** TypeScript's library as one file, which is none on disk. */
export interface Library {
  readonly path: string;
  readonly text: string;
  /** The files that it is made of, by the names that TypeScript has for them, e.g. `lib.es2023.array.d.ts`. */
  readonly parts: ReadonlySet<string>;
}

/**
 * The files of TypeScript's library that say what the running Node has, with those that they refer to, as one. Every program goes through each of its files, and
 * puts together the global names of those that declare them: seventy of the library, for each cell anew. Modules stay files of their own, and are referred to.
 *
 * @param names the files, e.g. `lib.es2023.d.ts`
 */
export function joinedLibrary(names: readonly string[] = libraries()): Library {
  const folder = dirname(ts.getDefaultLibFilePath({}));
  const seen = new Set<string>();
  const parts = new Set<string>();
  const references: string[] = [];
  const texts: string[] = [];
  const add = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(join(folder, name), 'utf8');
    if (MODULE.test(text)) {
      references.push(`/// <reference lib="${name.slice('lib.'.length, -'.d.ts'.length)}" />`);
      return;
    }
    parts.add(name);
    for (const [, referred] of text.matchAll(REFERENCE)) add(`lib.${referred}.d.ts`);
    texts.push(text.replaceAll(REFERENCE, ''));
  };
  for (const name of names) add(name);
  const path = join(folder, 'lib.millrace.d.ts').replaceAll('\\', '/');
  return { path, text: [...references, ...texts].join('\n'), parts };
}
