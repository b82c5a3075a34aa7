import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostLink } from 'millrace/session';
import { beforeAll, expect, it } from 'vitest';
import { LanguageService } from '../language/service.js';
import { createEvaluator, type Evaluator } from './evaluate.js';
import { noDisplay } from './testing.js';

/** Every form of the language in which a top-level name can stand, run as cells: the name is `x`, which is 1. */
const FORMS: readonly [code: string, value: unknown][] = [
  ['const f = (a: number, b = x) => a + b; [f(1), f?.(2)]', [2, 3]],
  ['const o = { x, get g() { return x }, m() { return x }, [x]: 2 }; [o.x, o.g, o.m(), o[1]]', [1, 1, 1, 2]],
  [
    'function tag(s: TemplateStringsArray, ...v: unknown[]) { return s.raw.join("|") + v.join() } tag`a${x}b`',
    'a|b1',
  ],
  [
    'class A { static s = x; y = x; #p = x; static { A.s += x } get p() { return this.#p } m(q = x) { return q } }\n[A.s, new A().y, new A().p, new A().m()]',
    [2, 1, 1, 1],
  ],
  ['let caught = 0; try { throw 7 } catch (x) { caught = x as number } caught', 7],
  ['x: for (const i of [1, 2]) { if (i) continue x; } x', 1],
  [
    'let a = 1, b = 2; [a, b] = [b, a]; ({ a, b = 9 } = { a: a * 10 } as any); a **= 2; a ||= 3; [a, b]',
    [400, 9],
  ],
  [
    'const fns: (() => number)[] = []; for (let i = 0; i < 3; i++) fns.push(() => i); fns.map(f => f())',
    [0, 1, 2],
  ],
  ['function outer() { const x = 10; return (() => x)() + (() => { var x = 5; return x })() } outer()', 15],
  [
    'async function* gen() { yield x; yield* [2] } const got: number[] = []; for await (const v of gen()) got.push(v); got',
    [1, 2],
  ],
  ['enum E { A, B = A + 2, C = x } [E.A, E.B, E[2], E.C]', [0, 2, 'B', 1]],
  [
    'namespace N { export let c = x; export namespace I { export const d = c + x } c++; } [N.c, N.I.d]',
    [2, 2],
  ],
  [
    'abstract class Base<T> { constructor(protected readonly v: T) {} abstract m(): T }\nclass D extends Base<number> { m() { return this.v } } new D(4).m()',
    4,
  ],
  ['interface I { a: number } const i = { a: 1 } as I; const j = <I>{ a: 2 }; i!.a + j.a', 3],
  [
    'function over(a: string): string; function over(a: number): number; function over(a: any) { return a } over(3)',
    3,
  ],
  ['const { a: { b: deep = x } = {} as any, ["k" + x]: k1 } = { k1: 5 } as any; [deep, k1]', [1, 5]],
  ['export default 5', 5],
  ['export const ex = 3; export { ex as ey }; ex', 3],
  ['{ const block = 1; var hoisted = block + 1; } hoisted', 2],
  ['switch (x) { case 1: var sw = "one"; break; default: sw = "other" } sw', 'one'],
  ['const self = () => typeof self; self()', 'function'],
  ['const $import = 1, $$ = 2; $import + $$', 3],
  ['(function () { return this === undefined })()', true],
  ['const object = { f() { return this.v }, v: 3 }; object.f()', 3],
  [
    'import type { Stats } from "node:fs"; import fs, { type Dirent, existsSync as ex1 } from "node:fs";\nlet st: Stats | Dirent | null = null; [typeof fs.statSync, ex1("/")]',
    ['function', true],
  ],
  ['declare const ghost: number; typeof ghost', 'undefined'],
  ['let inner = 1; { let inner = 2; inner++; } inner', 1],
  ['x satisfies number as unknown as string', 1],
  ['`multi\n${x}\nline`', 'multi\n1\nline'],
  ['// note\n/* another */ x // tail', 1],
];

let service: LanguageService;
let evaluator: Evaluator;
let count = 0;

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-forms-'));
  service = new LanguageService(directory);
  evaluator = createEvaluator({ directory, link: {} as HostLink, display: noDisplay, globals: {} });
  await run('const x = 1');
}, 60_000);

async function run(code: string): Promise<unknown> {
  const cellId = `cell-${++count}`;
  const { cell, diagnostics } = service.prepare({ cellId, executionCount: count, code });
  expect(diagnostics).toEqual([]);
  const value = await evaluator.evaluate(cell!);
  service.commit(cellId, []);
  return value;
}

it.each(FORMS)('%s', async (code, value) => {
  expect(await run(code)).toEqual(value);
});
