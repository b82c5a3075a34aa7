import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PanelMessage, PanelState } from '@millrace/protocol';
import { clock, count, int64, replay, schema, string, timestamp, tumble } from '../../engine/src/index.js';
import { fileConnector } from '../../engine/src/node/sources/file.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { seededRandom } from '../../engine/src/sources/random.js';
import { virtualWorld } from '../support/virtualWorld.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 11);
const RUNS = Math.max(8, Math.round(Number(process.env.MILLRACE_RUNS ?? 200) / 25));
const START = Date.UTC(2026, 0, 5, 14, 30);
const BOUND_MS = 2000;

/** Lines of a file, some late, some that are no rows; and what is true of them. */
function history(random: () => number) {
  const lines: string[] = [];
  const places: number[] = [];
  let at = START;
  let highest = -Infinity;
  let [late, lateByMs, rejected, great] = [0, 0, 0, 0];
  for (let k = 0, rows = 50 + Math.floor(random() * 200); k < rows; k++) {
    at += Math.floor(random() * 1500);
    if (random() < 0.05) {
      rejected++;
      lines.push(random() < 0.5 ? 'no row' : `${new Date(at).toISOString()},A,none`);
      continue;
    }
    const time = random() < 0.1 ? at - Math.floor(random() * 8000) : at;
    const size = Math.floor(random() * 100);
    if (size > 50) great++;
    if (highest - time > BOUND_MS) {
      late++;
      lateByMs = Math.max(lateByMs, highest - time);
    }
    highest = Math.max(highest, time);
    places.push(highest);
    lines.push(`${new Date(time).toISOString()},${random() < 0.5 ? 'A' : 'B'},${size}`);
  }
  return { text: `ts,symbol,size\n${lines.join('\n')}\n`, places, late, lateByMs, rejected, great };
}

test('figures of random histories are those of a count over all of their rows', async () => {
  for (let run = 0; run < RUNS; run++) {
    const random = seededRandom(SEED * 1000 + run);
    const { text, places, late, lateByMs, rejected, great } = history(random);
    const directory = mkdtempSync(join(tmpdir(), 'figures-'));
    writeFileSync(join(directory, 'trades.csv'), text);
    const world = virtualWorld(directory, START);
    const host = createSessionHost({ world, connectors: [fileConnector], sinks: [], defer: setImmediate });
    const link = host.link();
    setDefaultLink(link);
    try {
      const trades = replay('trades.csv', {
        name: 'trades',
        schema: schema({ ts: timestamp('ms'), symbol: string, size: int64 }),
        time: 'ts',
        watermark: '2 s',
      });
      const bars = trades
        .where(t => t.size.gt(50))
        .window(tumble('5 s'))
        .groupBy('symbol')
        .aggregate(() => ({ n: count() }));
      await clock.start({ speed: 60 });
      const view = { kind: 'grid' as const, title: null };
      await link.request({ type: 'view', viewId: 'v', plan: bars.plan, owner: 'c', view });
      const messages: PanelMessage[] = [];
      const panel = host.attachPanel({ v: 1 }, message => messages.push(message));
      const state = async (plans: readonly string[] = []): Promise<PanelState> => {
        const { length } = messages;
        panel.receive({ type: 'look', detail: 'all', plans });
        await expect.poll(() => messages.length, { interval: 1 }).toBeGreaterThan(length);
        return (messages.at(-1) as Extract<PanelMessage, { type: 'state' }>).state;
      };
      const stop = START + Math.floor(random() * (Math.max(...places) - START));
      await link.request({ type: 'until', time: stop * 1000 });
      await clock.pause();
      const { sources } = await state();
      // A clock that goes on until it is told to stand lets some more out.
      const now = (await link.request({ type: 'clock', command: { type: 'state' } })).nowUs ?? 0;
      const out = places.filter(place => place * 1000 <= now).length;
      expect(sources[0].rows, `run ${run}`).toBe(out);
      await clock.play();
      await link.request({ type: 'until', time: 'end' });
      const { sources: ended, queries } = await state();
      const { plans } = await state([queries[0].id]);
      expect(ended[0], `run ${run}`).toMatchObject({
        rows: places.length,
        late,
        lateByUs: lateByMs * 1000,
        rejected,
      });
      expect(queries[0].rowsIn).toBe(places.length);
      const [source, filter, windows, table] = plans[0].nodes;
      expect([source.rowsOut, filter.rowsIn, filter.rowsOut, windows.rowsIn]).toEqual([
        places.length,
        places.length,
        great,
        great,
      ]);
      expect([table.rowsIn, table.rowsOut]).toEqual([windows.rowsOut, queries[0].rows]);
    } finally {
      setDefaultLink(null);
      await host.close();
      world.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  }
});
