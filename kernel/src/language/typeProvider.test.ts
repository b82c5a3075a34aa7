import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, replay, type AnyRow, type FileOptions, type PlanSample } from 'millrace';
import { createNodeHost } from 'millrace/host';
import { AskingLanguage } from './asking.js';
import { LanguageService } from './service.js';
import type { FileCall } from './outside.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-provider-'));
const host = createNodeHost({ directory, threads: 0 });
const link = host.link();
const looks: FileCall[] = [];
let language: AskingLanguage;
let count = 0;

async function look(call: FileCall): Promise<PlanSample | null> {
  looks.push(call);
  const make = call.make === 'read' ? read : replay;
  const { plan } = make(call.path, call.options as FileOptions<AnyRow>);
  return link.request({ type: 'sample', plan, limit: 5 });
}

beforeAll(async () => {
  const rows = Array.from(
    { length: 20 },
    (_, i) => `2026-01-05T14:30:${10 + i}Z,${i % 2 ? 'A' : 'B'},${100 + i}.5,7`,
  );
  writeFileSync(join(directory, 'quotes.csv'), `ts,symbol,price,size\n${rows.join('\n')}\n`);
  mkdirSync(join(directory, 'data'));
  for (const day of ['monday', 'tuesday'])
    writeFileSync(join(directory, 'data', `${day}.csv`), `ts,symbol,bid\n${rows.join('\n')}\n`);
  writeFileSync(join(directory, 'data', 'rows.ndjson'), '{"a":1,"b":"x"}\n{"a":2,"b":null}\n');
  mkdirSync(join(directory, '.hidden'));
  language = new AskingLanguage(new LanguageService(directory, undefined, 20_000), {
    look,
    sample: () => Promise.resolve(null),
  });
  language.service.warmUp();
}, 60_000);

afterAll(async () => {
  await host.close();
  rmSync(directory, { recursive: true, force: true });
});

const IMPORT = "import { avg, count, last, read, replay, tumble } from 'millrace';\n";

async function findings(code: string): Promise<string[]> {
  const { diagnostics } = await language.prepare({
    cellId: `cell-${++count}`,
    executionCount: count,
    code: IMPORT + code,
  });
  return diagnostics.map(
    ({ code: known, line, column, message }) => `${known} ${line - 1}:${column} ${message}`,
  );
}

async function complete(marked: string): Promise<readonly string[]> {
  const code = IMPORT + marked;
  const cursor = [...code.slice(0, code.indexOf('|'))].length;
  const reply = await language.complete(code.replace('|', ''), cursor);
  return reply.matches;
}

describe('a file that a cell names', () => {
  it('has its columns in that cell, before it runs', async () => {
    expect(await findings("replay('quotes.csv', { time: 'ts' }).where(t => t.pirce.gt(1))")).toEqual([
      "MR4140 1:51 There is no column 'pirce'. Did you mean 'price', 'size' or 'ts'? Write t.price.",
    ]);
    expect(await findings('const t = read(`quotes.csv`);\nt.select("symbl")')).toEqual([
      "MR4140 2:10 There is no column 'symbl'. Did you mean 'symbol', 'size' or 'ts'? Write 'symbol'.",
    ]);
    expect(await findings("replay('quotes.csv', { time: 'tss' })")).toEqual([
      "MR4140 1:30 There is no column 'tss'. Did you mean 'ts', 'size' or 'price'? Write time: 'ts'.",
    ]);
    expect(
      await findings("replay('quotes.csv', { time: 'ts' }).derive(t => ({ x: t.price.mul(t.size) }))"),
    ).toEqual([]);
  });

  it('is told by what is written, where options have no columns', async () => {
    expect((await findings("replay('quotes.csv', { format: 'cvs' })")).join()).toMatch(/TS2322/);
    expect((await findings("replay('quotes.csv', { separator: ';' })")).join()).toContain('TS2353');
    expect((await findings("read('quotes.csv', { scale: { prise: 100 } })")).join()).not.toContain(
      'MR4140 1:30',
    );
    expect(
      await findings(
        "read('quotes.csv', { header: false, columns: ['a', 'b', 'c', 'd'] }).where(t => t.e.isNull())",
      ),
    ).toEqual(["MR4140 1:83 There is no column 'e'. Did you mean 'a', 'b' or 'c'? Write t.a."]);
    // Two ways of reading one file in one cell: neither is taken for the other.
    expect(
      await findings(
        "read('quotes.csv', { header: false }).where(t => t.x.isNull()); read('quotes.csv').where(t => t.x.isNull())",
      ),
    ).toEqual([expect.stringContaining('MR4141')]);
  });

  it('of every kind', async () => {
    expect(
      (await findings("replay('data/*day.csv', { time: 'ts' }).where(t => t.bit.gt(1))")).join(),
    ).toContain("'bid'");
    expect((await findings("read('data/rows.ndjson').where(t => t.c.gt(1))")).join()).toContain("'a' or 'b'");
  });

  it('is looked at again when it has changed, and only then', async () => {
    const path = join(directory, 'changing.csv');
    writeFileSync(path, 'a,b\n1,2\n');
    const code = "read('changing.csv').where(t => t.c.gt(1))";
    expect((await findings(code)).join()).toContain("'a' or 'b'");
    const before = looks.length;
    await findings(code);
    expect(looks.length).toBe(before);
    writeFileSync(path, 'a,c\n1,2\n');
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect(await findings(code)).toEqual([]);
  });

  it('is not looked at where it is of the web, or declares its columns', async () => {
    const before = looks.length;
    await findings(
      "replay('https://example.org/a.csv', { hash: 'x' }); read('/dev/zero'); read('none.csv');",
    );
    expect(looks.slice(before)).toEqual([]);
  });
});

it('waits for no file, and for each only once', async () => {
  let answer: (sample: PlanSample | null) => void = () => undefined;
  const slow = {
    look: () => new Promise<PlanSample | null>(resolve => (answer = resolve)),
    sample: () => Promise.resolve(null),
  };
  const hasty = new AskingLanguage(new LanguageService(directory, undefined, 50), slow);
  hasty.service.warmUp();
  const code = `${IMPORT}read('quotes.csv').where(t => t.pirce.gt(1))`;
  const errors = async () =>
    (await hasty.prepare({ cellId: 'slow', executionCount: 1, code })).diagnostics.filter(
      ({ severity }) => severity === 'error',
    );
  expect(await errors()).toEqual([]);
  expect(await errors()).toEqual([]);
  answer(await look({ make: 'read', path: 'quotes.csv', options: {} }));
  expect(await errors()).toMatchObject([{ code: 'MR4140' }]);
}, 60_000);

describe('completion in texts', () => {
  it('offers columns', async () => {
    expect(await complete("read('quotes.csv').select('|')")).toEqual(['price', 'size', 'symbol', 'ts']);
    expect(await complete("replay('quotes.csv', { time: '|' })")).toEqual(['price', 'size', 'symbol', 'ts']);
    expect(await complete("read('quotes.csv').rolling({ by: 's|' })")).toEqual(['size', 'symbol']);
    expect(
      await complete("read('quotes.csv').chart({ mark: 'bar', encoding: { x: { field: 'p|' } } })"),
    ).toEqual(['price']);
    expect(await complete("read('quotes.csv').line({ x: 't|', y: 'price' })")).toEqual(['ts']);
    expect(await complete("read('quotes.csv').where(t => t.p|")).toEqual(['price']);
  });

  it('offers durations', async () => {
    expect(await complete("tumble('|')")).toEqual(['1 s', '10 s', '1 min', '5 min', '1 h', '1 day']);
    expect(await complete("tumble('5|')")).toEqual([
      '5 ms',
      '5 s',
      '5 min',
      '5 h',
      '5 days',
      '5 weeks',
      '5 months',
      '5 quarters',
      '5 years',
    ]);
    expect(await complete("tumble('5 m|')")).toEqual(['5 ms', '5 min', '5 months']);
    expect(await complete("replay('quotes.csv', { time: 'ts', watermark: '2|' })")).toContain('2 s');
    expect(
      await complete(
        "replay('quotes.csv', { time: 'ts' }).window(tumble('1 h'), { allowedLateness: '1 h 3|' })",
      ),
    ).toContain('1 h 3 min');
  });

  it('offers files, folders first', async () => {
    expect(await complete("read('|')")).toEqual(['data/', 'changing.csv', 'quotes.csv']);
    expect(await complete("read('data/|')")).toEqual([
      'data/monday.csv',
      'data/rows.ndjson',
      'data/tuesday.csv',
    ]);
    expect(await complete("read(['quotes.csv', 'data/r|'])")).toEqual(['data/rows.ndjson']);
    expect(await complete("read('/et|')")).toEqual([]);
    expect(await complete("read('.|')")).toEqual(['.hidden/']);
  });
});
