import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    expect(text).not.toMatch(/<reference\s+lib=/);
    expect(text.match(/^interface PromiseConstructor \{/gm)?.length).toBeGreaterThan(1);
    expect(errorsOf('/// <reference lib="es2020" />\n[1, 2].at(-1);')).toEqual([]);
    expect(service.diskFiles.filter(path => path.includes('/typescript/lib/'))).toEqual([]);
  });

  it('may be asked for beyond them', () => {
    expect(errorsOf('const node: HTMLElement | null = null;\nnode')).not.toEqual([]);
    expect(errorsOf('/// <reference lib="dom" />\nconst node: HTMLElement | null = null;\nnode')).toEqual([]);
    expect(service.diskFiles.some(path => path.endsWith('/typescript/lib/lib.dom.d.ts'))).toBe(true);
  });
});
