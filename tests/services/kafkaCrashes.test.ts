import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../engine/src/sources/random.js';
import { ROOT } from '../support/checkout.js';
import { makeTopic, produce, readTopic, testBroker } from '../support/kafka.js';
import type { TestBroker } from '../support/kafka.js';
import { sql, testServer } from '../support/postgres.js';
import type { TestServer } from '../support/postgres.js';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);
/** `npm run test:long` kills writers a hundred times. */
const WRITER_CRASHES = RUNS >= 1000 ? 100 : 2;
/** Each costs the ten seconds after which a group gives up a member. */
const READER_CRASHES = RUNS >= 1000 ? 15 : 1;
const SEED = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);
const ROWS = 40_000;
/** A unit of a write. */
const UNIT = 8192;

let folder: string;
let broker: TestBroker;
let database: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-killed-'));
  [broker, database] = await Promise.all([testBroker(), testServer()]);
  writeFileSync(
    join(folder, 'rows.ndjson'),
    Array.from({ length: ROWS }, (_, id) => `{"id":${id},"key":${id % 1000},"text":"row ${id}"}\n`).join(''),
  );
});
afterAll(async () => {
  await broker.broker?.stop();
  await database.server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const random = seededRandom(SEED);

/** Starts a script, and kills it so many milliseconds after it says that it has begun; null: never. Returns what it said. */
async function run(
  script: string,
  args: readonly string[],
  killMs: number | null,
  enough: (text: string) => boolean = () => false,
) {
  const child = spawn(process.execPath, [join(ROOT, 'tests/support', script), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let failure = '';
  child.stderr.on('data', (data: Buffer) => (failure += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    const isFirst = said === '';
    said += data.toString();
    if (isFirst && killMs !== null) setTimeout(() => child.kill('SIGKILL'), killMs);
    if (enough(said)) child.kill('SIGKILL');
  });
  const [code, signal] = await new Promise<[number | null, string | null]>(resolve =>
    child.once('close', (...how) => resolve(how)),
  );
  if (signal === null && code !== 0) throw new Error(`seed ${SEED}: ${failure}`);
  return { said, wasKilled: signal !== null };
}

/** Kills writers of a target again and again, with a new target each time one is done; `check` looks at each that is. */
async function crashes(
  targetOf: (round: number) => Promise<object>,
  check: (round: number, kills: number) => Promise<void>,
) {
  let killed = 0;
  for (let round = 0; killed < WRITER_CRASHES; round++) {
    const target = JSON.stringify(await targetOf(round));
    let kills = 0;
    for (;;) {
      const isLast = kills >= 12 || killed >= WRITER_CRASHES;
      const { wasKilled } = await run(
        'writeUntilKilled.mjs',
        ['rows.ndjson', target],
        isLast ? null : 300 + random() * 2200,
      );
      if (!wasKilled) break;
      kills++;
      killed++;
    }
    await check(round, kills);
  }
}

const isBuilt = existsSync(join(ROOT, 'engine/dist/node/index.js'));

describe.skipIf(!isBuilt)('writers that are killed', { timeout: 3_000_000 }, () => {
  test(`${WRITER_CRASHES} times, at any moment: Postgres has each row once`, async context => {
    if (database.server === null) return context.skip(database.reason);
    const { server } = database;
    const place = { kind: 'postgres', url: server.url, createTable: true };
    await crashes(
      round => Promise.resolve({ ...place, table: `rows_${round}`, mode: 'insert', resume: `rows ${round}` }),
      async round => {
        const [found] = await sql(
          server,
          `SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids, sum(id)::bigint::text AS total FROM rows_${round}`,
        );
        expect(found).toEqual({ rows: ROWS, ids: ROWS, total: String((ROWS * (ROWS - 1)) / 2) });
      },
    );
  });

  test(`${WRITER_CRASHES} times: Postgres has the last row of each key`, async context => {
    if (database.server === null) return context.skip(database.reason);
    const { server } = database;
    const place = { kind: 'postgres', url: server.url, createTable: true };
    await crashes(
      round => Promise.resolve({ ...place, table: `keys_${round}`, mode: 'upsert', key: ['key'] }),
      async round => {
        const found = await sql(server, `SELECT key::int, id::int FROM keys_${round} ORDER BY key`);
        expect(found).toEqual(Array.from({ length: 1000 }, (_, key) => ({ key, id: ROWS - 1000 + key })));
      },
    );
  });

  test(`${WRITER_CRASHES} times: Kafka has each row, those that are there twice by one id, and no more than a unit of them a crash`, async context => {
    if (broker.broker === null) return context.skip(broker.reason);
    const { address } = broker.broker;
    await crashes(
      async round => {
        await makeTopic(address, `killed-${round}`, 3);
        return { kind: 'kafka', brokers: [address], topic: `killed-${round}`, resume: 'rows' };
      },
      async (round, kills) => {
        const records = await readTopic(address, `killed-${round}`);
        const byId = new Map(records.map(record => [record.id, record.value.id]));
        expect([...byId.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, id) => id));
        // A run that ends goes on in its last unit, too.
        expect(records.length - ROWS).toBeLessThanOrEqual(kills * UNIT);
      },
    );
  });
});

describe.skipIf(!isBuilt)('readers that are killed', { timeout: 3_000_000 }, () => {
  test(`${READER_CRASHES} times: a group has seen each row, and again only what was not yet committed`, async context => {
    if (broker.broker === null) return context.skip(broker.reason);
    const { address } = broker.broker;
    await makeTopic(address, 'read', 2);
    const count = 8000 * (READER_CRASHES + 1);
    await produce(
      address,
      'read',
      Array.from({ length: count }, (_, id) => ({ value: `{"id":${id}}`, partition: id % 2 })),
    );
    const seen = new Map<number, number>();
    const note = (said: string) => {
      // The last line may be cut where it was killed.
      const lines = said.slice(0, said.lastIndexOf('\n') + 1).split('\n');
      for (const line of lines.slice(1))
        for (const id of line.split(' ').filter(Boolean))
          seen.set(Number(id), (seen.get(Number(id)) ?? 0) + 1);
    };
    for (let crash = 0; crash < READER_CRASHES; crash++) {
      const rows = 200 + Math.floor(random() * 12_000);
      const enough = (text: string) => text.split(' ').length > Math.min(rows, (count - seen.size) / 2);
      note((await run('consumeUntilKilled.mjs', [address, 'read', 'killed'], null, enough)).said);
    }
    const left = (text: string) => {
      const all = new Set(seen.keys());
      for (const id of text.split(/\s/)) if (/^\d+$/.test(id)) all.add(Number(id));
      return all.size >= count;
    };
    note((await run('consumeUntilKilled.mjs', [address, 'read', 'killed'], null, left)).said);
    expect(seen.size).toBe(count);
    const again = [...seen.values()].reduce((sum, times) => sum + times - 1, 0);
    // Less than half of what was read: most of it had been committed.
    expect(again).toBeLessThan(count);
  });
});
