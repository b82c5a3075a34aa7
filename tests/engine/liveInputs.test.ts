import { expect, test } from 'vitest';
import type { InputSpec } from '@millrace/protocol';
import { filterNode } from '../../engine/src/plan/build.js';
import { inputLiteral } from '../../engine/src/plan/inputLiteral.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';

const HOUR = 3_600_000;

test('over a live feed the table begins with what is kept of it, and says since when', async () => {
  const world = new HandWorld();
  const host = createSessionHost({ world, connectors: [pushes], sinks: [], defer: setImmediate });
  const link = host.link();
  const feed = new Push();
  pushed.feeds.set('ticks', feed);
  const spec: InputSpec = { kind: 'range', label: null, min: 0, max: 9, step: 1, whole: true, value: 0 };
  await link.request({ type: 'input', name: 'least', spec, owner: null });
  const plan = filterNode({
    input: live('ticks'),
    predicate: {
      kind: 'call',
      fn: 'ge',
      args: [{ kind: 'column', name: 'id' }, inputLiteral('least', spec, 0)],
    },
  });
  const view = { kind: 'grid' as const, title: null };
  await link.request({ type: 'view', viewId: 'v', plan, owner: null, view });
  const snapshot = async () => (await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 100 })).status;
  await feed.push([1, 1], [2, 5]);
  const set = async (value: number): Promise<void> => {
    await link.request({ type: 'inputSet', name: 'least', value });
    await quiet();
    await link.request({ type: 'inputsSettled' });
  };
  await set(2);
  // Everything is kept still: nothing is left out, and nothing is said.
  expect(await snapshot()).toMatchObject({ total: 1, state: 'live' });
  expect(await snapshot()).not.toHaveProperty('sinceUs');
  await world.pass(HOUR + 1000);
  const sinceUs = world.now() * 1000;
  await feed.push([3, 7]);
  await feed.push([4, 3]);
  expect(await snapshot()).toMatchObject({ total: 3 });
  await set(1);
  expect(await snapshot()).toMatchObject({ total: 2, state: 'live', sinceUs });
  await feed.push([5, 8]);
  expect(await snapshot()).toMatchObject({ total: 3 });
  await host.close();
});
