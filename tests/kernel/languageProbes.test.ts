import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { JupyterClient } from '../support/jupyterClient.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-probes-'));
let kernel: JupyterClient;
beforeAll(async () => {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  writeFileSync(join(folder, 'data.json'), '{ "rows": 3 }');
  kernel = await JupyterClient.start({ directory: folder });
}, 60_000);
afterAll(async () => {
  await kernel.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

/** What tslab was probed with, and what it could not: forms of the language and packages, cell by cell, and the last one's value. */
const PROBES: readonly (readonly [row: string, value: string, ...cells: string[]])[] = [
  ['satisfies', '1', 'const sat = { a: 1 } satisfies Record<string, number>; sat.a'],
  [
    'const type parameters',
    "'a'",
    'function first<const T extends readonly string[]>(of: T): T[0] { return of[0] }',
    "const only: 'a' = first(['a', 'b']); only",
  ],
  ['enum', '4', 'enum Level { Low = 3, High }', 'Level.High'],
  ['namespace', '2', 'namespace Space { export const two = 2 }', 'Space.two'],
  [
    'a class across cells',
    "'B of A'",
    'class A { name() { return "A" } }',
    'class B extends A { override name() { return `B of ${super.name()}` } }',
    'new B().name()',
  ],
  ['a const that is declared again', "'two'", 'const again = 1;', "const again = 'two'; again"],
  ['ws', "'function'", "import { WebSocketServer } from 'ws'; typeof WebSocketServer"],
  ['node: modules', "'b'", "import { basename } from 'node:path'; basename('/a/b')"],
  [
    'using',
    "'closed'",
    'let state = "open"; { using held = { [Symbol.dispose]() { state = "closed" } } } state',
  ],
  ['import attributes', '3', "import data from './data.json' with { type: 'json' }; data.rows"],
  [
    'NoInfer',
    "'x'",
    'function pick<T extends string>(all: T[], or: NoInfer<T>): T { return all[9] ?? or }',
    "pick(['x', 'y'], 'x')",
  ],
  [
    'decorators with their contexts',
    "'greet called'",
    'function named(value: (this: Greeter) => string, context: ClassMethodDecoratorContext<Greeter>) { return function (this: Greeter) { return `${String(context.name)} ${value.call(this)}` } }\nclass Greeter { @named greet() { return "called" } }',
    'new Greeter().greet()',
  ],
  ['toSorted', '[ 1, 2 ]', '[2, 1].toSorted()'],
  [
    'for await at the top',
    '3',
    'let total = 0; for await (const n of [Promise.resolve(1), 2]) total += n;',
    'total',
  ],
  ['vega-lite, imported', "'function'", "import { compile } from 'vega-lite'; typeof compile"],
  [
    'vega-lite, imported while running',
    "'function'",
    "const vl = await import('vega-lite'); typeof vl.compile",
  ],
  [
    'vega-lite, types alone',
    'true',
    "import type { TopLevelSpec } from 'vega-lite'; const spec: TopLevelSpec = { data: { values: [] }, mark: 'bar', encoding: {} };",
    "'mark' in spec",
  ],
  ['danfojs', '2', "import { DataFrame } from 'danfojs'; new DataFrame([[1, 2], [3, 4]]).shape[0]"],
];

test.each(PROBES.map(([row, value, ...cells]) => ({ row, value, cells })))(
  'a cell takes $row',
  async ({ value, cells }) => {
    let result: string | null = null;
    for (const code of cells) {
      const answer = await kernel.execute(code);
      expect({ code, error: answer.error }).toEqual({ code, error: null });
      ({ result } = answer);
    }
    expect(result).toBe(value);
  },
);

test.each([
  ['NoInfer', "pick(['x', 'y'], 'z')"],
  ['vega-lite', "const wrong: TopLevelSpec = { data: { values: [] }, mark: 'bra', encoding: {} };"],
])('the types of %s find what is wrong', async (_, code) => {
  expect((await kernel.execute(code)).error?.ename).toMatch(/^TS/);
});
