import { beforeAll, describe, expect, it } from 'vitest';
import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Field } from 'millrace';
import { LanguageService } from './service.js';

let service: LanguageService;
let count = 0;

const directory = mkdtempSync(join(tmpdir(), 'millrace-language-'));

beforeAll(() => {
  service = new LanguageService(directory);
  service.warmUp();
}, 60_000);

function commit(code: string): void {
  const cellId = `cell-${++count}`;
  const { diagnostics } = service.prepare({ cellId, executionCount: count, code });
  expect(diagnostics).toEqual([]);
  service.commit(cellId, []);
}

/** Splits a text at its `|`, which stands for the cursor. */
function at(marked: string): [code: string, cursor: number] {
  const cursor = [...marked.slice(0, marked.indexOf('|'))].length;
  return [marked.replace('|', ''), cursor];
}

describe('completion', () => {
  it('offers members by their beginning', () => {
    const reply = service.complete(...at('const list = [1];\nlist.toSor|'));
    expect(reply.matches).toEqual(['toSorted']);
    expect([reply.cursorStart, reply.cursorEnd]).toEqual([23, 28]);
    expect(reply.types).toEqual([{ text: 'toSorted', type: 'function', start: 23, end: 28 }]);
  });

  it('offers members right after the dot', () => {
    const reply = service.complete(...at('const point = { first: 1, second: 2 };\npoint.|'));
    expect(reply.matches).toEqual(['first', 'second']);
  });

  it('offers what earlier cells declared', () => {
    commit('const earlierName = { inner: 1 };');
    expect(service.complete(...at('earlierN|')).matches).toEqual(['earlierName']);
    expect(service.complete(...at('const x = 1 + earl|')).matches).toContain('earlierName');
    expect(service.complete(...at('earlierName.|')).matches).toEqual(['inner']);
    expect(service.complete(...at('const p = { a: 1 }; p.earl|')).matches).toEqual([]);
  });

  it('counts code points', () => {
    const reply = service.complete(...at("const 𝒳 = '😀😀'; 𝒳.toUpperC|"));
    expect(reply.matches).toEqual(['toUpperCase']);
    expect(reply.cursorStart).toBe([..."const 𝒳 = '😀😀'; 𝒳."].length);
  });

  it('replaces the whole word around the cursor', () => {
    const reply = service.complete(...at('cons|ole'));
    expect(reply.matches).toContain('console');
    expect([reply.cursorStart, reply.cursorEnd]).toEqual([0, 7]);
  });

  it('offers modules in an import', () => {
    expect(service.complete(...at("import { readFile } from 'node:f|'")).matches).toContain('node:fs');
  });

  it('offers the keys of a string literal type', () => {
    const code = "const pick = (name: 'alpha' | 'beta') => name;\npick('')";
    const reply = service.complete(code, code.length - 2);
    expect(reply.matches).toEqual(['alpha', 'beta']);
  });
});

describe('the type provider', () => {
  const field = (name: string, kind: 'string' | 'float64', nullable = false): Field => ({
    name,
    type: { kind },
    nullable,
  });
  const ts: Field = { name: 'ts', type: { kind: 'timestamp', unit: 'us' }, nullable: false };
  const errors = (code: string): string[] =>
    service
      .prepare({ cellId: 'check', executionCount: ++count, code })
      .diagnostics.map(found => found.message);

  beforeAll(() => {
    const code = `import { count, last, replay, schema, string, timestamp, tumble } from 'millrace';
const trades = replay('trades.csv', { time: 'ts' });
let other = replay('other.csv');
const typed = replay('typed.csv', { schema: schema({ ts: timestamp('us'), name: string }) });
const bars = trades.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ close: last(t.price), n: count() }));`;
    const cellId = 'opens';
    expect(service.prepare({ cellId, executionCount: ++count, code }).diagnostics).toEqual([]);
    const trades = [ts, field('symbol', 'string'), field('price', 'float64', true)];
    const bars = [field('symbol', 'string'), field('close', 'float64', true)];
    service.commit(cellId, [
      { name: 'trades', collection: 'Stream', fields: trades, key: null, time: 'ts' },
      { name: 'other', collection: 'Stream', fields: trades, key: null, time: 'ts' },
      { name: 'typed', collection: 'Stream', fields: [field('wrong', 'string')], key: null, time: null },
      { name: 'bars', collection: 'StreamTable', fields: bars, key: ['symbol'], time: 'windowTime' },
    ]);
  }, 60_000);

  it('completes columns', () => {
    expect(service.complete(...at('trades.where(t => t.|')).matches).toEqual([
      'col',
      'price',
      'symbol',
      'ts',
    ]);
    expect(service.complete(...at("trades.select('|")).matches).toEqual(['price', 'symbol', 'ts']);
  });

  it('refuses a misspelt column and names the near one', () => {
    const [message] = errors('trades.where(t => t.prise.gt(1))');
    expect(message).toBe(
      "There is no column 'prise'. Did you mean 'price', 'ts' or 'symbol'? Write t.price.",
    );
    expect(message).not.toContain('.cell-');
  });

  it('knows the values of rows, and which may be missing', () => {
    expect(errors('(await trades.rows())[0].ts.epochMilliseconds')).toEqual([]);
    expect(errors('(await trades.rows())[0].price.toFixed(2)')[0]).toContain("possibly 'null'");
    expect(errors('(await bars.rows())[0].close.toFixed(2)')[0]).toContain("possibly 'null'");
  });

  it('leaves a let assignable and a typed source as it is', () => {
    expect(errors("other = other.where(t => t.symbol.eq('A'))")).toEqual([]);
    expect(errors('typed.where(t => t.name.eq("x"))')).toEqual([]);
  });
});

describe('inspection', () => {
  it('gives the type and the documentation', () => {
    commit('/** Adds one.\n * @example plusOne(1)\n */\nfunction plusOne(x: number) { return x + 1 }');
    const found = service.inspect(...at('plus|One(1)'), 1);
    expect(found?.['text/plain']).toContain('plusOne(x: number): number');
    expect(found?.['text/markdown']).toContain('Adds one.');
    expect(found?.['text/plain']).toContain('@example plusOne(1)');
    expect(service.inspect(...at('plusOne|'), 0)?.['text/plain']).not.toContain('@example');
  });

  it('tells what a call takes, between its brackets', () => {
    expect(service.inspect(...at('Math.max(|)'), 0)?.['text/plain']).toContain(
      'max(...values: number[]): number',
    );
    expect(service.inspect(...at('plusOne( | )'), 0)?.['text/plain']).toContain('plusOne(x: number): number');
  });

  it('is null where there is nothing', () => {
    expect(service.inspect('  ', 1, 0)).toBeNull();
  });
});

describe('completeness', () => {
  it.each([
    ['const x = 1', 'complete', ''],
    ['', 'complete', ''],
    ['await x', 'complete', ''],
    ['function f() {', 'incomplete', '  '],
    ['f(1,', 'incomplete', '  '],
    ['const x =', 'incomplete', ''],
    ['`abc', 'incomplete', '  '],
    ['/* abc', 'incomplete', '  '],
    ['[{ a: 1 },', 'incomplete', '  '],
    ['if (x) {\n  for (;;) {', 'incomplete', '    '],
    [')', 'invalid', ''],
    ['const = 1;', 'invalid', ''],
    ["'abc", 'invalid', ''],
  ])('%j is %s', (code, status, indent) => {
    expect(service.isComplete(code)).toEqual({ status, indent });
  });
});

describe('files', () => {
  const errors = (code: string): string[] =>
    service.prepare({ cellId: 'files', executionCount: ++count, code }).diagnostics.map(found => found.code);

  it('are found when a package has been installed since', () => {
    const code = "import { late } from 'late-package';\nlate.toFixed()";
    expect(errors(code)).toEqual(['TS2307']);
    mkdirSync(join(directory, 'node_modules/late-package'), { recursive: true });
    writeFileSync(
      join(directory, 'node_modules/late-package/package.json'),
      '{"name": "late-package", "types": "i.d.ts"}',
    );
    writeFileSync(join(directory, 'node_modules/late-package/i.d.ts'), 'export declare const late: number;');
    expect(errors(code)).toEqual([]);
  });

  it("of the notebook's own are read again when they have changed", () => {
    const code = "import data from './data.json' with { type: 'json' };\ndata.one.toFixed()";
    writeFileSync(join(directory, 'data.json'), '{"one": "text"}');
    expect(errors(code)).toEqual(['TS2551']);
    writeFileSync(join(directory, 'data.json'), '{"one": 1}');
    utimesSync(join(directory, 'data.json'), new Date(), new Date(Date.now() + 5000));
    expect(errors(code)).toEqual([]);
  });
});

describe('forgetting', () => {
  it('leaves no name behind', () => {
    commit('const gone = 1;');
    service.forget();
    const { diagnostics } = service.prepare({ cellId: 'after', executionCount: 1, code: 'gone' });
    expect(diagnostics.map(found => found.code)).toEqual(['TS2304']);
    commit('const back = 1;');
    expect(
      service.prepare({ cellId: 'next', executionCount: 2, code: 'back.nope' }).diagnostics[0].code,
    ).toBe('TS2339');
  });
});

describe("JavaScript's own logic on expressions of columns", () => {
  const found = (code: string) =>
    service
      .prepare({ cellId: 'logic', executionCount: ++count, code })
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code: known, message, line, column }) => `${known} ${line}:${column} ${message}`);

  beforeAll(
    () =>
      commit(`import { boolean, float64, replay, schema, timestamp } from 'millrace';
const ticks = replay('t.csv', { time: 'ts', schema: schema({ ts: timestamp('us'), price: float64, open: boolean }) });
const loose = replay('u.csv');`),
    60_000,
  );

  it.each([
    ['ticks.where(t => t.price.gt(1) && t.open)', /^MR1301 1:32 '&&'.*a\.and\(b\)/],
    ['ticks.where(t => t.open || t.price.lt(2))', /'\|\|'.*a\.or\(b\)/],
    ['ticks.derive(t => ({ a: t.open ? t.price : t.price.neg() }))', /'\?:'.*when\(condition\)/],
    ['ticks.derive(t => ({ a: t.price ?? 0 }))', /'\?\?'.*coalesce/],
    ['ticks.derive(t => ({ a: !t.open }))', /'!'.*not\(\)/],
    ['loose.where(t => t.a.gt(1) && t.b.gt(1))', /'&&'/],
    ['ticks.derive(t => { let a = t.open; a &&= t.open; return { a }; })', /'&&='.*a = a\.and\(b\)/],
    ['ticks.derive(t => { while (t.open) {} return { a: 1 }; })', /'while'.*where\(\)/],
    ['ticks.derive(t => {\n  if (t.open) return { a: 1 };\n  return { a: 2 };\n})', /2:7 'if'/],
  ])('is flagged in the cell: %s', (code, message) => {
    expect(
      found(code)
        .filter(line => line.startsWith('MR1301'))
        .join(),
    ).toMatch(message);
  });

  it.each([
    ['ticks.where(t => t.price === 5)', "'==='", 'Write t.price.eq(5).'],
    ['ticks.where(t => 5 !== t.price)', "'!=='", 'Write t.price.ne(5).'],
    ['ticks.where(t => t.price == t.price)', "'=='", 'Write t.price.eq(t.price).'],
    ['ticks.where(t => t.price != null)', "'!='", 'Write t.price.isNotNull().'],
    ['ticks.where(t => t.price < 5)', "'<'", 'Write t.price.lt(5).'],
    ['ticks.where(t => 5 < t.price)', "'<'", 'Write t.price.gt(5).'],
    ['ticks.where(t => t.price >= t.price)', "'>='", 'Write t.price.ge(t.price).'],
    ['ticks.derive(t => ({ a: t.price + 1 }))', "'+'", 'Write t.price.add(1).'],
    ['ticks.derive(t => ({ a: 1 - t.price }))', "'-'", 'Write lit(1).sub(t.price).'],
    ['ticks.derive(t => ({ a: t.price * t.price }))', "'*'", 'Write t.price.mul(t.price).'],
    ['ticks.derive(t => ({ a: -t.price }))', "'-'", 'Write t.price.neg().'],
    ['ticks.derive(t => ({ a: +t.price }))', "'+'", 'Write t.price.cast(float64).'],
    ['ticks.derive(t => ({ a: `at ${t.price}` }))', "'${…}'", "Write lit('at ').concat(t.price)."],
    ['ticks.derive(t => ({ a: `${t.price}!` }))', "'${…}'", "Write t.price.concat('!')."],
    ['ticks.derive(t => ({ a: Math.abs(t.price) }))', "'Math.abs'", 'Write t.price.abs().'],
    ['ticks.derive(t => ({ a: Math.max(t.price, 1) }))', "'Math.max'", 'Write greatest(t.price, 1).'],
    ['ticks.derive(t => ({ a: String(t.price) }))', "'String'", 'Write t.price.cast(string).'],
    ['loose.where(t => t.a === 5)', "'==='", 'Write t.a.eq(5).'],
    ['loose.where(t => t.a > t.b)', "'>'", 'Write t.a.gt(t.b).'],
  ])('is flagged as an operator: %s', (code, sign, instead) => {
    const lines = found(code);
    expect(lines.filter(line => line.startsWith('MR1303'))).toHaveLength(1);
    expect(lines.join('\n')).toContain(`${sign} cannot be used on an expression of columns`);
    expect(lines.join('\n')).toContain(instead);
    expect(lines.join('\n')).not.toMatch(/TS23(45|6[2357])/);
  });

  it('is let be on values, and on expressions that may be missing', () => {
    expect(
      found(`const limit = 3 > 2 ? 5 : 0;
const maybe: typeof picked | undefined = undefined;
const picked = limit > 1 && limit < 9;
function both(t: Parameters<Parameters<typeof ticks.where>[0]>[0], extra?: typeof t.open) {
  return extra ? t.open.and(extra) : t.open;
}
ticks.where(t => both(t));
if (!picked) console.log(maybe);`),
    ).toEqual([]);
  });
});
