import { expect, it } from 'vitest';
import { count, Stream, type StreamTable } from '../../engine/src/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';
import { forRandom } from './random.js';

interface Event {
  ts: unknown;
  id: number;
}

it('a watch tells every state that stays, once, and nothing else', () =>
  forRandom(
    async random => {
      const feed = new Push();
      const name = `feed ${random.next()}`;
      pushed.feeds.set(name, feed);
      const host = createSessionHost({
        world: new HandWorld(),
        connectors: [pushes],
        sinks: [],
        defer: work => void setImmediate(work),
      });
      setDefaultLink(host.link());
      const events = new Stream<Event>(live(name));
      // Rows of the table go again when they are too many, and a highest number often stays as it is.
      const table = (random.chance(0.5)
        ? events.groupBy('id').aggregate(() => ({ n: count() }))
        : events.keep({ rows: 6 })) as unknown as StreamTable<{ id: number }>;
      const kv = table.index('id');
      const told = new Map<number, unknown[]>();
      const expected = new Map<number, unknown[]>();
      const stops = new Map<number, () => void>();
      const settle = async () => {
        await quiet();
        for (const watched of stops.keys()) {
          const state = await kv.get(watched);
          const known = expected.get(watched)!;
          const before = known.length === 0 ? null : known.at(-1);
          if (JSON.stringify(state) !== JSON.stringify(before)) known.push(state);
        }
        expect(told).toEqual(expected);
      };
      for (let step = 0; step < 12; step++) {
        const id = random.below(4);
        if (random.chance(0.4) && !stops.has(id)) {
          told.set(id, []);
          expected.set(id, []);
          const stop = kv.watch(id, row => told.get(id)!.push(row));
          stops.set(id, stop);
          await settle();
        } else if (random.chance(0.15)) {
          stops.get(id)?.();
          stops.delete(id);
        }
        if (random.chance(0.8)) {
          const many = Array.from({ length: 1 + random.below(4) }, () => [step, random.below(4)] as const);
          await feed.push(...many);
        }
        await settle();
      }
      await kv.close();
      setDefaultLink(null);
      await host.close();
      pushed.feeds.delete(name);
    },
    Math.min(60, Number(process.env.MILLRACE_RUNS ?? 60)),
  ));
