import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange, replay } from '../../../engine/src/index.js';
import type { Stream, Trade } from '../../../engine/src/index.js';
import { fileInput } from '../../../engine/src/node/fileInput.js';
import { RecordingServer } from '../../../engine/src/node/recordings/recordingServer.js';
import { realWorld } from '../../../engine/src/node/world.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import type { SessionHost } from '../../../engine/src/session/protocol.js';
import { Gate, gatedHost } from '../../support/gatedHistory.js';
import { importRecording, sortedRows, tradeBars } from '../../support/tradeBars.js';

const SHARED = resolve(import.meta.dirname, '../../..', process.env.MILLRACE_SHARED ?? '../shared');
const DATA = join(SHARED, 'data', 'crypto');

type Feed = (given?: { readonly url?: string; readonly name?: string }) => Stream<Trade>;
const FEEDS: Readonly<Record<string, Feed>> = {
  'binance_spot_ethusdt_20240808.raw.gz': given =>
    exchange.binance({ channel: 'trades', symbols: ['ETHUSDT'], ...given }),
  'coinbase_20210417.cryptofeed': given =>
    exchange.coinbase({ channel: 'trades', symbols: ['SKL-USD', 'NMR-EUR'], ...given }),
  'binance_futures_20210722.cryptofeed': given =>
    exchange.binance({ channel: 'trades', market: 'futures', symbols: ['SUSHIUSDT'], ...given }),
};

/** So many lines of a recording are taken; all of them in long runs. */
const MOST_LINES = Number(process.env.MILLRACE_RUNS ?? 0) > 200 ? Infinity : 12_000;

/** When a row was received, and what its connection has missed before it, are another thing in a recording and live. */
const unreceived = (rows: readonly Trade[]): string[] =>
  rows.map(({ received: _, missed: __, ...row }) => JSON.stringify(row));

describe.skipIf(!existsSync(DATA))('recorded exchanges, the rest of which is live (shared data)', () => {
  let folder: string;
  let host: SessionHost;
  let gate: Gate;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-markets-'));
    gate = new Gate();
    host = gatedHost(folder, gate);
    setDefaultLink(host.link());
  });

  afterEach(async () => {
    setDefaultLink(null);
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + 15_000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`this does not come true: ${condition.toString()}`);
      await new Promise(done => setTimeout(done, 10));
    }
  };

  /** Imports some of the lines of a recording. */
  async function imported(name: string, lines: readonly string[], part: string): Promise<string> {
    const raw = join(folder, `${part}.${name.replace('.gz', '')}`);
    writeFileSync(raw, lines.join('\n') + '\n');
    await importRecording(folder, raw, `${part}.mrec`);
    return `${part}.mrec`;
  }

  test.each(
    Object.keys(FEEDS).flatMap(name =>
      (['before', 'amid', 'after'] as const).map(when => [name, when] as const),
    ),
  )(
    '%s: live from %s the end of history on, the table is that of the whole recording',
    async (name, when) => {
      const feed = FEEDS[name];
      const bytes = readFileSync(join(DATA, name));
      const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
        .toString()
        .split('\n')
        .filter(Boolean)
        .slice(0, MOST_LINES);
      // The lines in the middle are in both.
      const [from, to] = [Math.floor(lines.length * 0.45), Math.floor(lines.length * 0.55)];
      const whole = replay(await imported(name, lines, 'whole'), { as: feed() }) as Stream<Trade>;
      const first = replay(await imported(name, lines.slice(0, to), 'first'), {
        as: feed(),
        name: 'history',
      }) as Stream<Trade>;
      const rest = await imported(name, lines.slice(from), 'rest');
      const expected = (await whole.rows()) as Trade[];
      const bars = sortedRows(await tradeBars(whole).final().rows());

      const input = await fileInput(folder, rest);
      const options = { host: '127.0.0.1', port: 0, speed: Infinity, loop: false, fromUs: null };
      const server = await RecordingServer.start(input, options, realWorld(folder));
      const trades = first.followedBy(feed({ url: server.url, name: 'live' }), {
        by: 'symbol',
        sequence: 'id',
      });
      const made = tradeBars(trades);
      if (when === 'after') gate.open();
      if (when === 'amid') gate.open(40);
      for (const { plan } of [trades, made]) await host.link().request({ type: 'open', plan, owner: 'live' });
      const meeting = async () => (await trades.stats()).operators[0].meeting!;
      const liveRows = (await replay(rest, { as: feed() }).rows()).length;
      if (when !== 'after') await until(async () => (await meeting()).live.rows === liveRows);
      gate.open();
      await until(async () => (await meeting()).state === 'met' && (await meeting()).live.rows === liveRows);
      expect(unreceived((await trades.rows()) as Trade[])).toEqual(unreceived(expected));
      const { live, missing, gaps, history } = await meeting();
      expect(history.rows + live.rows - live.duplicates).toBe(expected.length);
      expect(live.duplicates).toBeGreaterThan(0);
      // What the venue's own numbers say of the whole recording.
      const ids = new Map<string, Set<number>>();
      for (const { symbol, id } of expected)
        if (id !== null) ids.set(symbol, (ids.get(symbol) ?? new Set()).add(id));
      const lacking = [...ids.values()].reduce(
        (sum, set) => sum + Math.max(...set) - Math.min(...set) + 1 - set.size,
        0,
      );
      expect(missing).toBe(lacking);
      expect(gaps.length > 0).toBe(lacking > 0);
      const last = Math.max(...expected.map(({ ts }) => ts.epochMilliseconds)) - 10_000;
      const done = (await made.rows()).filter(({ windowEnd }) => windowEnd.epochMilliseconds < last);
      expect(bars).toEqual(expect.arrayContaining(sortedRows(done)));
      await host.link().request({ type: 'releaseOwner', owner: 'live' });
      await server.close();
      await input.close();
    },
    30_000,
  );
});
