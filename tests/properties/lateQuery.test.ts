import { expect, test } from 'vitest';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { virtualWorld } from '../support/virtualWorld.js';
import { ALL_CALLS, batchOf, FIELDS, makeHistory, SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 16);

/** A query over a random history: bars, groups, or the rows themselves. */
function makePlan(random: Random): PlanNode {
  const rows = makeHistory(random, 100 + random.below(400), { boundUs: 10, wide: false });
  const batch = batchOf(rows);
  const arrow = encodeArrow(FIELDS, batch.columns, batch.length);
  const source: PlanNode = { ...SOURCE, options: { arrow }, time: { ...SOURCE.time!, boundUs: 10 } };
  const node: AggregateNode = {
    kind: 'aggregate',
    input: source,
    keys: ['symbol'],
    window: random.chance(0.7) ? { type: 'hop', parameters: { sizeUs: 30, slideUs: 10 } } : null,
    allowedLatenessUs: random.pick([0, 15]),
    ...random.pick([{}, { emit: { change: false, everyUs: 1 + random.below(40), rows: null } }]),
    columns: ALL_CALLS,
  };
  return random.chance(0.2) ? source : node;
}

/** The same rows by another plan, so that it is another query. */
const again = (plan: PlanNode, name: string): PlanNode => ({
  kind: 'project',
  input: plan,
  keep: 'all',
  columns: [{ name, expr: { kind: 'literal', type: { kind: 'int32' }, value: 1 } }],
});

test('a query added late equals one running since the start, at every pause and at the end', () =>
  forRandom(async random => {
    const world = virtualWorld('.');
    const host = createSessionHost({ world, connectors: [valuesConnector], sinks: [], defer: setImmediate });
    const link = host.link();
    const view = { kind: 'grid' as const, title: null };
    const plan = makePlan(random);
    const names = ['early'];
    await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 0.001 } });
    await link.request({ type: 'view', viewId: 'early', plan: again(plan, 'early'), owner: null, view });
    for (let pause = 0; pause < 3; pause++) {
      const { endUs } = await link.request({ type: 'clock', command: { type: 'state' } });
      await link.request({ type: 'until', time: 1000 + random.below((endUs ?? 2000) - 900) });
      await link.request({ type: 'clock', command: { type: 'pause' } });
      const name = `late${pause}`;
      names.push(name);
      await link.request({ type: 'view', viewId: name, plan: again(plan, name), owner: null, view });
      await settled(link, names);
      await link.request({ type: 'clock', command: { type: 'play' } });
    }
    await link.request({ type: 'until', time: 'end' });
    await settled(link, names);
    await host.close();
    world.stop();
  }, RUNS));

/** Waits until every view has taken in as many rows, then compares what they show, states included. */
async function settled(link: HostLink, names: readonly string[]): Promise<void> {
  for (;;) {
    const shown = await Promise.all(
      names.map(viewId => link.request({ type: 'viewSnapshot', viewId, limit: 1e6 })),
    );
    if (new Set(shown.map(({ status }) => status.rowsIn)).size > 1) {
      await new Promise(resolve => setImmediate(resolve));
      continue;
    }
    const [first, ...others] = shown.map(({ arrow }) => {
      const { columns, length } = decodeArrow(arrow);
      return Array.from({ length }, (_, row) =>
        text(columns.slice(1).map(column => valueAt(column, row))),
      ).sort();
    });
    for (const rows of others) expect(rows).toEqual(first);
    return;
  }
}
