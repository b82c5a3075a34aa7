import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  boolean,
  date,
  decimal,
  duration,
  float64,
  int32,
  int64,
  json,
  postgres,
  schema,
  secret,
  string,
  Table,
  timestamp,
  type PostgresOptions,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { seededRandom } from '../../engine/src/sources/random.js';
import { sql, testServer, type TestServer } from '../support/postgres.js';

let found: TestServer;
let host: SessionHost;
let folder: string;
beforeAll(async () => {
  found = await testServer();
  folder = await mkdtemp(join(tmpdir(), 'millrace-pg-'));
  host = createNodeHost({ directory: folder });
  setDefaultLink(host.link());
  if (found.server !== null)
    await writeFile(
      join(folder, '.env'),
      `PG_URL="${found.server.url}"\nPG_PASSWORD='${found.server.password}'\n`,
    );
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  await found.server?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(context => {
  if (found.server === null) context.skip(found.reason);
});

const ask = (text: string, values: readonly unknown[] = []) => sql(found.server!, text, values);
const to = (options: Partial<PostgresOptions> & { table: string }) =>
  postgres({ url: secret('PG_URL'), ...options });

describe('a table of Postgres', () => {
  test('holds every value of every type as it is', async () => {
    const types = schema({
      b: boolean.nullable(),
      i: int32.nullable(),
      l: int64.nullable(),
      f: float64.nullable(),
      d: decimal(18, 4).nullable(),
      s: string.nullable(),
      day: date.nullable(),
      sec: timestamp('s').nullable(),
      ms: timestamp('ms').nullable(),
      us: timestamp('us').nullable(),
      ns: timestamp('ns').nullable(),
      gap: duration('us').nullable(),
      doc: json().nullable(),
    });
    const row = {
      b: [true, false, null],
      i: [2147483647, -2147483648, null],
      l: [9223372036854775807n, -9223372036854775808n, null],
      f: [NaN, -0, null],
      d: ['12345678901234.5678', '-0.0001', null],
      s: ['a,"b"\\{}\n\'NULL', '', null],
      day: ['2026-01-05', '1969-12-31', null],
      sec: ['2026-01-05T00:00:01Z', '1969-12-31T23:59:59Z', null],
      ms: ['2026-01-05T00:00:00.123Z', '0099-01-01T00:00:00.001Z', null],
      us: ['2026-01-05T00:00:00.123456Z', '1969-12-31T23:59:59.999999Z', null],
      ns: ['2026-01-05T00:00:00.123456789Z', '1969-12-31T23:59:59.999999999Z', null],
      gap: ['1 h', '-1 us', null],
      doc: [{ a: [1, 'x'] }, null, null],
    };
    const table = Table.of(row as never, { schema: types as never });
    const { rows } = await table.writeTo(to({ table: 'every', createTable: true }));
    expect(rows).toBe(3);
    const back = await ask(
      `SELECT b::text, i::text, l::text, f::text, d::text, s, day::text, (sec AT TIME ZONE 'UTC')::text AS sec, (ms AT TIME ZONE 'UTC')::text AS ms,
        (us AT TIME ZONE 'UTC')::text AS us, ns, extract(epoch FROM gap)::text AS gap, doc::text FROM every`,
    );
    expect(back).toEqual([
      {
        b: 'true',
        i: '2147483647',
        l: '9223372036854775807',
        f: 'NaN',
        d: '12345678901234.5678',
        s: 'a,"b"\\{}\n\'NULL',
        day: '2026-01-05',
        sec: '2026-01-05 00:00:01',
        ms: '2026-01-05 00:00:00.123',
        us: '2026-01-05 00:00:00.123456',
        ns: '2026-01-05T00:00:00.123456789Z',
        gap: '3600.000000',
        doc: '{"a": [1, "x"]}',
      },
      {
        b: 'false',
        i: '-2147483648',
        l: '-9223372036854775808',
        f: '-0',
        d: '-0.0001',
        s: '',
        day: '1969-12-31',
        sec: '1969-12-31 23:59:59',
        ms: '0099-01-01 00:00:00.001',
        us: '1969-12-31 23:59:59.999999',
        ns: '1969-12-31T23:59:59.999999999Z',
        gap: '-0.000001',
        doc: null,
      },
      Object.fromEntries(Object.keys(row).map(name => [name, null])),
    ]);
    // The server says the types of what was made.
    const made = await ask(
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'every'::regclass AND attnum > 0 ORDER BY attnum",
    );
    expect(made.map(({ type }) => type)).toEqual([
      'boolean',
      'integer',
      'bigint',
      'double precision',
      'numeric(18,4)',
      'text',
      'date',
      ...Array.from({ length: 3 }, () => 'timestamp with time zone'),
      'text',
      'interval',
      'jsonb',
    ]);
  });

  test('gives back 1,000 random 64-bit integers, and numbers that are not finite', async () => {
    const random = seededRandom(Number(process.env.MILLRACE_SEED ?? 11));
    const word = (): bigint => BigInt(Math.floor(random() * 2 ** 32));
    const ids = Array.from({ length: 1000 }, () => BigInt.asIntN(64, (word() << 32n) | word()));
    const x = ids.map((_, at) => [NaN, Infinity, -Infinity, -0, null, 0.1 + at][at % 6]);
    const types = schema({ id: int64, x: float64.nullable() });
    await Table.of({ id: ids, x } as never, { schema: types }).writeTo(
      to({ table: 'ids', createTable: true }),
    );
    const back = await ask('SELECT id::text, x::text FROM ids');
    expect(back.map(({ id }) => BigInt(id as string))).toEqual(ids);
    expect(back.map(row => (row.x === null ? null : Number(row.x)))).toEqual(x);
  });

  test('takes 200 hostile names and texts as they are', async () => {
    const letters = [
      '"',
      "'",
      '`',
      ';',
      '--',
      '\\',
      '/*',
      '$1',
      '$$',
      '{',
      '}',
      ',',
      ' ',
      '\n',
      'é',
      '😀',
      ')',
      "'; DROP TABLE kept; --",
    ];
    await ask('CREATE TABLE kept (x int)');
    const names = Array.from(
      { length: 200 },
      (_, i) => `${letters[i % letters.length]}${letters[(i * 7) % letters.length]}${i}`,
    );
    for (let from = 0; from < names.length; from += 20) {
      const columns = names.slice(from, from + 20);
      const table = `t${names[from]}`;
      const texts = columns.map(name => [name, `${name}\\"`, 'NULL', '']);
      const rows = Object.fromEntries(columns.map((name, at) => [name, texts[at]]));
      await Table.of(rows as never).writeTo(to({ table, createTable: true }));
      const back = await ask(`SELECT * FROM "${table.replaceAll('"', '""')}"`);
      expect(back).toEqual(
        texts[0].map((_, row) => Object.fromEntries(columns.map((name, at) => [name, texts[at][row]]))),
      );
    }
    expect(await ask('SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
    const bad = ['a\0b', 'x'.repeat(64), 'é'.repeat(32)];
    for (const name of bad) {
      await expect(
        Table.of({ [name]: [1] } as never).writeTo(to({ table: 'bad', createTable: true })),
      ).rejects.toMatchObject({ code: 'MR3916' });
      await expect(
        Table.of({ x: [1] }).writeTo(to({ table: name, createTable: true })),
      ).rejects.toMatchObject({ code: 'MR3916' });
    }
    await expect(
      Table.of({ s: ['a\0b'] }).writeTo(to({ table: 'nul', createTable: true })),
    ).rejects.toMatchObject({
      code: 'MR3917',
      text: expect.stringContaining("'s'") as string,
    });
  });

  test('that is not as it should be is said before anything is written', async () => {
    await ask(
      'CREATE TABLE prices (symbol text, price numeric(10,2), at timestamp(0), must int NOT NULL, small real)',
    );
    const code = (options: Record<string, unknown>, rows: object) =>
      Table.of(rows as never, options.types === undefined ? undefined : ({ schema: options.types } as never))
        .writeTo(to({ table: 'prices' }))
        .then(
          () => null,
          (error: { code: string; message: string }) => error,
        );
    expect(await code({}, { symbols: ['A'] })).toMatchObject({
      code: 'MR3913',
      message: expect.stringMatching(/'symbols'.*'symbol'/) as string,
    });
    expect(await code({}, { small: [1.5] })).toMatchObject({
      code: 'MR3914',
      message: expect.stringMatching(/'small'.*real.*float64/) as string,
    });
    expect(await code({ types: schema({ price: decimal(10, 4) }) }, { price: ['1'] })).toMatchObject({
      code: 'MR3914',
    });
    expect(
      await code({ types: schema({ at: timestamp('us') }) }, { at: ['2026-01-05T00:00:00.5Z'] }),
    ).toMatchObject({ code: 'MR3914' });
    expect(await code({}, { symbol: ['A'] })).toMatchObject({
      code: 'MR3914',
      message: expect.stringContaining("'must'") as string,
    });
    await expect(Table.of({ x: [1] }).writeTo(to({ table: 'price' }))).rejects.toMatchObject({
      code: 'MR3912',
      message: expect.stringContaining("'prices'") as string,
    });
    await expect(
      Table.of({ symbol: ['A'] }).writeTo(to({ table: 'prices', mode: 'upsert', key: 'symbol' })),
    ).rejects.toMatchObject({ code: 'MR3914' });
    await ask('CREATE TABLE nokey (symbol text)');
    await expect(
      Table.of({ symbol: ['A'] }).writeTo(to({ table: 'nokey', mode: 'upsert', key: 'symbol' })),
    ).rejects.toMatchObject({ code: 'MR3915' });
    await expect(
      Table.of({ symbol: ['A'] }).writeTo(to({ table: 'nokey', mode: 'upsert' })),
    ).rejects.toMatchObject({ code: 'MR3915' });
    await ask('CREATE TABLE short (s varchar(3), u int UNIQUE)');
    await expect(Table.of({ s: ['abcd'] }).writeTo(to({ table: 'short' }))).rejects.toMatchObject({
      code: 'MR3918',
    });
    expect(await ask('SELECT * FROM short')).toEqual([]);
  });

  test('is gone on with under a name, and each row is in it once', async () => {
    const numbers = (n: number) => Table.of({ n: Array.from({ length: n }, (_, i) => i) });
    const sink = to({ table: 'resumed', createTable: true, resume: 'numbers' });
    await numbers(20_000).writeTo(sink);
    const { rows } = await numbers(30_000).writeTo(sink);
    expect(rows).toBe(30_000);
    expect(await ask('SELECT count(*)::int AS n, count(DISTINCT n)::int AS d FROM resumed')).toEqual([
      { n: 30_000, d: 30_000 },
    ]);
    await numbers(10).writeTo(to({ table: 'plain', createTable: true }));
    expect(await ask('SELECT name, rows::int FROM millrace_progress')).toEqual([
      { name: 'numbers', rows: 30_000 },
    ]);
  });

  test('takes the last row of each key', async () => {
    const sink = to({ table: 'latest', mode: 'upsert', key: 'k', createTable: true });
    await Table.of({ k: [1, 2, 1, null, null], v: ['a', 'b', 'c', 'd', 'e'] }).writeTo(sink);
    await Table.of({ k: [2, 3, null], v: ['f', 'g', 'h'] }).writeTo(sink);
    expect(await ask('SELECT * FROM latest ORDER BY k')).toEqual([
      { k: '1', v: 'c' },
      { k: '2', v: 'f' },
      { k: '3', v: 'g' },
      { k: null, v: 'h' },
    ]);
  });
});

describe('a credential', () => {
  test('is found beside the notebook, and shown nowhere', async () => {
    const { port, user, password } = found.server!;
    const sink = postgres({
      host: '127.0.0.1',
      port,
      user,
      password: secret('PG_PASSWORD'),
      database: 'postgres',
      table: 'secrets',
      createTable: true,
    });
    const table = Table.of({ x: [1, 2] });
    const write = table.writeTo(sink);
    await write;
    const stats = await host.link().request({ type: 'stats' });
    const wrong = postgres({ host: '127.0.0.1', port, user, password: secret('PG_URL'), table: 'secrets' });
    const refused: unknown = await table.writeTo(wrong).then(undefined, (error: unknown) => error);
    expect(refused).toMatchObject({ code: 'MR3911' });
    const nowhere: unknown = await table
      .writeTo(postgres({ url: secret('PG_PASSWORD'), table: 'secrets' }))
      .then(undefined, (error: unknown) => error);
    expect(nowhere).toMatchObject({ code: 'MR3910' });
    const { inspect } = await import('node:util');
    const seen = [
      stats,
      sink,
      wrong,
      await write.progress(),
      refused,
      nowhere,
      await table.explain({ format: 'data' }),
      (refused as Error).stack,
    ]
      .flatMap(value => [inspect(value, { depth: 20, showHidden: false }), JSON.stringify(value)])
      .join('\n');
    expect(seen).toContain("postgres 'secrets'");
    for (const canary of [password, encodeURIComponent(password), found.server!.url])
      expect(seen).not.toContain(canary);
  });

  test('that is not there is named', async () => {
    await expect(
      Table.of({ x: [1] }).writeTo(postgres({ url: secret('PG_URI'), table: 'x' })),
    ).rejects.toMatchObject({
      code: 'MR3930',
      message: expect.stringMatching(/'PG_URI'.*PG_URL/) as string,
    });
    expect(() => secret('postgres://me:mine@there/db')).toThrow('MR1735');
  });
});
