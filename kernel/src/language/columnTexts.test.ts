import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Field, PlanSample } from 'millrace';
import type { ProvidedType } from '../runner/contract.js';
import { LanguageService } from './service.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-columns-'));
let service: LanguageService;
let count = 0;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

const number = (name: string, nullable = false): Field => ({ name, type: { kind: 'float64' }, nullable });
const HOSTILE = [
  '__proto__',
  "it's",
  'say "x"',
  'a\nb',
  'naïve 😀',
  '`${x}`',
  '</script>',
  '\u202ertl',
  'constructor',
  '\\',
  '',
];
const trades: Field[] = [
  { name: 'ts', type: { kind: 'timestamp', unit: 'us' }, nullable: false },
  { name: 'symbol', type: { kind: 'string' }, nullable: false },
  number('price', true),
  number('vwap'),
];

function provide(name: string, fields: readonly Field[], more: Partial<ProvidedType> = {}): void {
  const cellId = `cell-${++count}`;
  const code = `import { replay } from 'millrace';\nconst ${name} = replay('gone/${name}.csv');`;
  expect(service.prepare({ cellId, executionCount: count, code }).diagnostics).toEqual([]);
  service.commit(cellId, [{ name, collection: 'Stream', fields, key: null, time: 'ts', ...more }]);
}

beforeAll(() => {
  service = new LanguageService(directory);
  service.warmUp();
  provide('trades', trades);
  provide('untimed', trades, { time: null });
  provide(
    'hostile',
    HOSTILE.map(name => number(name)),
  );
  provide(
    'wide',
    Array.from({ length: 2000 }, (_, i) => number(`column_${i}`)),
  );
}, 120_000);

function at(marked: string): [code: string, cursor: number] {
  return [marked.replace('|', ''), [...marked.slice(0, marked.indexOf('|'))].length];
}

function errors(code: string): string[] {
  const found = service.prepare({ cellId: 'check', executionCount: ++count, code }).diagnostics;
  return found.map(each => `${each.code} ${each.line}:${each.column} ${each.message}`);
}

describe('misspelt columns', () => {
  it.each([
    [
      'trades.where(t => t.pirce.gt(1))',
      "MR4140 1:21 There is no column 'pirce'. Did you mean 'price', 'ts' or 'vwap'? Write t.price.",
    ],
    ["trades.where(t => t['pirce'].gt(1))", 'MR4140 1:21', 'Write t.price.'],
    ["trades.where(t => t.col('pirce').gt(1))", 'MR4140 1:25', "Write 'price'."],
    ['trades.derive(({ pirce }) => ({ a: pirce }))', 'MR4140 1:18', "Write 'price'."],
    ["trades.select('ts', 'symbl')", 'MR4140 1:21', "Write 'symbol'."],
    ["trades.groupBy('symbl')", 'MR4140 1:16', "Write 'symbol'."],
    ["trades.rolling({ by: 'symbl' })", 'MR4140 1:22', "Write by: 'symbol'."],
    ["trades.rolling({ by: ['symbol', 'symbl'] })", 'MR4140 1:33', "Write 'symbol'."],
    ["trades.topN(3, { by: t => t.price, within: 'symbl' })", 'MR4140 1:44', "Write within: 'symbol'."],
    ["trades.line({ x: 'ts', y: 'pirce' })", 'MR4140 1:27', "Write y: 'price'."],
    ["trades.candlestick({ facet: 'symbl' })", 'MR4140 1:29', "Write facet: 'symbol'."],
    [
      "trades.chart({ mark: 'line', encoding: { x: { field: 'ts' }, y: { field: 'vwpa' } } })",
      'MR4140 1:74',
      "Write field: 'vwap'.",
    ],
    [
      "trades.chart({ mark: 'line', encoding: { tooltip: [{ field: 'ts' }, { field: 'vwpa' }] } })",
      'MR4140 1:78',
      "Write field: 'vwap'.",
    ],
    ["trades.rename({ symbl: 's' })", 'MR4140 1:17', 'Write symbol.'],
    ["trades.toTable({ key: 'symbl' })", 'MR4140 1:23', "Write key: 'symbol'."],
    ["trades.unpivot({ columns: ['pirce'], name: 'n', value: 'v' })", 'MR4140 1:28', "Write 'price'."],
  ])('%s', (code, ...expected) => {
    const found = errors(code);
    expect(found.filter(each => each.startsWith('TS'))).toEqual([]);
    expect(found).toHaveLength(1);
    for (const part of expected) expect(found[0]).toContain(part);
  });

  it('leaves what is right, and what is no column', () => {
    expect(errors("trades.where(t => t.price.gt(1)).select('ts', 'vwap')")).toEqual([]);
    expect(errors("import { timestamp } from 'millrace';\ntimestamp('sec')")[0]).toMatch(/^TS2345/);
    expect(errors('[1].lenght')[0]).toMatch(/^TS2551/);
  });

  it('names hostile columns so that they can be written', () => {
    expect(errors('hostile.where(h => h.its.gt(1))')[0]).toContain("Write h['it\\'s'].");
    expect(errors("hostile.select('a b')")[0]).toContain("'a\\nb'");
    expect(
      errors("hostile.where(h => h['it\\'s'].gt(1)).select('a\\nb', '__proto__', 'constructor')"),
    ).toEqual([]);
    expect(errors('hostile.where(h => h.__proto__.gt(1))')).toEqual([]);
    expect(errors('hostile.where(h => h.ltr.gt(1))').join()).not.toContain('\u202e');
    expect(errors(`trades.where(t => t.${'x'.repeat(20_000)}.gt(1))`)[0]).toContain('There is no column');
  }, 120_000);
});

describe('what streams do not take', () => {
  it.each([
    ['trades.select(t => t.price)', 'MR4190 1:15', "not a function. Write select('price')."],
    ["trades.select(t => [t.price, t['ts']])", 'MR4190 1:15', "Write select('price', 'ts')."],
    ['trades.select(({ price }) => ({ price }))', 'MR4190', "Write select('price')."],
    ['trades.select(t => ({ p: t.price.mul(2) }))', 'MR4190', "Write derive(t => ({ … })).select('p')."],
    ["trades.select(['price', 'ts'])", 'MR4190 1:15', "not a list. Write select('price', 'ts')."],
    ['trades.groupBy(t => t.symbol)', 'MR4190 1:16', "Write groupBy('symbol')."],
    ["trades.where('price > 1')", 'MR4190 1:14', 'Write where(t => t.ts.isNotNull()).'],
    ['trades.where(t => t.price)', 'MR4190 1:19', 'Compare it: t.price.gt(0), or t.price.isNotNull().'],
    ['trades.derive({ twice: 2 })', 'MR4190 1:15', 'Write derive(t => ({ copy: t.ts })).'],
    ['trades.where(t => !t.price.gt(1))', 'MR1301 1:19', 'Write a.not().'],
    ['trades.where(t => (t.price.gt(1) ? true : false))', 'MR1301', 'Write when(condition)'],
    ['trades.filter(t => t.price.gt(1))', 'MR4191 1:8', 'There is no filter() of a stream. Write where(…).'],
    ["trades.orderBy('price')", 'MR4191 1:8', 'Write topN(…).'],
    ["trades.tumble('1 min')", 'MR4191 1:8', 'Write window(tumble(…)).'],
    ['trades.dervie(t => ({ a: t.price }))', 'MR4191 1:8', "Did you mean 'derive'"],
    ['trades.price', 'MR4191 1:8', "'price' is a column of the rows. Write select('price')"],
  ])('%s', (code, ...expected) => {
    const found = errors(code);
    expect(found).toHaveLength(1);
    for (const part of expected) expect(found[0]).toContain(part);
  });

  it('is said of plain rows and objects too, with the three nearest keys', () => {
    const said = "There is no 'pirce' in this object. Did you mean 'price', 'ts' or 'vwap'? Write";
    expect(errors('for await (const row of trades) console.log(row.pirce)')).toEqual([
      `MR4192 1:49 ${said} row.price.`,
    ]);
    expect(errors("(await trades.rows()).map(row => row['pirce'])")).toEqual([
      `MR4192 1:38 ${said} row.price.`,
    ]);
    expect(errors('(await trades.rows()).map(({ pirce }) => pirce)')).toEqual([
      `MR4192 1:30 ${said} 'price'.`,
    ]);
    expect(errors('[{ a: 1, bc: 2 }][0].cb')).toEqual([
      "MR4192 1:22 There is no 'cb' in this object. Did you mean 'bc' or 'a'? Write [{ a: 1, bc: 2 }][0].bc.",
    ]);
    // What may have any key, and what is of a class, is TypeScript's to tell.
    expect(errors("({} as Record<string, number>)['x']; JSON.parse('{}').y")).toEqual([]);
    expect(errors('new Map().sise')[0]).toMatch(/^TS/);
    expect(errors('const key: string = "a"; ({ a: 1 })[key]')).toEqual([]);
  });
});

describe('completion in texts', () => {
  it('writes hostile names so that they mean what they are', () => {
    const [code, cursor] = at("hostile.select('|')");
    const { matches } = service.complete(code, cursor);
    expect([...matches].sort()).toEqual(
      HOSTILE.map(name => {
        return JSON.stringify(name).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'");
      }).sort(),
    );
    for (const match of matches) expect(errors(`hostile.select('${match}')`)).toEqual([]);
    for (const match of service.complete(...at('hostile.select(`|`)')).matches)
      expect(errors(`hostile.select(\`${match}\`)`)).toEqual([]);
  });

  it('replaces the whole text, in code points', () => {
    const reply = service.complete(...at("const 𝒳 = '😀'; hostile.select('na|ïve')"));
    expect(reply.matches).toEqual(['naïve 😀']);
    const start = [..."const 𝒳 = '😀'; hostile.select('"].length;
    expect([reply.cursorStart, reply.cursorEnd]).toEqual([start, start + 5]);
    expect(reply.types).toEqual([{ text: 'naïve 😀', type: 'text', start, end: start + 5 }]);
  });

  it('works in a text that has no end yet', () => {
    const reply = service.complete(...at("trades.select('pr|"));
    expect(reply.matches).toEqual(['price']);
    expect([reply.cursorStart, reply.cursorEnd]).toEqual([15, 17]);
    expect(service.complete(...at("trades.groupBy('sym|)")).matches).toEqual(['symbol']);
  });

  it('is quick where there are 2,000 columns', () => {
    service.complete(...at("wide.select('|')"));
    const before = process.cpuUsage();
    expect(service.complete(...at("wide.select('column_19|')")).matches).toHaveLength(111);
    expect(service.complete(...at('wide.where(w => w.column_19|')).matches).toHaveLength(111);
    const { user, system } = process.cpuUsage(before);
    const milliseconds = (user + system) / 2000;
    expect(milliseconds).toBeLessThan(1000);
  });
});

describe('completion in SQL', () => {
  it.each([
    ['%%sql\nSELECT * FROM tr|', ['trades']],
    ['%%sql\nSELECT trades.p|', ['price']],
    ['const sql = String.raw; sql`SELECT * FROM un|`', ['untimed']],
    ['const sql = String.raw; sql`SELECT ${1} FROM un|`', ['untimed']],
  ])('%s', (marked, expected) => {
    expect(service.complete(...at(marked)).matches).toEqual(expected);
  });

  it('offers all of them, and quotes columns that are no words', () => {
    expect(service.complete(...at('%%sql\nSELECT * FROM |')).matches).toEqual([
      'hostile',
      'trades',
      'untimed',
      'wide',
    ]);
    expect(service.complete(...at('%%sql\nSELECT hostile.|')).matches).toContain('"say ""x"""');
    expect(service.complete(...at('sql`SELECT ${trad|}`')).matches).toEqual(['trades']);
  });
});

describe('what is shown of a column', () => {
  const sample: PlanSample = {
    fields: trades,
    time: 'ts',
    key: ['symbol'],
    sources: [{ name: 'trades', connector: 'file', path: 'gone/trades.csv' }],
    rows: {
      which: 'last',
      columns: [['2026-01-05T14:30:10Z'], ['A`\n\u001b[31m'], ['100.5', null].slice(0, 2), ['1']],
    },
  };
  const shown = (marked: string): string => {
    const [code, cursor] = at(marked);
    const name = service.sampled(code, cursor);
    return String(service.inspect(code, cursor, 0, name === 'trades' ? sample : null)?.['text/plain']);
  };

  it('is its type, whether it may be NULL, its unit, values and where it is from', () => {
    expect(shown('trades.where(t => t.pr|ice.gt(1))')).toBe(
      "(column) price: float64 | null\n\nmay be NULL.\nFrom trades, which reads 'gone/trades.csv'.\nLast values: 100.5, NULL",
    );
    expect(shown("trades.groupBy('sy|mbol')")).toContain('of the key.');
    expect(shown('trades.where(({ ts| }) => ts.year().gt(1))')).toContain(
      "(column) ts: timestamp('us')\n\nin microseconds, never NULL, the event time.",
    );
    expect(
      shown("const later = trades.where(t => t.price.gt(1)); later.rolling({ by: 'sym|bol' })"),
    ).toContain('From trades');
  });

  it('is escaped', () => {
    expect(shown("trades.select('symb|ol')")).toContain("Last values: 'A`\\n\\u001b[31m'");
    const markdown = service.inspect(...at("trades.select('symb|ol')"), 0, sample)?.['text/markdown'];
    expect(markdown).toMatch(/^```ts\n[^]*\n```$/);
  });

  it('is what the compiler says of a column that is made on the way', () => {
    expect(shown('trades.derive(t => ({ price: t.price.mul(2) })).where(u => u.pri|ce.gt(1))')).toContain(
      'NumExpr',
    );
    expect(shown('trades.derive(t => ({ a: t.price })).where(u => u.pri|ce.gt(1))')).toContain('From trades');
  });
});

describe('windows without event time', () => {
  it('are told of where rows of another cell have none', () => {
    const code =
      "import { tumble } from 'millrace';\nconst bars = untimed.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({}));";
    expect(errors(code)).toEqual([
      "MR4142 2:22 These rows have no event time: there is nothing to cut into windows, and none would ever close. Name its column where untimed is made: { time: 'ts' }.",
    ]);
    expect(errors(code.replace('untimed', 'trades'))).toEqual([]);
  });
});
