import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinedLibrary } from './library.js';
import { LanguageService } from './service.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-libraries-'));
let service: LanguageService;
beforeAll(() => {
  service = new LanguageService(directory);
}, 60_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const errorsOf = (code: string) =>
  service
    .prepare({ cellId: 'cell', executionCount: 1, code })
    .diagnostics.filter(({ severity }) => severity === 'error');

/** Whether a cell can be run by this Node. */
function runs(code: string): boolean {
  try {
    new Function(code)();
    return true;
  } catch {
    return false;
  }
}

/** The files of the library that a text refers to. */
function referred(text: string): string[] {
  const { libReferenceDirectives } = ts.preProcessFile(text);
  return libReferenceDirectives.map(({ fileName }) => `lib.${fileName}.d.ts`);
}

describe('the types of the language', () => {
  it.each([
    'Object.groupBy([1, 2], n => String(n % 2));',
    'Map.groupBy([1, 2], n => n % 2);',
    'new Set([1]).union(new Set([2]));',
    'Promise.withResolvers();',
    'Promise.try(() => 1);',
    '[1].values().map(n => n + 1);',
    'Iterator.from([1]).take(1);',
    'Array.fromAsync([1]);',
    'new Float16Array(2);',
    "RegExp.escape('a.b');",
    "Uint8Array.fromBase64('AAAA');",
    "'a'.isWellFormed();",
    '[2, 1].toSorted();',
    'new ArrayBuffer(8).transfer(4);',
  ])('are those of the Node that runs cells: %s', code => {
    const errors = errorsOf(code);
    expect(errors.length === 0).toBe(runs(code));
    // A newer Node has it: there is no setting to change.
    for (const { message } of errors) expect(message).not.toContain("'lib'");
  });

  it('have what the kernel provides, and what the compiler writes out', () => {
    expect(errorsOf('using file = { [Symbol.dispose]() {} };\nTemporal.Now.instant();')).toEqual([]);
  });

  it('are one file, which stands for each of its parts', () => {
    const { parts, text } = joinedLibrary();
    expect(parts).toContain('lib.es5.d.ts');
    expect(text.match(/^interface PromiseConstructor \{/gm)?.length).toBeGreaterThan(1);
    expect(errorsOf('/// <reference lib="es2020" />\n[1, 2].at(-1);')).toEqual([]);
    const apart = referred(text).filter(name => parts.has(name));
    expect(apart).toEqual([]);
    const onDisk = service.diskFiles.filter(path => path.includes('/typescript/lib/'));
    expect(onDisk.map(path => basename(path))).toEqual(referred(text));
  });

  // The newest Node has more of them than the one that this runs on.
  it('declare global names, whichever Node has them', () => {
    const { parts, text } = joinedLibrary(['lib.esnext.full.d.ts']);
    expect(ts.isExternalModule(ts.createSourceFile('lib.d.ts', text, ts.ScriptTarget.Latest))).toBe(false);
    expect(parts).toContain('lib.es2025.promise.d.ts');
    expect(referred(text)).toContain('lib.es2025.iterator.d.ts');
    for (const name of referred(text)) expect(parts).not.toContain(name);
  });

  it('may be asked for beyond them', () => {
    expect(errorsOf('const node: HTMLElement | null = null;\nnode')).not.toEqual([]);
    expect(errorsOf('/// <reference lib="dom" />\nconst node: HTMLElement | null = null;\nnode')).toEqual([]);
    expect(service.diskFiles.some(path => path.endsWith('/typescript/lib/lib.dom.d.ts'))).toBe(true);
  });
});
