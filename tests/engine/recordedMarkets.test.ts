import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange, read, replay } from '../../engine/src/index.js';
import type { Table, Trade } from '../../engine/src/index.js';
import { fileInput } from '../../engine/src/node/fileInput.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { RecordingServer } from '../../engine/src/node/recordings/recordingServer.js';
import { realWorld } from '../../engine/src/node/world.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { importRecording, sortedRows, tradeBars } from '../support/tradeBars.js';

const SHARED = resolve(import.meta.dirname, '../..', process.env.MILLRACE_SHARED ?? '../shared');
const DATA = join(SHARED, 'data', 'crypto');

const feeds = {
  'binance_spot_ethusdt_20240808.raw.gz': (url?: string) =>
    exchange.binance({ channel: 'trades', symbols: ['ETHUSDT'], ...(url === undefined ? {} : { url }) }),
  'coinbase_20210417.cryptofeed': (url?: string) =>
    exchange.coinbase({
      channel: 'trades',
      symbols: [
        'BAND-GBP',
        'BAND-BTC',
        'YFI-BTC',
        'NU-GBP',
        'CRV-EUR',
        'SKL-GBP',
        'SKL-USD',
        'SKL-BTC',
        'NMR-EUR',
        'DASH-BTC',
      ],
      ...(url === undefined ? {} : { url }),
    }),
  'binance_futures_20210722.cryptofeed': (url?: string) =>
    exchange.binance({
      channel: 'trades',
      market: 'futures',
      symbols: ['SUSHIUSDT', 'AKROUSDT', 'KEEPUSDT', 'CTKUSDT'],
      ...(url === undefined ? {} : { url }),
    }),
};

describe.skipIf(!existsSync(DATA))('recordings of exchanges (shared data)', () => {
  let folder: string;
  let host: SessionHost;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-markets-'));
    host = createNodeHost({ directory: folder, threads: 0 });
    setDefaultLink(host.link());
  });

  afterAll(async () => {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(Object.keys(feeds) as (keyof typeof feeds)[])(
    '%s: served to the live feed, replayed and read at once, it is one table',
    async name => {
      const feed = feeds[name];
      const world = realWorld(folder);
      const file = `${name.split('.')[0]}.mrec`;
      await importRecording(folder, join(DATA, name), file);

      const replayed = replay(file, { as: feed() });
      const rows = await replayed.rows();
      expect(rows.length).toBeGreaterThan(80);
      const again = await replay(file, { as: feed() }).rows();
      expect(again).toEqual(rows);
      expect(await read(file, { as: feed() }).rows()).toEqual(rows);
      const expected = sortedRows(await tradeBars(replayed).rows());
      const table = read(file, { as: feed() }) as Table<Trade>;
      expect(sortedRows(await tradeBars(table as never).rows())).toEqual(expected);

      const input = await fileInput(folder, file);
      const options = { host: '127.0.0.1', port: 0, speed: Infinity, loop: false, fromUs: null };
      const server = await RecordingServer.start(input, options, world);
      const live = feed(server.url).keep();
      const liveBars = tradeBars(feed(server.url));
      for (const { plan } of [live, liveBars])
        await host.link().request({ type: 'open', plan, owner: 'live' });
      const given = async (): Promise<number> =>
        (await host.link().request({ type: 'stats' })).sources[0].rows;
      while ((await given()) < rows.length) await new Promise(done => setTimeout(done, 20));
      const withoutReceipt = (all: readonly Trade[]): object[] => all.map(({ received: _, ...row }) => row);
      expect(withoutReceipt(await live.rows())).toEqual(withoutReceipt(rows as Trade[]));
      expect(sortedRows(await liveBars.rows())).toEqual(expected);
      await host.link().request({ type: 'releaseOwner', owner: 'live' });
      await server.close();
      await input.close();
    },
  );
});
