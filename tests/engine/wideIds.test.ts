import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  count,
  desc,
  file,
  int64,
  min,
  max,
  read,
  schema,
  Table,
  webSocket,
  webSocketServer,
} from '../../engine/src/index.js';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { ndjsonEncoding } from '../../engine/src/codecs/textEncode.js';
import { INT64 } from '../../engine/src/columns/types.js';
import { columnOf, valueAt } from '../../engine/src/columns/values.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { arrivalFormat } from '../../engine/src/sources/arrivalFormats.js';
import { ArrivalRows } from '../../engine/src/sources/arrivalRows.js';
import { newCounters } from '../../engine/src/sources/counters.js';
import { KafkaFrames } from '../../engine/src/sources/kafkaFrames.js';
import { seededRandom } from '../../engine/src/sources/random.js';
import { FakeExchange } from '../support/fakeExchange.js';
import { recorded } from '../support/recordings.js';
import { batchRows, fieldOf, stillWorld } from '../support/sourceRows.js';

const random = seededRandom(Number(process.env.MILLRACE_SEED ?? 11));
const word = (): bigint => BigInt(Math.floor(random() * 2 ** 32));
const EDGES = [0n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const IDS = [...EDGES, ...Array.from({ length: 994 }, () => BigInt.asIntN(64, (word() << 32n) | word()))];
const FIELDS = [fieldOf('id', INT64, false)];
const WIDE = { int64: 'bigint' } as const;
const TYPES = schema({ id: int64 });

let folder = '';
let host: SessionHost;
let link: HostLink;
const cleanUp: (() => unknown)[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-ids-'));
  host = createNodeHost({ directory: folder, threads: 0 });
  link = host.link();
  setDefaultLink(link);
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

const table = () => Table.of({ id: IDS }, { schema: TYPES } as never);
const idsOf = (rows: readonly object[]) => rows.map(row => (row as { id: unknown }).id);

describe('a thousand ids of 64 bits come exactly', () => {
  it.each<[string, (path: string) => ReturnType<typeof file.csv>]>([
    ['csv', path => file.csv(path)],
    ['ndjson', path => file.ndjson(path)],
    ['parquet', path => file.parquet(path)],
    ['arrow', path => file.arrow(path)],
  ])('to a file and from it: %s', async (ending, sink) => {
    await table().writeTo(sink(`ids.${ending}`));
    // As they are found to be, and as they are declared.
    expect(idsOf(await read(`ids.${ending}`).rows(WIDE))).toEqual(IDS);
    const copy = `copy.${ending}`;
    await read(`ids.${ending}`, { schema: TYPES }).writeTo(sink(copy));
    expect(idsOf(await read(copy).rows(WIDE))).toEqual(IDS);
  });

  it('through groups, joins, sorting and aggregates', async () => {
    const sorted = [...IDS].sort((a, b) => (a < b ? 1 : -1));
    expect(
      idsOf(
        await table()
          .sort(t => desc(t.id))
          .rows(WIDE),
      ),
    ).toEqual(sorted);
    const groups = await table()
      .groupBy('id')
      .aggregate(t => ({ n: count(), high: max(t.id), low: min(t.id) }))
      .rows(WIDE);
    expect(idsOf(groups)).toEqual(IDS);
    expect(groups.every(({ id, high, low }) => id === high && id === low)).toBe(true);
    expect(idsOf(await table().join(table(), { by: 'id' }).rows(WIDE))).toEqual(IDS);
    expect(idsOf(await table().distinct('id').rows(WIDE))).toEqual(IDS);
  });

  it('to a view', async () => {
    const { plan } = table();
    const view = { kind: 'grid' as const, title: null };
    await link.request({ type: 'view', viewId: 'ids', plan, owner: null, view });
    await expect
      .poll(async () => {
        const { arrow } = await link.request({ type: 'viewSnapshot', viewId: 'ids', limit: 2000 });
        const { columns, fields, length } = decodeArrow(arrow);
        const at = fields.findIndex(({ name }) => name === 'id');
        return Array.from({ length }, (_, row) => valueAt(columns[at], row));
      })
      .toEqual(IDS);
  });

  it('over a WebSocket, and to the clients of one', async () => {
    const fake = await FakeExchange.start({
      answer: () => [
        `[${IDS.slice(0, 500)
          .map(id => `{"id":${id}}`)
          .join()}]`,
        ...IDS.slice(500).map(id => `{"id":${id}}`),
      ],
    });
    cleanUp.push(() => fake.stop());
    const feed = webSocket(fake.url, { schema: TYPES, subscribe: [{ op: 'subscribe' }] });
    const kept = feed.groupBy('id').aggregate(() => ({ n: count() }));
    const write = kept.writeTo(webSocketServer({ port: 0 }));
    cleanUp.push(() => write.stop());
    await expect
      .poll(async () => (await write.progress()).rows, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(0);
    await expect.poll(async () => (await kept.rows(WIDE)).length, { timeout: 15_000 }).toBe(IDS.length);
    expect(idsOf(await kept.rows(WIDE))).toEqual(IDS);
    const { counts } = await write.progress();
    const client = new WebSocket(`ws://127.0.0.1:${counts.port}`);
    cleanUp.push(() => client.terminate());
    // JSON.parse would round them: the text is what is looked at.
    const seen = new Set<string>();
    client.on('message', data => {
      for (const [, id] of String(data).matchAll(/"id":(-?\d+)/g)) seen.add(id);
    });
    await once(client, 'open');
    await expect.poll(() => seen.size, { timeout: 15_000 }).toBe(IDS.length);
    expect([...seen].sort()).toEqual(IDS.map(String).sort());
  });

  it('from a recording', async () => {
    const arrivals = IDS.map((id, k) => ({ kind: 'text' as const, atUs: 1e15 + k, text: `{"id":${id}}` }));
    const { bytes } = await recorded(arrivals, { chunkBytes: 3000 }, stillWorld('.'), FIELDS);
    writeFileSync(join(folder, 'ids.mrec'), bytes);
    expect(idsOf(await read('ids.mrec').rows(WIDE))).toEqual(IDS);
  });

  it('as records of Kafka', () => {
    const frames = new KafkaFrames();
    frames.partitions([0]);
    const encoding = ndjsonEncoding({ fields: FIELDS });
    const column = columnOf(INT64, IDS);
    const batch = {
      schema: { fields: FIELDS },
      length: IDS.length,
      columns: [column],
      kinds: null,
      marks: null,
      watermark: 0,
    };
    const values = new TextDecoder().decode(encoding.rows(batch)).trimEnd().split('\n');
    values.forEach((value, k) =>
      frames.record({
        partition: 0,
        offset: BigInt(k),
        timestampMs: 1_700_000_000_000n,
        key: null,
        value: new TextEncoder().encode(value),
      }),
    );
    const counters = newCounters();
    const rows = new ArrivalRows({
      format: arrivalFormat({ decode: 'kafka' }),
      options: {},
      columns: { decoded: FIELDS, fields: FIELDS },
      time: null,
      boundUs: 0,
      counters,
      ask: () => undefined,
    });
    rows.begin(2000);
    rows.add({ kind: 'message', atUs: 0, bytes: frames.take() });
    expect(batchRows(rows.batch()).map(([id]) => id)).toEqual(IDS);
    expect(counters.rejected).toBe(0);
  });

  it('as text that anybody can read', () => {
    const text = readFileSync(join(folder, 'ids.ndjson'), 'utf8').trimEnd().split('\n');
    expect(text).toEqual(IDS.map(id => `{"id":${id}}`));
  });
});
