import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { INT64, JSON_TYPE, STRING } from '../../../engine/src/columns/types.js';
import { createNodeHost } from '../../../engine/src/node/host.js';
import { webSocketConnector } from '../../../engine/src/node/sources/webSocket.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { decodeArrow } from '../../../engine/src/codecs/arrow.js';
import { count, int64, schema, string, webSocket } from '../../../engine/src/index.js';
import type { ArrivalRowsOptions } from '../../../engine/src/sources/arrivalRows.js';
import { ArrivalRows } from '../../../engine/src/sources/arrivalRows.js';
import { arrivalFormat } from '../../../engine/src/sources/arrivalFormats.js';
import { valueAt } from '../../../engine/src/columns/values.js';
import { newCounters } from '../../../engine/src/sources/counters.js';
import { seededRandom } from '../../../engine/src/sources/random.js';
import { FakeExchange, type FakeExchangeOptions } from '../../support/fakeExchange.js';
import { LiveRows } from '../../support/liveRows.js';
import { batchRows, fieldOf } from '../../support/sourceRows.js';

const FIELDS = [fieldOf('s', STRING), fieldOf('n', INT64), fieldOf('more', JSON_TYPE)];
const MOST_GROWTH = 64 << 20;
const SEED = Number(process.env.MILLRACE_SEED ?? 9);

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function open(options: FakeExchangeOptions = {}, more: Record<string, unknown> = {}) {
  const fake = await FakeExchange.start(options);
  cleanUp.push(() => fake.stop());
  const rows = await LiveRows.open(webSocketConnector, { url: fake.url, ...more }, realWorld('.'), {
    fields: FIELDS,
  });
  cleanUp.push(() => rows.close());
  return { fake, rows };
}

/** By how much the process grows while something happens. */
async function growth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 5);
  await work();
  clearInterval(timer);
  return Math.max(highest, process.memoryUsage.rss()) - before;
}

describe('a hostile server', () => {
  test('that announces a gigabyte is left, and its message counted', async () => {
    const { fake, rows } = await open();
    await expect.poll(() => fake.clients.length).toBe(1);
    const grown = await growth(async () => {
      fake.announce(1 << 30);
      await expect.poll(() => rows.counters.reconnects).toBe(1);
    });
    expect(grown).toBeLessThan(MOST_GROWTH);
    expect(rows.counters).toMatchObject({ rejected: 1 });
    fake.send('{"n":1}');
    await rows.until(({ length }) => length === 1);
  });

  test('that compresses frames without being asked is left', async () => {
    const { fake, rows } = await open();
    await expect.poll(() => fake.clients.length).toBe(1);
    const grown = await growth(async () => {
      fake.announce(1000, { compressed: true });
      await expect.poll(() => rows.counters.reconnects).toBe(1);
    });
    expect(grown).toBeLessThan(MOST_GROWTH);
    fake.send('{"n":1}');
    await rows.until(({ length }) => length === 1);
  });

  test('that sends messages which inflate without end has them counted, and is read on', async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20));
    const { fake, rows } = await open({}, { compression: 'gzip' });
    await expect.poll(() => fake.clients.length).toBe(1);
    const grown = await growth(async () => {
      for (let i = 0; i < 5; i++) fake.send(bomb);
      fake.send('{"n":1}');
      await rows.until(({ length }) => length === 1);
    });
    expect(grown).toBeLessThan(MOST_GROWTH);
    expect(rows.counters).toMatchObject({ rejected: 5, reconnects: 0 });
  });

  test('that answers with two thousand headers is tried again', async () => {
    const grown = await growth(async () => {
      const { fake, rows } = await open({ headers: 2000 });
      await expect.poll(() => fake.connects.length).toBeGreaterThan(1);
      expect(rows.rows.length).toBe(0);
    });
    expect(grown).toBeLessThan(MOST_GROWTH);
    const fake = await FakeExchange.start({ headers: 2000 });
    cleanUp.push(() => fake.stop());
    await expect(
      webSocketConnector.open(
        { name: 'x', options: { url: fake.url }, fields: null, time: null },
        realWorld('.'),
      ),
    ).rejects.toThrow(/MR3502.*(header|Header|Parse)/);
  }, 20_000);
});

describe('hostile messages', () => {
  function reading(more: Partial<ArrivalRowsOptions> = {}) {
    const counters = newCounters();
    const columns = { decoded: FIELDS, fields: FIELDS };
    const format = arrivalFormat({});
    const rows = new ArrivalRows({
      format,
      options: {},
      columns,
      time: null,
      boundUs: 0,
      counters,
      ask: () => undefined,
      ...more,
    });
    /** The rows of a message, and how many milliseconds of the processor one turn took at most. */
    const read = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      const all = [];
      let ms = 0;
      let begun = false;
      while (!begun || !rows.takes) {
        const from = process.cpuUsage();
        rows.begin(8192);
        if (!begun) rows.add({ kind: 'message', atUs: 0, bytes });
        begun = true;
        const batch = rows.batch();
        ms = Math.max(ms, process.cpuUsage(from).user / 1000);
        all.push(...batchRows(batch));
      }
      return { rows: all, ms };
    };
    return { read, counters };
  }

  /** Almost the half megabyte that a row may have, and almost the 16 MB that a message may. */
  const listOf = (value: string, bytes: number): string =>
    `[${Array.from({ length: Math.floor(bytes / (value.length + 1)) }, () => value).join()}]`;
  const [ROW, MESSAGE] = [500_000, 15_500_000];
  const DEEP = '['.repeat(1_000_000);
  const WIDE = `[${'1,'.repeat(900_000)}1]`;
  test.each([
    ['nested a million levels deep', `{"more":${DEEP}${']'.repeat(1_000_000)}}`, 1],
    ['opened and never closed', `{"more":${DEEP}`, 1],
    ['a list of lists of lists', DEEP, 1],
    ['a number of a million digits', `{"n":${'9'.repeat(1_000_000)}}`, 1],
    ['a fraction of a million digits', `{"n":0.${'9'.repeat(1_000_000)}}`, 1],
    ['a number of a million digits where nobody looks', `{"x":${'9'.repeat(1_000_000)},"n":1}`, 1],
    ['a key of half a megabyte', `{"${'k'.repeat(ROW)}":1}`, 0],
    ['a text of a megabyte where a number is expected', `{"n":"${'k'.repeat(1_000_000)}"}`, 1],
    ['forty thousand keys', `{${Array.from({ length: 40_000 }, (_, i) => `"k${i}":1`).join()}}`, 0],
    ['two megabytes of a list of numbers', WIDE, 1],
    ['a string that is not closed', `{"s":"${'a'.repeat(1_000_000)}`, 1],
    ['backslashes', `{"s":"${'\\\\'.repeat(250_000)}"}`, 0],
    ['a row of lists in a column of JSON', `{"more":${listOf('[1,[2]]', ROW)}}`, 0],
    ['a row of objects in a column of JSON', `{"more":${listOf('{"a":1}', ROW)}}`, 0],
    ['a row of texts in a column of JSON', `{"more":${listOf('"ab"', ROW)}}`, 0],
    ['16 MB of text', `{"s":"${'é'.repeat(MESSAGE / 2)}"}`, 1],
    ['16 MB of backslashes', `{"s":"${'\\\\'.repeat(MESSAGE / 2)}"}`, 1],
    ['16 MB of brackets', '['.repeat(MESSAGE), 1],
    ['16 MB of lists in a column of JSON', `{"more":${listOf('[1,[2]]', MESSAGE)}}`, 1],
    ['16 MB of objects in a column of JSON', `{"more":${listOf('{"a":1}', MESSAGE)}}`, 1],
    ['16 MB of digits', `{"n":${'9'.repeat(MESSAGE)}}`, 1],
    ['16 MB of spaces', `{"n":${' '.repeat(MESSAGE)}1}`, 1],
    ['16 MB of lists where nobody looks', `{"x":${listOf('[1,[2]]', MESSAGE)},"n":1}`, 1],
  ])('%s: counted, and over soon', (_, text, rejected) => {
    // The fastest of some: the first ones are compiled.
    let fastest = Infinity;
    for (let i = 0; i < 5; i++) {
      const { read, counters } = reading();
      const { ms, rows } = read(text);
      fastest = Math.min(fastest, ms);
      expect(counters.rejected > 0 ? 1 : 0).toBe(rejected);
      expect(rows.length).toBeLessThanOrEqual(1);
    }
    expect(fastest).toBeLessThan(50);
  });

  test('keys that are no longer in use are not remembered', () => {
    const { read } = reading();
    const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) {
      const places = Array.from({ length: i }, (_, at) => `"k${at}":1,`).join('');
      read(`{${places}"${'k'.repeat(500_000)}":1}`);
    }
    expect(process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before).toBeLessThan(
      MOST_GROWTH,
    );
  });

  test('a thousand ids of 64 bits come exactly', () => {
    const random = seededRandom(SEED);
    const ids = Array.from({ length: 1000 }, () =>
      BigInt.asIntN(
        64,
        (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32)),
      ),
    );
    const { read } = reading();
    expect(read(`[${ids.map(id => `{"n":${id}}`).join()}]`).rows.map(([, n]) => n)).toEqual(ids);
  });

  test('columns whose every value is new do not grow what is held', () => {
    const { read } = reading();
    const heap = () => process.memoryUsage().heapUsed;
    const text = (from: number) =>
      `[${Array.from({ length: 5000 }, (_, i) => `{"s":"order ${from + i} of the whole day"}`).join()}]`;
    for (let i = 0; i < 60; i++) read(text(5000 * i));
    const before = heap();
    for (let i = 60; i < 150; i++) read(text(5000 * i));
    expect(heap() - before).toBeLessThan(96 << 20);
  });
});

describe('names and keys that are special elsewhere', () => {
  async function counted(
    messages: readonly string[],
    total: number,
  ): Promise<{ counts: Map<string, number>; ms: number }> {
    const fake = await FakeExchange.start();
    const host = createNodeHost({ threads: 0 });
    try {
      const link = host.link();
      const trades = webSocket(fake.url, { schema: schema({ symbol: string, n: int64 }) });
      const { plan } = trades.groupBy('symbol').aggregate(() => ({ rows: count() }));
      await link.request({
        type: 'view',
        viewId: 'v',
        plan,
        owner: null,
        view: { kind: 'grid', title: null },
      });
      await expect.poll(() => fake.clients.length).toBe(1);
      const from = performance.now();
      for (const message of messages) fake.send(message);
      while (performance.now() - from < 20_000) {
        const { arrow } = await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 100_000 });
        const { columns, fields, length } = decodeArrow(arrow);
        const column = (name: string) => columns[fields.findIndex(field => field.name === name)];
        const [symbols, rows] = [column('symbol'), column('rows')];
        const counts = new Map(
          Array.from({ length }, (_, row) => [String(valueAt(symbols, row)), Number(valueAt(rows, row))]),
        );
        const sum = [...counts.values()].reduce((a, b) => a + b, 0);
        if (sum === total) return { counts, ms: performance.now() - from };
        await new Promise(resolve => setTimeout(resolve, 10));
      }
      throw new Error(`not all of ${total} rows came`);
    } finally {
      await host.close();
      await fake.stop();
    }
  }

  test('are names like others', async () => {
    const names = ['__proto__', 'constructor', 'toString', '', 'hasOwnProperty', '0', '-1'];
    const messages = Array.from({ length: 7000 }, (_, i) =>
      JSON.stringify({ symbol: names[i % names.length], n: i }),
    );
    messages.push('{"__proto__":{"symbol":"x"},"constructor":1,"symbol":"y","n":1}');
    const { counts } = await counted(messages, 7001);
    expect([...counts].sort()).toEqual(
      [...names.map(name => [name, 1000] as const), ['y', 1] as const].sort(),
    );
  });

  test('that are made to collide cost what others do', { timeout: 60_000 }, async () => {
    const random = seededRandom(SEED);
    const time = async (name: (i: number) => string): Promise<number> => {
      const rows = Array.from({ length: 40_000 }, (_, i) => JSON.stringify({ symbol: name(i), n: i }));
      const messages = Array.from(
        { length: 40 },
        (_, i) => `[${rows.slice(1000 * i, 1000 * (i + 1)).join()}]`,
      );
      const { counts, ms } = await counted(messages, 40_000);
      expect(counts.size).toBe(40_000);
      return ms;
    };
    await time(() => String(random()));
    const usual = await time(() => String(Math.floor(random() * 2 ** 52)));
    const strides = await time(i => String(i * 65_536));
    expect(strides).toBeLessThan(5 * Math.max(usual, 100));
  });
});
