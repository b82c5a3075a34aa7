import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { files, ROOT } from '../support/checkout.js';

const PACKAGES = ['protocol', 'engine', 'kernel', 'ui', 'extension', 'tests', 'bench'];

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
const root = manifest('.');

/** `@scope/name/file` and `name/file` are of the packages `@scope/name` and `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importsOf(text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(file => file.fileName)
    .filter(name => !name.startsWith('.') && !name.startsWith('/'))
    .map(packageOf)
    .filter(name => !name.startsWith('node:') && !builtinModules.includes(name));
}

describe.each(PACKAGES)('%s', folder => {
  const own = manifest(folder);
  const shipped = new Set(Object.keys({ ...own.dependencies, ...own.peerDependencies, [own.name]: '' }));
  const known = new Set([...shipped, ...Object.keys({ ...own.devDependencies, ...root.devDependencies })]);
  const sources = files('.ts', '.mjs').filter(file => file.path.startsWith(`${folder}/`));

  test('declares what it imports', () => {
    const undeclared = sources.flatMap(({ path, text }) => {
      const allowed =
        /\.test(-d)?\.ts$/.test(path) || folder === 'tests' || folder === 'bench' ? known : shipped;
      return importsOf(text)
        .filter(name => !allowed.has(name))
        .map(name => `${path} imports ${name}`);
    });
    expect(undeclared).toEqual([]);
  });
});
