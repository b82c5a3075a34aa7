import { beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostLink } from 'millrace/session';
import { LanguageService } from '../language/service.js';
import { createEvaluator, type Evaluator } from './evaluate.js';
import { noDisplay } from './testing.js';

let service: LanguageService;
let evaluator: Evaluator;
let count = 0;

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-cells-'));
  mkdirSync(join(directory, 'node_modules/plain'), { recursive: true });
  writeFileSync(join(directory, 'node_modules/plain/index.js'), 'module.exports = { ["an" + "swer"]: 42 };');
  writeFileSync(join(directory, 'numbers.json'), '{"one": 1}');
  service = new LanguageService(directory);
  const link = { request: () => Promise.reject(new Error('no host')) } as unknown as HostLink;
  evaluator = createEvaluator({ directory, link, display: noDisplay, globals: {} });
  service.warmUp();
}, 60_000);

/** Checks, runs and commits a cell. */
async function run(code: string, cellId = `cell-${count + 1}`): Promise<unknown> {
  const { cell, diagnostics } = service.prepare({ cellId, executionCount: ++count, code });
  if (cell === null)
    throw new Error(
      diagnostics.map(found => `${found.code} ${found.line}:${found.column} ${found.message}`).join('\n'),
    );
  try {
    const value = await evaluator.evaluate(cell);
    service.commit(cellId, []);
    return value;
  } catch (error) {
    service.commit(cellId, [], evaluator.assigned(cell));
    throw error;
  }
}

async function failure(code: string): Promise<string[]> {
  const error: unknown = await run(code).then(
    () => new Error('did not fail'),
    (thrown: unknown) => thrown,
  );
  // eslint-disable-next-line no-control-regex -- colours
  return evaluator.describeError(error).traceback.map(line => line.replace(/\u001b\[\d+m/g, ''));
}

describe('the value of a cell', () => {
  it('is its last expression, awaited', async () => {
    expect(await run('1 + 1')).toBe(2);
    expect(await run('const one = await Promise.resolve(1);\nPromise.resolve(one + 1);')).toBe(2);
    expect(await run('const two = 2')).toBeUndefined();
    expect(await run("'text'")).toBe('text');
    expect(await run('({ a: 1 })')).toEqual({ a: 1 });
    expect(await run('')).toBeUndefined();
    expect(await run('// nothing')).toBeUndefined();
    expect(await run('1; // a note\n')).toBe(1);
  });
});

describe('declarations persist', () => {
  const cases: readonly [name: string, first: string, second: string, value: unknown][] = [
    ['const', 'const c1 = 1', 'c1 + 1', 2],
    ['let', 'let l1 = 1', 'l1 + 1', 2],
    ['var in a block', 'if (true) { var v1 = 1; }', 'v1', 1],
    ['var in a loop', 'for (var i1 = 0; i1 < 3; i1++) {}\nfor (var o1 of [7, 8]) {}', '[i1, o1]', [3, 8]],
    ['function', 'f1();\nfunction f1() { return f1.name; }', 'f1()', 'f1'],
    [
      'async generator',
      'async function* g1() { yield 1; yield 2 }',
      'const all = []; for await (const n of g1()) all.push(n); all',
      [1, 2],
    ],
    [
      'class',
      'class K1 { static made = new K1(); n = 1; static of() { return new K1() } }',
      'K1.of().n + K1.made.n',
      2,
    ],
    ['subclass', 'class Sub1 extends K1 { m() { return this.n + 1 } }', 'new Sub1().m()', 2],
    ['enum', "enum Color1 { Red = 'r', Blue = 'b', Both = Red + Blue }", 'Color1.Both', 'rb'],
    ['const enum', 'const enum Side1 { Buy = 1, Sell }', 'Side1.Sell', 2],
    [
      'namespace',
      'namespace N1 { export const a = 1; export function twice() { return a * 2 } }',
      'N1.twice()',
      2,
    ],
    [
      'interface and type',
      'interface P1 { x: number }\ntype Q1 = P1 & { y: number }',
      'const q1: Q1 = { x: 1, y: 2 }; q1.y',
      2,
    ],
    [
      'destructuring',
      'const { a: d1, b: [d2, d3 = 5], ...d4 } = { a: 1, b: [2], c: 3, d: 4 }',
      '[d1, d2, d3, d4]',
      [1, 2, 5, { c: 3, d: 4 }],
    ],
    ['array pattern', 'let [e1, , e2 = e1, ...e3] = [1, 2, undefined, 4]', '[e1, e2, e3]', [1, 1, [4]]],
    ['arrow with its name', 'const arrow1 = () => 1', 'arrow1.name', 'arrow1'],
    ['anonymous class with its name', 'const anon1 = class {}', 'anon1.name', 'anon1'],
    ['using', 'using u1 = { closed: false, [Symbol.dispose]() { this.closed = true } };', 'u1.closed', false],
    ['exported', 'export const x1 = 1; export function x2() { return x1 }', 'x2()', 1],
    ['closures over a let', 'let n1 = 0; const inc1 = () => ++n1;', 'inc1(); inc1(); n1', 2],
    ['a name like a builtin', 'const __proto__ = 1, constructor = 2', '[__proto__, constructor]', [1, 2]],
    ['a dollar', 'const $ = (x: number) => x + 1', '[1, 2].map($ => $ * 2).map(n => $(n))', [3, 5]],
    ['generic', 'function id1<T>(x: T): T { return x }', 'id1<string>("a").length', 1],
  ];
  it.each(cases)('%s', async (_name, first, second, value) => {
    await run(first);
    expect(await run(second)).toEqual(value);
  });

  it('can be made again with another type', async () => {
    await run('const again = 1');
    await run("const again = 'text'");
    expect(await run('again.length')).toBe(4);
  });

  it('lets a later cell assign a let, with its type', async () => {
    await run('let total: number | null = null; const getTotal = () => total;');
    expect(await run('total = 4; total += 1; getTotal()')).toBe(5);
    await expect(run("total = 'text'")).rejects.toThrow("Type 'string' is not assignable to type 'number'");
    expect(await run('({ total } = { total: 9 }); [total] = [10]; total++; total')).toBe(11);
  });

  it('refuses to assign a const of an earlier cell', async () => {
    await run('const fixed = 1');
    await expect(run('fixed = 2')).rejects.toThrow('Cannot assign');
  });

  it('keeps what a failed cell has assigned', async () => {
    await expect(run("const before = 1;\nthrow new Error('stop');\nconst after = 2;")).rejects.toThrow(
      'stop',
    );
    expect(await run('before')).toBe(1);
    await expect(run('after')).rejects.toThrow("Cannot find name 'after'");
  });

  it('keeps the type of what a failed cell did not come to', async () => {
    await run('const kept = 1');
    await expect(run("throw new Error('stop');\nconst kept = 'text';")).rejects.toThrow('stop');
    expect(await run('kept.toFixed(1)')).toBe('1.0');
  });

  it('tells locals from top-level names', async () => {
    await run('const shadow = 1; const object = { shadow, inner: { shadow: 2 } };');
    const code =
      '[shadow, object.shadow, object.inner.shadow, ((shadow: number) => shadow)(5), (() => { const { shadow } = object.inner; return { shadow } })().shadow]';
    expect(await run(code)).toEqual([1, 1, 2, 5, 2]);
  });

  it('calls functions without a this', async () => {
    await run("const self = function (this: unknown) { 'use strict'; return this }");
    expect(await run('self()')).toBeUndefined();
  });

  it('disposes of a using when it is declared again', async () => {
    await run('const closed: string[] = []; using res = { [Symbol.dispose]() { closed.push("first") } };');
    await run('using res = { [Symbol.dispose]() { closed.push("second") } };');
    expect(await run('closed')).toEqual(['first']);
    expect(await run('{ using inner = { [Symbol.dispose]() { closed.push("inner") } }; }\nclosed')).toEqual([
      'first',
      'inner',
    ]);
  });

  it('takes decorators and satisfies', async () => {
    await run(
      'const twice = <T extends (...a: any[]) => number>(f: T, _: ClassMethodDecoratorContext) => function (this: unknown, ...a: any[]) { return f.apply(this, a) * 2 };',
    );
    await run('class Doubled { @twice m() { return 2 } }');
    expect(await run('const o = { a: new Doubled() } satisfies object; o.a.m()')).toBe(4);
  });
});

describe('imports', () => {
  it('load Node, CommonJS, ESM-only packages and JSON, with their types', async () => {
    expect(await run("import { join } from 'node:path';\njoin('a', 'b')")).toBe('a/b');
    expect(await run("join('c', 'd')")).toBe('c/d');
    expect(
      await run(
        "import WebSocket, { WebSocketServer } from 'ws';\ntypeof WebSocketServer + typeof WebSocket",
      ),
    ).toBe('functionfunction');
    await run("import * as vegaLite from 'vega-lite';\nimport type { TopLevelSpec } from 'vega-lite';");
    const spec = "const spec: TopLevelSpec = { mark: 'bar', data: { values: [] }, encoding: {} };";
    expect(await run(`${spec}\nvegaLite.compile(spec).spec.marks!.length`)).toBe(1);
    await expect(run(spec.replace("'bar'", "'barr'"))).rejects.toThrow('"barr"');
    expect(await run("import numbers from './numbers.json' with { type: 'json' };\nnumbers.one")).toBe(1);
    expect(await run("import { answer } from 'plain';\nanswer")).toBe(42);
    expect(await run("(await import('node:os')).EOL + require('node:os').EOL")).toBe('\n\n');
    expect(await run('import.meta.dirname === __dirname')).toBe(true);
  });

  it('show times of every kind as their text', async () => {
    const { inspect } = await import('node:util');
    const times =
      "[Temporal.Instant.from('2026-01-05T14:30Z'), Temporal.PlainDate.from('2026-01-05'), Temporal.PlainTime.from('14:30'), Temporal.Duration.from('PT1H')]";
    expect(inspect(await run(times), { breakLength: Infinity })).toBe(
      '[ 2026-01-05T14:30:00Z, 2026-01-05, 14:30:00, PT1H ]',
    );
    expect(await run('new WebAssembly.Memory({ initial: 1 }).buffer.byteLength')).toBe(65_536);
  });

  it('are not needed for Temporal', async () => {
    expect(await run("Temporal.Instant.from('2026-01-05T14:30:00Z').epochMilliseconds")).toBe(1767623400000);
  });

  it('name a package that is not there', async () => {
    await expect(run("import x from 'no-such-package'")).rejects.toThrow('npm install no-such-package');
    await expect(run("import x from '@scope/none/sub'")).rejects.toThrow(/npm install @scope\/none$/);
    await expect(run("import x from './none.js'")).rejects.toThrow(/declarations\.$/);
  });
});

describe('errors', () => {
  it('are in the lines and columns of the cell', async () => {
    const shown = await failure(
      "const unused = { a: 1,\n  b: 2 };\n\nfunction thrower(x: number): never {\n  if (x) throw new TypeError('bad');\n  throw 1;\n}\n  thrower(1);",
    );
    expect(shown[0]).toBe('TypeError: bad');
    expect(shown[1]).toMatch(/Cell \[\d+\]:5:16$/);
    expect(shown[2]).toBe("  5 |   if (x) throw new TypeError('bad');");
    expect(shown[3]).toBe('    |                ^');
    expect(shown[4]).toMatch(/at thrower \(Cell \[\d+\]:5:16\)$/);
    expect(shown[5]).toMatch(/at Cell \[\d+\]:8:3$/);
    expect(shown).toHaveLength(6);
  });

  it('speak of names as they were written', async () => {
    await run('const nothing: any = undefined');
    expect((await failure('nothing()'))[0]).toBe('TypeError: nothing is not a function');
    expect((await failure('nothing.field.deep'))[0]).toContain(
      "Cannot read properties of undefined (reading 'field')",
    );
  });

  it('show what is thrown that is no error', async () => {
    expect((await failure("throw { why: 'no' }"))[0]).toBe("Thrown: { why: 'no' }");
  });

  it('of types stop the cell and are all shown', () => {
    const code = "let n: number = 'one';\nn.nope;\nmissing;";
    const { cell, diagnostics } = service.prepare({ cellId: 'x', executionCount: 1, code });
    expect(cell).toBeNull();
    expect(diagnostics.map(found => [found.code, found.line, found.column])).toEqual([
      ['TS2322', 1, 5],
      ['TS2339', 2, 3],
      ['TS2304', 3, 1],
    ]);
  });

  it('of syntax come before those of types', () => {
    const { diagnostics } = service.prepare({ cellId: 'x', executionCount: 1, code: 'const = 1;\nmissing;' });
    expect(diagnostics.map(found => [found.code, found.line, found.column])).toEqual([
      ['TS1134', 1, 7],
      ['TS1134', 1, 9],
    ]);
  });
});
