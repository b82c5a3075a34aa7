import { opendirSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import ts from 'typescript';
import { fileFunction } from './fileCalls.js';
import type { TextMatch } from './textCompletions.js';

/** So many names of a folder are looked at, and so many are offered. */
const MOST_LOOKED_AT = 5000;
const MOST_OFFERED = 200;

/** Which files may be meant: those of rows, modules, or any. */
type Wanted = 'data' | 'modules' | 'any';

const ENDINGS: Readonly<Record<Wanted, RegExp>> = {
  data: /\.(csv|tsv|txt|ndjson|jsonl|json|parquet|pq|arrow|arrows|feather|ipc)(\.(gz|gzip|zst|zstd))?$|\.(mrec|zip)$/i,
  modules: /(?<!\.d)\.([cm]?[jt]s|json)$/i,
  any: /./,
};

/** Methods of `file`, which are given where to write. */
const WRITING: ReadonlySet<string> = new Set(['csv', 'parquet', 'ndjson', 'arrow']);

/** Which files a text names: the argument of `replay` and `read`, of `file.csv` and its like, of `pin`, `record` and imports. */
export function wantsPath(node: ts.StringLiteralLike, typed: string): Wanted | null {
  const { parent } = node;
  const isRelative = /^\.\.?\//.test(typed);
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return isRelative ? 'modules' : null;
  const argument = ts.isArrayLiteralExpression(parent) ? parent : node;
  const call = argument.parent;
  if (!ts.isCallExpression(call) || call.arguments[0] !== argument) return null;
  const callee = call.expression;
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return isRelative ? 'modules' : null;
  if (fileFunction(call) !== null) return isAddress(typed) ? null : 'data';
  if (ts.isIdentifier(callee)) {
    if (callee.text === 'require') return isRelative ? 'modules' : null;
    return callee.text === 'pin' ? 'data' : null;
  }
  if (!ts.isPropertyAccessExpression(callee)) return null;
  const { name, expression } = callee;
  if (name.text === 'record') return 'any';
  return WRITING.has(name.text) && ts.isIdentifier(expression) && expression.text === 'file' ? 'any' : null;
}

function isAddress(typed: string): boolean {
  return /^[a-z][a-z\d+.-]*:/i.test(typed);
}

/**
 * The files and folders that go on from what has been typed, folders first. Paths are relative to the notebook's folder. Nothing is said of absolute ones, and
 * what is hidden is only offered to who has typed its point.
 */
export function pathsFor(directory: string, typed: string, wanted: Wanted): readonly TextMatch[] {
  if (isAbsolute(typed) || typed.includes('\0') || typed.startsWith('~')) return [];
  const cut = typed.lastIndexOf('/') + 1;
  const [folder, begun] = [typed.slice(0, cut), typed.slice(cut)];
  const full = resolve(directory, folder);
  const found = namesOf(full).filter(name => begun.startsWith('.') || !name.startsWith('.'));
  const matching = found.filter(name => name.toLowerCase().startsWith(begun.toLowerCase())).sort();
  const folders: TextMatch[] = [];
  const files: TextMatch[] = [];
  for (const name of matching) {
    if (folders.length + files.length >= MOST_OFFERED) break;
    const kind = kindOf(join(full, name));
    if (kind === 'folder' && name !== 'node_modules')
      folders.push({ text: `${folder}${name}/`, type: 'path' });
    else if (kind === 'file' && ENDINGS[wanted].test(name)) files.push({ text: folder + name, type: 'path' });
  }
  return [...folders, ...files];
}

function namesOf(folder: string): string[] {
  const names: string[] = [];
  try {
    const entries = opendirSync(folder);
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        names.push(entry.name);
        if (names.length >= MOST_LOOKED_AT) break;
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    // A folder that is not there, or that may not be read, has nothing to offer.
  }
  return names;
}

function kindOf(path: string): 'file' | 'folder' | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isDirectory() === true ? 'folder' : stat?.isFile() === true ? 'file' : null;
  } catch {
    return null;
  }
}
