import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { file, json, read, schema, string, Table } from '../../../engine/src/index.js';
import { float64, int64 } from '../../../engine/src/index.js';
import { createNodeHost } from '../../../engine/src/node/host.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import type { SessionHost } from '../../../engine/src/session/protocol.js';
import { writeTarget } from '../../../engine/src/node/sinks/target.js';

const run = promisify(execFile);
let outside: string;
let root: string;
let host: SessionHost;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'millrace-sinks-'));
  root = join(outside, 'root');
  await mkdir(join(root, 'sub'), { recursive: true });
  await mkdir(join(outside, 'root2'));
  host = createNodeHost({ directory: root });
  setDefaultLink(host.link());
});

afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  await rm(outside, { recursive: true, force: true });
});

/** What spreadsheets take for formulas, and texts that only look guarded. */
const FORMULAS = [
  '=1+1',
  '=HYPERLINK("http://x","y")',
  '+1',
  '-1.5',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '\0=1',
  "=cmd|' /C calc'!A0",
  '-2+3+cmd',
  '=1,"2"\r\n3',
];
const PLAIN = ["'", "'=1", "''=1", "'plain", "''", '', ' =1', 'a=1', '"', "it's", "'\t", "'''-x"];

describe('CSV', () => {
  test('guards texts that would be formulas, and nothing else; reading gives them back', async () => {
    const texts = [...FORMULAS, ...PLAIN, null];
    const table = Table.of(
      { text: texts, number: texts.map((_, i) => -1.5 - i) },
      { schema: schema({ text: string.nullable(), number: float64 }) },
    );
    await table.writeTo(file.csv('guarded.csv'));
    const written = await readFile(join(root, 'guarded.csv'), 'utf8');
    const spreadsheet = await run('python3', ['-c', 'import csv,json,sys;print(json.dumps(list(csv.reader(open(sys.argv[1],newline="")))))', join(root, 'guarded.csv')]);
    const fields = (JSON.parse(spreadsheet.stdout) as string[][]).slice(1);
    expect(fields.filter(([text]) => /^[=+\-@\t\r\n\0]/.test(text))).toEqual([]);
    expect(fields.slice(0, FORMULAS.length).map(([text]) => text)).toEqual(FORMULAS.map(text => `'${text}`));
    expect(fields.map(([, number]) => number)).toEqual(texts.map((_, i) => String(-1.5 - i)));
    expect(written).toContain('"\'=1+1",-1.5\n');
    const back = await read('guarded.csv', { schema: schema({ text: string.nullable(), number: float64 }) }).rows();
    expect(back.map(({ text }) => text)).toEqual(texts);
    await table.writeTo(file.csv('plain.csv', { formulaGuard: false }));
    expect(await readFile(join(root, 'plain.csv'), 'utf8')).toContain('\n=1+1,-1.5\n');
  });

  test('guards names of columns, and reading finds them again', async () => {
    await Table.of({ '=x': [1], "'=y": [2] }).writeTo(file.csv('names.csv'));
    expect(await read('names.csv').rows()).toEqual([{ '=x': 1, "'=y": 2 }]);
  });

  test('any text comes back', async () => {
    const letters = ["'", '=', '"', ',', '\n', '\r', 'a', '-', '\t', ' ', '\0', 'é'];
    let state = Number(process.env.MILLRACE_SEED ?? 1) >>> 0 || 1;
    const next = (n: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const texts = Array.from({ length: 3000 }, () =>
      Array.from({ length: next(6) }, () => letters[next(letters.length)]).join(''),
    );
    await Table.of({ text: texts, end: texts }, { schema: schema({ text: string, end: string }) }).writeTo(
      file.csv('any.csv'),
    );
    const back = await read('any.csv', { schema: schema({ text: string, end: string }) }).rows();
    expect(back.map(({ text }) => text)).toEqual(texts);
    expect(back.map(({ end }) => end)).toEqual(texts);
  });
});

test('64-bit integers, numbers that are not finite, and NULL stay what they are in every format', async () => {
  const types = schema({ id: int64, x: float64.nullable(), doc: json().nullable() });
  const ids = [9007199254740993n, -9223372036854775808n, 9223372036854775807n, 0n, -1n, 1n];
  const x = [NaN, Infinity, -Infinity, -0, null, 0.1];
  const table = Table.of({ id: ids, x, doc: [null, { a: 1 }, [1], 'x', 1, null] } as never, { schema: types });
  for (const format of ['csv', 'ndjson', 'parquet', 'arrow'] as const) {
    await table.writeTo(file[format](`exact.${format}`));
    const rows = await read(`exact.${format}`, { schema: types }).rows({ int64: 'bigint' });
    expect(rows.map(row => row.id)).toEqual(ids);
    expect(rows.map(row => row.x)).toEqual(x);
    expect(rows.map(row => Object.is(row.x, -0))).toEqual(x.map(value => Object.is(value, -0)));
    expect(rows.map(row => row.doc)).toEqual([null, { a: 1 }, [1], 'x', 1, null]);
  }
  expect(await readFile(join(root, 'exact.ndjson'), 'utf8')).toContain('{"id":9007199254740993,');
});

test('text files are compressed where their names say so', async () => {
  const table = Table.of({ n: Array.from({ length: 20_000 }, (_, i) => i) });
  const { bytes } = await table.writeTo(file.ndjson('n.ndjson.gz'));
  const packed = await readFile(join(root, 'n.ndjson.gz'));
  expect(packed.length).toBe(bytes);
  const lines = gunzipSync(packed).toString().trimEnd().split('\n');
  expect(lines.length).toBe(20_000);
  expect(lines.at(-1)).toBe('{"n":19999}');
  await table.writeTo(file.csv('n.csv.gz'));
  expect(gunzipSync(await readFile(join(root, 'n.csv.gz'))).toString()).toMatch(/^n\n0\n1\n/);
});

test('an Arrow file is one that the library reads, of many batches or none', async () => {
  const table = Table.of({ n: Array.from({ length: 20_000 }, (_, i) => i), s: Array.from({ length: 20_000 }, (_, i) => `S${i % 7}`) });
  await table.writeTo(file.arrow('n.arrow'));
  const read = tableFromIPC(await readFile(join(root, 'n.arrow')));
  expect(read.numRows).toBe(20_000);
  expect(read.getChild('s').at(19_999)).toBe(`S${19_999 % 7}`);
  await table.where(t => t.n.lt(0)).writeTo(file.arrow('none.arrow'));
  const none = tableFromIPC(await readFile(join(root, 'none.arrow')));
  expect(none.numRows).toBe(0);
  expect(none.names).toEqual(['n', 's']);
});

test('files come in parts where so many rows make one', async () => {
  const table = Table.of({ n: Array.from({ length: 30_000 }, (_, i) => i) });
  const { rows } = await table.writeTo(file.csv('parts/n.csv', { every: 10_000 }));
  expect(rows).toBe(30_000);
  const names = (await readdir(join(root, 'parts'))).sort();
  expect(names.length).toBe(2);
  expect(names[0]).toMatch(/^n-\d{8}T\d{6}Z-1\.csv$/);
  const counts = await Promise.all(names.map(name => read(`parts/${name}`).count()));
  expect(counts.reduce((total, count) => total + count, 0)).toBe(30_000);
});

describe('a path', () => {
  test('leads nowhere but below the folder', async () => {
    await symlink(outside, join(root, 'out'));
    await symlink('/', join(root, 'slash'));
    await symlink(join(root, 'sub'), join(root, 'in'));
    const up = ['..', '../x', '../../x', '../root2/x', 'sub/../../x', 'sub/../../root2/x', './../x', 'a/b/../../../x'];
    const links = ['out/x', 'out/root2/x', 'slash/tmp/x', 'sub/../out/x', 'in/../../x', 'in/../out/x', 'out/new/deep/x'];
    const system = ['/proc/self/x', '/proc/x', '/sys/x', '/dev/null', '/dev/shm/x', '/dev/../dev/x', '/tmp/../proc/x', 'slash/proc/x'];
    const nul = ['a\0b', '\0', '../a\0', '/tmp/\0x', 'sub/\0/../../x'];
    const backslash = ['..\\x', '..\\..\\x', 'sub\\..\\..\\x', 'a/..\\..\\x'];
    const folders = ['sub', 'sub/', '.', './', root, 'in'];
    const cases = [...up, ...links, ...system, ...nul, ...backslash, ...folders];
    expect(cases.length).toBeGreaterThanOrEqual(38);
    const let_through: string[] = [];
    for (const path of cases) {
      const found = await writeTarget(root, path).then(
        ({ full }) => full,
        (error: { code: string }) => {
          expect(error.code).toMatch(/^MR390[34]$/);
          return null;
        },
      );
      if (found !== null) let_through.push(path);
    }
    expect(let_through).toEqual([]);
    // What only looks so is a name like any other.
    for (const path of ['%2e%2e/x', 'sub/%2e%2e%2fx', '...', '..x', 'in/x', 'new/deep/x', ' ..', '~/x']) {
      const { full } = await writeTarget(root, path);
      expect(full.startsWith(`${root}${sep}`)).toBe(true);
    }
    expect((await writeTarget(root, join(outside, 'x'))).full).toBe(join(outside, 'x'));
    await expect(Table.of({ n: [1] }).writeTo(file.csv('../x.csv'))).rejects.toMatchObject({ code: 'MR3903' });
    expect(await readdir(outside)).toEqual(['root', 'root2']);
  });

  test('that is a link is replaced, not followed', async () => {
    await writeFile(join(outside, 'root2', 'mine'), 'kept');
    await symlink(join(outside, 'root2', 'mine'), join(root, 'link.csv'));
    await Table.of({ n: [1] }).writeTo(file.csv('link.csv'));
    expect(await readFile(join(outside, 'root2', 'mine'), 'utf8')).toBe('kept');
    expect(await readFile(join(root, 'link.csv'), 'utf8')).toBe('n\n1\n');
  });
});

test('a full disk is named with the file, what was there stays, and there is room again later', async context => {
  const small = await mkdtemp(join(tmpdir(), 'millrace-small-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
  } catch {
    context.skip('a small disk can be mounted by root alone');
  }
  const tight = createNodeHost({ directory: small });
  setDefaultLink(tight.link());
  try {
    await writeFile(join(small, 'n.csv'), 'older');
    const big = Table.of({ text: Array.from({ length: 100_000 }, (_, i) => `row ${i} ${'x'.repeat(40)}`) });
    for (const format of ['csv', 'ndjson', 'arrow', 'parquet'] as const) {
      const rows = format === 'parquet' ? big.derive(t => ({ more: t.text.concat(t.text) })) : big;
      const failed = rows.writeTo(file[format](`n.${format}`));
      if (format !== 'parquet') await expect(failed).rejects.toMatchObject({ code: 'MR3602', text: expect.stringContaining(`'n.${format}'`) as string });
      else await failed.then(undefined, (error: { code: string }) => expect(error.code).toBe('MR3602'));
    }
    expect(await readFile(join(small, 'n.csv'), 'utf8')).toBe('older');
    expect((await readdir(small)).filter(name => basename(name).includes('tmp'))).toEqual([]);
    await Table.of({ n: [1] }).writeTo(file.csv('n.csv'));
    expect(await readFile(join(small, 'n.csv'), 'utf8')).toBe('n\n1\n');
  } finally {
    setDefaultLink(host.link());
    await tight.close();
    await run('umount', [small]);
    await rm(small, { recursive: true, force: true });
  }
});
