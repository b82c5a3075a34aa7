import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { storedZstd } from '../support/packedFiles.js';

/** At full size (`npm run test:long`) the file has more than twice as many bytes as the process may have on its heap, and there are files by the thousand. */
const IS_FULL = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000;
const BYTES = IS_FULL ? 320 << 20 : 24 << 20;
const FILES = IS_FULL ? 3000 : 400;
const START = 1709908200000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-large-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a module in a process of its own and gives what it prints, as JSON. */
async function child(
  script: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  [command, ...before]: readonly string[] = [process.execPath],
) {
  const { stdout } = await promisify(execFile)(
    command,
    [...before, ...args, '--input-type=module', '-e', `${script}\nprocess.exit(0);`],
    { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 64 << 20 },
  );
  return JSON.parse(stdout) as Record<string, number | string>;
}

function* linesOf(bytes: number) {
  yield 'ts,symbol,price,size\n';
  let length = 0;
  for (let i = 0; length < bytes; i += 1000) {
    const piece = Array.from(
      { length: 1000 },
      (_, k) => `${START + i + k},S${(i + k) % 500},${((i + k) % 10_000) / 100},${k}\n`,
    ).join('');
    length += piece.length;
    yield piece;
  }
}

async function byDuckdb(sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

describe('a file larger than the memory there is', () => {
  it.each(['large.csv', 'large.csv.gz', 'large.ndjson', 'large.parquet'])(
    '%s is read as it comes',
    async name => {
      const path = join(folder, name);
      const csv = join(folder, 'large.csv');
      if (name === 'large.csv') {
        await pipeline(Readable.from(linesOf(BYTES)), createWriteStream(path));
      } else if (name.endsWith('.gz')) {
        await pipeline(createReadStream(csv), createGzip({ level: 1 }), createWriteStream(path));
      } else {
        const format = name.endsWith('.parquet')
          ? 'FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1'
          : 'FORMAT json';
        await byDuckdb(`COPY (FROM read_csv('${csv}')) TO '${path}' (${format})`);
      }
      if (!name.endsWith('.gz')) expect((await stat(path)).size).toBeGreaterThanOrEqual(BYTES);
      const result = await child(
        `import { replay, count, sum } from 'millrace';
       const rows = await replay(${JSON.stringify(path)}, { time: 'ts' }).groupBy('symbol').aggregate(t => ({ n: count(), size: sum(t.size) })).rows();
       const total = key => rows.reduce((sum, row) => sum + row[key], 0);
       console.log(JSON.stringify({ groups: rows.length, n: total('n'), size: total('size'), mb: process.resourceUsage().maxRSS / 1024 }));`,
        ['--max-old-space-size=128'],
      );
      let rows = 0;
      for (const piece of linesOf(BYTES)) if (!piece.startsWith('ts')) rows += 1000;
      expect(result).toMatchObject({ groups: 500, n: rows, size: (rows / 1000) * 499_500 });
      expect(result.mb).toBeLessThan(400);
    },
  );
});

describe('many small files', () => {
  it(`${FILES} of the same hours are read with 256 descriptors`, { timeout: 300_000 }, async () => {
    await mkdir(join(folder, 'many'));
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({ length: 20 }, (_, i) => `${START + i * 60_000 + file},f${file},${i}\n`);
      const text = `ts,file,x\n${lines.join('')}`;
      const name = `${String(file).padStart(5, '0')}.csv`;
      if (file % 4 === 3) await writeFile(join(folder, 'many', `${name}.gz`), gzipSync(text));
      else await writeFile(join(folder, 'many', name), text);
    }
    const result = await child(
      `import { replay, count, sum } from 'millrace';
       const source = replay(${JSON.stringify(join(folder, 'many'))}, { time: 'ts' });
       const rows = await source.groupBy('file').aggregate(t => ({ n: count(), x: sum(t.x) })).rows();
       const right = rows.filter(({ n, x }) => n === 20 && x === 190).length;
       console.log(JSON.stringify({ groups: rows.length, right, mb: process.resourceUsage().maxRSS / 1024 }));`,
      [],
      {},
      ['/bin/sh', '-c', 'ulimit -n 256 && exec "$0" "$@"', process.execPath],
    );
    expect(result).toMatchObject({ groups: FILES, right: FILES });
    expect(result.mb).toBeLessThan(200 + FILES * 0.2);
  });
});

describe('files', () => {
  it('are the same in every time zone of the machine', async () => {
    await mkdir(join(folder, 'zones/date=2024-03-31'), { recursive: true });
    const texts = [
      '2024-03-31T02:30:00',
      '2024-03-31 02:30:00.5Z',
      '2024-10-27T02:30:00+02:00',
      '2024-03-10',
    ];
    await writeFile(
      join(folder, 'zones/date=2024-03-31/a.csv'),
      `t,x\n${texts.map((text, i) => `${text},${i}\n`).join('')}`,
    );
    await writeFile(
      join(folder, 'zones.ndjson.gz'),
      gzipSync(texts.map(text => `{"t":"${text}"}\n`).join('')),
    );
    const millis = [0, 9000, 12_600_000, 34_200_000].map(ms => `${ms},1\n`).join('');
    await writeFile(join(folder, 'since_20240331.csv.zst'), storedZstd(new TextEncoder().encode(millis)));
    const script = `import { read } from 'millrace';
      const all = [
        read('zones'), read('zones.ndjson.gz'),
        read('since_20240331.csv.zst', { columns: ['ms', 'x'], time: { column: 'ms', since: 'name', zone: 'Europe/Berlin' } }),
      ];
      const rows = await Promise.all(all.map(table => table.rows()));
      console.log(JSON.stringify({ rows: JSON.stringify(rows), schema: (await Promise.all(all.map(async table => String(await table.schema)))).join() }));`;
    const inFolder = `process.chdir(${JSON.stringify(folder)});\n`;
    const digests = new Set<string>();
    for (const TZ of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York']) {
      const result = await child(`${inFolder}${script}`.replace(/^(.*)\n(import .*)/, '$2\n$1'), [], { TZ });
      expect(result.rows).toContain('2024-03-31T02:30:00Z');
      expect(result.rows).toContain('"2024-03-30T23:00:00Z"');
      digests.add(createHash('sha256').update(JSON.stringify(result)).digest('hex'));
    }
    expect(digests.size).toBe(1);
  });
});
