import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostLink } from 'millrace/session';
import { beforeAll, describe, expect, it } from 'vitest';
import { LanguageService } from '../language/service.js';
import { createEvaluator, type Evaluator } from './evaluate.js';
import { noDisplay } from './testing.js';

let service: LanguageService;
let evaluator: Evaluator;
let count = 0;

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-again-'));
  const modules = join(directory, 'node_modules');
  const put = (name: string, files: Readonly<Record<string, string>>) => {
    mkdirSync(join(modules, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(modules, name, file), text);
  };
  put('only-esm', {
    'package.json': JSON.stringify({
      name: 'only-esm',
      type: 'module',
      exports: { '.': { types: './index.d.ts', import: './index.js' } },
    }),
    'index.js': 'export const kind = "esm"; export default function half(x) { return x / 2 }',
    'index.d.ts': 'export declare const kind: "esm"; export default function half(x: number): number;',
  });
  put('old-style', {
    'package.json': JSON.stringify({ name: 'old-style', main: 'main.js', types: 'main.d.ts' }),
    'main.js': 'class Box { constructor(v) { this.v = v } } Box.of = v => new Box(v); module.exports = Box;',
    'main.d.ts':
      'declare class Box<T> { constructor(v: T); v: T; static of<T>(v: T): Box<T> }\nexport = Box;',
  });
  service = new LanguageService(directory);
  evaluator = createEvaluator({ directory, link: {} as HostLink, display: noDisplay, globals: {} });
  service.warmUp();
}, 60_000);

async function run(code: string): Promise<unknown> {
  const cellId = `cell-${++count}`;
  const { cell, diagnostics } = service.prepare({ cellId, executionCount: count, code });
  const errors = diagnostics.filter(found => found.severity === 'error');
  if (cell === null) throw new Error(errors.map(found => `${found.code} ${found.message}`).join('\n'));
  const value = await evaluator.evaluate(cell);
  service.commit(cellId, []);
  return value;
}

/** Every kind of declaration of one name: each is made after each other one, in a later cell. */
const KINDS: readonly (readonly [kind: string, declaration: string, use: string, value: unknown])[] = [
  ['let', 'let N = 1', 'N = 3; N + 1', 4],
  ['const', "const N = 'c'", 'N.toUpperCase()', 'C'],
  ['var', 'var N = [1]', 'N.length', 1],
  ['function', 'function N(x: number) { return x * 2 }', 'N(4)', 8],
  ['class', 'class N { static s = 5; m(): number { return N.s } }', 'const made: N = new N(); made.m()', 5],
  ['enum', 'enum N { A = 3, B }', 'const b: N = N.B; b', 4],
  [
    'namespace',
    'namespace N { export const inner = 6; export interface I { x: number } }',
    'const i: N.I = { x: N.inner }; i.x',
    6,
  ],
  ['import', "import { join as N } from 'node:path'", "N('a', 'b')", 'a/b'],
  ['namespace import', "import * as N from 'node:os'", 'N.EOL', '\n'],
  ['default import', "import N from 'node:path'", "N.join('x', 'y')", 'x/y'],
  ['destructuring', 'const { a: { N = 7 } = {} as { N?: number } } = {}', 'N + 0', 7],
  ['array destructuring', 'const [, N] = [1, 8]', 'N + 0', 8],
  ['generic', 'const N = <T,>(x: T): T[] => [x]', "N('g')[0].length", 1],
  [
    'overloads',
    'function N(x: string): string; function N(x: number): number; function N(x: any) { return x }',
    'N(9) + 1',
    10,
  ],
  ['interface and value', 'interface N { v: number } const N: N = { v: 11 }', 'const n: N = N; n.v', 11],
];

describe('a name is declared again as every other kind', () => {
  it.each(KINDS)(
    '%s',
    async (_, declaration, use, value) => {
      for (const [, other] of KINDS.slice(0, 9)) {
        await run(other);
        await run(declaration);
        // What the use itself declares is in a block, so that it is not the notebook's.
        const statements = use.split('; ');
        const last = statements.pop();
        const code = `const got = (() => { ${statements.map(each => `${each}; `).join('')}return ${last} })(); got`;
        expect(await run(code)).toEqual(value);
      }
    },
    60_000,
  );
});

describe('types alone are declared again', () => {
  it.each([
    ['interface', 'interface T { a: number }', 'interface T { b: string }', "({ b: 'x' }) satisfies T; 1"],
    ['type', 'type T = string', 'type T = number', 'const t: T = 3; 1'],
    ['interface as type', 'interface T { a: number }', "type T = 'x' | 'y'", "const t2: T = 'x'; 1"],
    ['generic type', 'type T<A> = A[]', 'type T<A, B> = [A, B]', "const t3: T<number, string> = [1, 'a']; 1"],
  ])('%s', async (_, first, second, use) => {
    await run(first);
    await run(second);
    expect(await run(use)).toBe(1);
  });
});

describe('forms', () => {
  it('packages that are ESM alone or CommonJS with export = have their types', async () => {
    expect(await run("import half, { kind } from 'only-esm';\n[half(4), kind satisfies 'esm']")).toEqual([
      2,
      'esm',
    ]);
    expect(
      await run(
        "import Box from 'old-style';\nconst box: Box<number> = Box.of(3);\nnew Box('a').v.length + box.v",
      ),
    ).toBe(4);
    await expect(run("half('x')")).rejects.toThrow('TS2345');
    await expect(run('Box.of(1).v.length')).rejects.toThrow('TS2339');
  });

  it('decorators of classes, fields and accessors', async () => {
    await run(`const seen: string[] = [];
function note(_: unknown, context: DecoratorContext) { seen.push(\`\${context.kind} \${String(context.name)}\`) }`);
    await run(
      `@note class Noted { @note field = 1; @note accessor size = 2; @note get twice() { return this.size * 2 } @note static make() { return new Noted() } }`,
    );
    expect(await run('[seen.sort(), Noted.make().twice]')).toEqual([
      ['accessor size', 'class Noted', 'field field', 'getter twice', 'method make'],
      4,
    ]);
  });

  it('using and await using, in blocks and at the top', async () => {
    await run(`const ended: string[] = [];
const resource = (name: string) => ({ name, [Symbol.dispose]() { ended.push(name) }, async [Symbol.asyncDispose]() { await null; ended.push('async ' + name) } });`);
    await run("{ using a = resource('a'); await using b = resource('b'); void a; void b; }");
    expect(await run('ended')).toEqual(['async b', 'a']);
    await run("await using top = resource('top');");
    expect(await run('top.name')).toBe('top');
    await run("using top = resource('second');");
    expect(await run('ended.length')).toBe(3);
    expect(
      await run("for (using each of [resource('x'), resource('y')]) void each; ended.slice(-2)"),
    ).toEqual(['x', 'y']);
  });

  it('top-level await, for await and generators', async () => {
    expect(
      await run(
        'async function* rows() { yield 1; yield 2; }\nlet sum = 0;\nfor await (const row of rows()) sum += row;\nsum',
      ),
    ).toBe(3);
    expect(await run('const [one, two] = await Promise.all([1, Promise.resolve(2)]); one + two')).toBe(3);
    expect(await run('{ var inside = await Promise.resolve(4); } inside')).toBe(4);
    expect(await run('await Promise.resolve({ then: undefined, v: 1 })')).toEqual({ then: undefined, v: 1 });
  });

  it('what is added to global types, until it is declared again', async () => {
    await run(
      'declare global { var shared: number; interface Array<T> { second(): T } }\nArray.prototype.second = function () { return this[1] };',
    );
    await run('globalThis.shared = 5; const user = () => [1, 2].second() + shared;');
    expect(await run('user() + shared.toFixed().length')).toBe(8);
    await run("declare global { var shared: string }\nglobalThis.shared = 'text';");
    expect(await run('shared.toUpperCase()')).toBe('TEXT');
    await expect(run('[1].second()')).rejects.toThrow('second');
  });

  it('a class without a name that is exported is the value of its cell', async () => {
    expect(await run('const Made = 1; export default class extends Map { x = Made }')).toBeTypeOf('function');
    expect(await run('export default class {}\n2')).toBe(2);
  });
});
