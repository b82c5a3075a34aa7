import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from './service.js';

let service: LanguageService;
let count = 0;
beforeAll(() => {
  service = new LanguageService(mkdtempSync(join(tmpdir(), 'millrace-hints-')));
  service.warmUp();
}, 60_000);

function findings(code: string): [severity: string, code: string, line: number, column: number][] {
  const cellId = `cell-${++count}`;
  const { cell, diagnostics } = service.prepare({ cellId, executionCount: count, code });
  if (cell !== null) service.commit(cellId, []);
  return diagnostics.map(found => [found.severity, found.code, found.line, found.column]);
}

describe('hints', () => {
  it.each([
    ['async function f1() {}\nf1();\n1', [['warning', 'MR4130', 2, 1]]],
    ['async function f2() {}\nif (true) { f2(); }\n1', [['warning', 'MR4130', 2, 13]]],
    ['const p3 = Promise.resolve(1);\np3;\n1', [['warning', 'MR4130', 2, 1]]],
    [
      'const a4 = 1;\na4;\na4 + 1;\na4',
      [
        ['warning', 'MR4131', 2, 1],
        ['warning', 'MR4131', 3, 1],
      ],
    ],
    [
      "import { replay } from 'millrace';\nconst t5 = replay('x.csv', { time: 'ts' });\nt5.where(t => t.price.gt(1));\n1",
      [['warning', 'MR4141', 3, 1]],
    ],
    [
      "import { replay, tumble } from 'millrace';\nconst t6 = replay('x.csv', { time: 'ts' });\nif (t6) { t6.groupBy('a'); }\nt6.line({ x: 'ts', y: 'a' });\nt6.where(t => t.a.gt(1)).window(tumble('1 h')).aggregate(() => ({}));\ndisplay(t6); t6",
      [
        ['warning', 'MR4141', 3, 11],
        ['warning', 'MR4141', 4, 1],
        ['warning', 'MR4141', 5, 1],
      ],
    ],
    [
      "import { replay, tumble, webSocket } from 'millrace';\nconst t7 = replay('x.csv');\nconst b7 = t7.where(t => t.a.gt(1)).window(tumble('1 h')).aggregate(() => ({}));\nwebSocket('wss://a', { name: 'b' }).window(tumble('1 h'))",
      [
        ['warning', 'MR4142', 3, 37],
        ['warning', 'MR4142', 4, 37],
      ],
    ],
    [
      "import { replay, tumble } from 'millrace';\nconst o8 = {}; const t8 = replay('x.csv', { time: 'ts' });\nt8.window(tumble('1 h')); replay('x.mrec').window(tumble('1 h')); replay('x.csv', o8).window(tumble('1 h')); replay('x.csv', { ...o8 }).window(tumble('1 h'))",
      [
        ['warning', 'MR4141', 3, 1],
        ['warning', 'MR4141', 3, 27],
        ['warning', 'MR4141', 3, 67],
      ],
    ],
    [
      'async function f6() {}\nvoid f6(); await f6(); f6().catch(() => 0); f6().then(() => 0, () => 1);\nf6()',
      [],
    ],
    ['async function f7() {}\nconst g7 = () => { f7(); };\ng7();\n1', []],
    [
      "'use strict';\nlet a8 = 1;\na8++; a8 = 2; [a8] = [3]; true && console.log(1); `${a8}`.length > 3 ? 1 : 2;\na8",
      [],
    ],
    ['%who\n%env A=1\n%time 1 + 1;\n1', []],
  ])('%j', (code, expected) => {
    expect(findings(code)).toEqual(expected);
  });
});

describe('JSX', () => {
  it('is refused with what to write instead', () => {
    expect(findings('const e = <b className="x">{1}</b>;')).toEqual([['error', 'MR4132', 1, 11]]);
    expect(findings('const e = <p>\n  text\n</p>;\n1')).toEqual([['error', 'MR4132', 1, 11]]);
  });

  it('is not seen where there is none', () => {
    expect(findings('const a = 1, c = <number>a;\nconst id = <T,>(x: T): T => x;\na < c')).toEqual([]);
    expect(findings('const = <b></b>')).not.toContainEqual(expect.arrayContaining(['MR4132']));
  });
});

describe('modules of cells', () => {
  it('go once nothing names them', () => {
    for (let i = 0; i < 100; i++) findings(`const again = ${i}; function useAgain() { return again }`);
    findings('interface Kept { a: number }\nconst kept: Kept = { a: 1 };');
    for (let i = 0; i < 100; i++) findings(`let again = 'text ${i}'; const user = kept.a + ${i};`);
    expect(service.modules).toBeLessThan(80);
    expect(findings('kept.a.toFixed(again.length + user)')).toEqual([]);
  }, 60_000);
});
