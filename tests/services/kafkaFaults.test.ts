import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { INT64 } from '../../engine/src/columns/types.js';
import { kafkaTopic, Stream } from '../../engine/src/index.js';
import { kafkaConnector } from '../../engine/src/node/kafka/kafka.js';
import { kafkaSink } from '../../engine/src/node/kafka/kafkaSink.js';
import { realWorld } from '../../engine/src/node/world.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { seededRandom } from '../../engine/src/sources/random.js';
import type { OpenSource } from '../../engine/src/sources/source.js';
import { FaultyProxy } from '../support/faultyProxy.js';
import { makeTopic, produce, readTopic, testBroker } from '../support/kafka.js';
import type { TestBroker } from '../support/kafka.js';
import { live, Push, pushed, pushes } from '../support/liveFeeds.js';
import { batchRows, fieldOf, sourceRequest } from '../support/sourceRows.js';

const RECOVERY_MS = 10_000;
const SEED = Number(process.env.MILLRACE_SEED ?? 5);
/** Seconds in which what brokers send is changed. */
const CHANGED_MS = Number(process.env.MILLRACE_RUNS ?? 200) < 5000 ? 6000 : 120_000;

let found: TestBroker;
let proxy: FaultyProxy;
let topics = 0;
const cleanUp: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  found = await testBroker({
    advertised: async port => {
      proxy = await FaultyProxy.start(port);
      return proxy.port;
    },
  });
});
afterAll(async () => {
  await found.broker?.stop();
  if (found.broker !== null) await proxy.stop();
});
beforeEach(context => {
  if (found.broker === null) context.skip(found.reason);
});
afterEach(async () => {
  proxy.latencyMs = 0;
  proxy.refuses = proxy.swallows = false;
  proxy.change = null;
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Past the proxy: what tests write and read is not disturbed. */
const direct = () => found.broker!.direct;
const through = () => `127.0.0.1:${proxy.port}`;
const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

async function topicOf(partitions: number): Promise<string> {
  const topic = `faults-${++topics}`;
  await makeTopic(direct(), topic, partitions);
  return topic;
}

const FAULTS: Readonly<Record<string, () => Promise<void>>> = {
  'a slow network': async () => {
    proxy.latencyMs = 300;
    await pause(2500);
    proxy.latencyMs = 0;
  },
  'connections that are reset': async () => {
    for (let k = 0; k < 4; k++) {
      proxy.reset();
      await pause(200);
    }
  },
  'connections that are half open': async () => {
    proxy.freeze();
    await pause(10);
  },
  'connections that end slowly': async () => {
    proxy.slowClose(500);
    await pause(600);
  },
  'brokers that are away': async () => {
    proxy.refuses = true;
    proxy.reset();
    await pause(2000);
    proxy.refuses = false;
  },
};

/** Reads a topic through the proxy, and gathers the numbers of its rows. */
async function reading(
  topic: string,
  group: string,
): Promise<{ rows: number[]; source: OpenSource; rejects: () => readonly string[] }> {
  const source = await kafkaConnector.open(
    sourceRequest(
      { brokers: [through()], topic, from: 'earliest', ...(group === '' ? {} : { group }) },
      { fields: [fieldOf('id', INT64, false)] },
    ),
    realWorld('.'),
  );
  const rows: number[] = [];
  const reader = source.read();
  void (async () => {
    for (let batch = await reader.next(1000); batch !== null; batch = await reader.next(1000))
      rows.push(...batchRows(batch).map(row => Number(row[0])));
  })();
  cleanUp.push(() => source.close());
  return { rows, source, rejects: () => reader.counters.rejects.map(({ reason }) => reason) };
}

/** Writes rows into a topic, a few at a time. */
class Writing {
  made = 0;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(topic: string, partitions: number) {
    this.#done = (async () => {
      while (!this.#stopped) {
        const from = this.made;
        const records = numbers(50).map(i => ({
          value: JSON.stringify({ id: from + i }),
          partition: (from + i) % partitions,
        }));
        await produce(direct(), topic, records);
        this.made += 50;
        await pause(50);
      }
    })();
  }

  async stop(): Promise<number> {
    this.#stopped = true;
    await this.#done;
    return this.made;
  }
}

describe.each(['', 'members'])('a topic that is read by group "%s"', group => {
  test.each(Object.keys(FAULTS))('%s: each record comes once, within ten seconds', async fault => {
    const topic = await topicOf(2);
    const { rows } = await reading(topic, group === '' ? '' : `${group}-${topic}`);
    const writing = new Writing(topic, 2);
    await expect.poll(() => rows.length, { timeout: 20_000 }).toBeGreaterThan(100);
    await FAULTS[fault]();
    const mended = Date.now();
    const then = writing.made;
    await expect.poll(() => writing.made).toBeGreaterThan(then + 50);
    const made = await writing.stop();
    await expect.poll(() => rows.length, { timeout: RECOVERY_MS, interval: 20 }).toBeGreaterThanOrEqual(made);
    expect(Date.now() - mended).toBeLessThan(RECOVERY_MS);
    await pause(300);
    expect([...rows].sort((a, b) => a - b)).toEqual(numbers(made));
  });
});

describe('a topic that is written', () => {
  test.each(Object.keys(FAULTS))(
    '%s: each row is there within ten seconds, and known by its id',
    async fault => {
      const topic = await topicOf(2);
      const feed = new Push();
      pushed.feeds.set('feed', feed);
      const host = createSessionHost({
        world: realWorld('.'),
        connectors: [pushes],
        sinks: [kafkaSink],
        defer: work => void setImmediate(work),
      });
      setDefaultLink(host.link());
      cleanUp.push(async () => {
        setDefaultLink(null);
        await host.close();
      });
      const write = await new Stream<{ readonly ts: unknown; readonly id: number }>(live('feed'))
        .select('id')
        .writeTo(kafkaTopic({ brokers: through(), topic }));
      let next = 0;
      const push = async (milliseconds: number) => {
        for (const end = Date.now() + milliseconds; Date.now() < end; await pause(5))
          await feed.push(...numbers(50).map(() => [next, next++] as const));
      };
      await push(400);
      const breaking = FAULTS[fault]();
      await push(1000);
      await breaking;
      const mended = Date.now();
      await push(300);
      await expect
        .poll(async () => (await write.progress()).waiting, { timeout: 20_000, interval: 50 })
        .toBe(0);
      expect(Date.now() - mended).toBeLessThan(RECOVERY_MS);
      expect((await write.stop()).rows).toBe(next);
      const records = await readTopic(direct(), topic);
      const distinct = new Map(records.map(record => [record.id, record.value.id]));
      expect([...distinct.values()].sort((a, b) => a - b)).toEqual(numbers(next));
      // What came twice is at most what waited for an answer each time.
      expect(records.length - distinct.size).toBeLessThanOrEqual(8192 * 4);
    },
  );
});

test('what brokers send is changed on its way: each record comes once, or a reject says that it does not', async () => {
  const topic = await topicOf(2);
  const random = seededRandom(SEED);
  let changed = 0;
  const crashes: unknown[] = [];
  const crashed = (error: unknown) => crashes.push(error);
  process.on('uncaughtException', crashed);
  process.on('unhandledRejection', crashed);
  try {
    const { rows, rejects } = await reading(topic, '');
    const writing = new Writing(topic, 2);
    await expect.poll(() => rows.length, { timeout: 20_000 }).toBeGreaterThan(100);
    proxy.change = bytes => {
      // Behind what no checksum covers: the lengths, the offsets and the ends of partitions.
      if (random() < 0.7 || bytes.length < 400) return bytes;
      const copy = Buffer.from(bytes);
      copy[200 + Math.floor(random() * (copy.length - 200))] ^= 1 << Math.floor(random() * 8);
      changed++;
      return copy;
    };
    await pause(CHANGED_MS);
    proxy.change = null;
    const made = await writing.stop();
    const all = () => [...new Set([...rows])].length;
    await expect
      .poll(all, { timeout: 20_000, interval: 50 })
      .toBeGreaterThanOrEqual(made - 100 * rejects().length);
    await pause(500);
    expect(new Set(rows).size).toBe(rows.length);
    if (rejects().every(reason => !reason.includes('offsets')))
      expect([...rows].sort((a, b) => a - b)).toEqual(numbers(made));
    expect(changed).toBeGreaterThan(0);
    // Whole frames of anything: the client is left, and comes back.
    proxy.change = bytes => {
      changed++;
      return Buffer.from(bytes.map(byte => (random() < 0.05 ? Math.floor(random() * 256) : byte)));
    };
    proxy.reset();
    await pause(CHANGED_MS);
    proxy.change = null;
    proxy.reset();
    const before = rows.length;
    await produce(direct(), topic, [{ value: JSON.stringify({ id: made }) }]);
    await expect.poll(() => rows.length, { timeout: 20_000 }).toBeGreaterThan(before);
    expect(rejects().length).toBeLessThan(500);
  } finally {
    process.off('uncaughtException', crashed);
    process.off('unhandledRejection', crashed);
  }
  expect(crashes).toEqual([]);
}, 400_000);
