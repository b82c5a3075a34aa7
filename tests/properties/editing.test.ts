import { expect, test } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { INT32 } from '../../engine/src/columns/types.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { AggregateCall, Expr } from '../../engine/src/expr/ast.js';
import type { WindowSpec } from '../../engine/src/plan/nodes/aggregate.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink } from '../../engine/src/session/protocol.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';
import { forRandom, type Random } from './random.js';
import { text } from './reference.js';

const GRID = { kind: 'grid' as const, title: null };
const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 4);

const column = (name: string): Expr => ({ kind: 'column', name });
const number = (value: number): Expr => ({ kind: 'literal', type: INT32, value });
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });
const aggregate = (fn: string, ...args: Expr[]): AggregateCall => ({
  fn,
  args,
  where: null,
  distinct: false,
  options: {},
});

/** Rows of the feed with a key, in windows or in groups: what cells have in common. */
function makeBars(random: Random): PlanNode {
  const keyed: PlanNode = {
    kind: 'project',
    input: live('edited'),
    keep: 'all',
    columns: [{ name: 'key', expr: call('mod', column('id'), number(3)) }],
  };
  return {
    kind: 'aggregate',
    input: keyed,
    keys: ['key'],
    window: random.pick<WindowSpec | null>([
      null,
      { type: 'tumble', parameters: { sizeUs: 10e6 } },
      { type: 'hop', parameters: { sizeUs: 10e6, slideUs: 5e6 } },
      { type: 'session', parameters: { gapUs: 3e6 } },
    ]),
    allowedLatenessUs: random.pick([0, 5e6]),
    columns: [
      { name: 'n', call: aggregate('count') },
      { name: 'total', call: aggregate('sum', column('id')) },
    ],
  };
}

/** What a cell makes of bars: filters, columns, places, groups, one on the other. */
function makeCell(random: Random, bars: PlanNode): PlanNode {
  let plan = bars;
  for (let steps = 1 + random.below(3); steps > 0; steps--) {
    plan = random.pick<() => PlanNode>([
      () => ({ kind: 'filter', input: plan, predicate: call('gt', column('n'), number(random.below(4))) }),
      () => ({
        kind: 'project',
        input: plan,
        keep: 'all',
        columns: [{ name: 'n', expr: call('add', column('n'), number(random.below(3))) }],
      }),
      () => ({
        kind: 'topN',
        input: plan,
        rows: 1 + random.below(3),
        order: [{ expr: column('total'), descending: random.chance(0.5) }],
        within: random.pick([[], ['key']]),
        rowNumber: null,
      }),
      () => ({
        kind: 'aggregate',
        input: plan,
        keys: ['key'],
        window: null,
        allowedLatenessUs: 0,
        columns: [
          { name: 'n', call: aggregate(random.pick(['min', 'max', 'sum']), column('n')) },
          { name: 'total', call: aggregate('sum', column('total')) },
        ],
      }),
      () => ({ kind: 'distinct', input: plan, columns: ['key', 'n', 'total'] }),
    ])();
  }
  return plan;
}

/** The rows of a view, in no order. */
async function shown(link: HostLink, viewId: string): Promise<string[]> {
  const { arrow } = await link.request({ type: 'viewSnapshot', viewId, limit: 10_000 });
  const { fields, columns, length } = decodeArrow(arrow);
  // Rows of a view have numbers, which say when each came.
  const shown = columns.filter((_, k) => fields[k].name !== '__row');
  return Array.from({ length }, (_, row) => text(shown.map(each => valueAt(each, row)))).sort();
}

const start = () =>
  createSessionHost({ world: new HandWorld(), connectors: [pushes], sinks: [], defer: setImmediate });

test('a cell that is edited shows what it would show had it been there from the start', () =>
  forRandom(async random => {
    const host = start();
    const link = host.link();
    const bars = makeBars(random);
    const feed = new Push();
    pushed.feeds.set('edited', feed);
    let plan = makeCell(random, bars);
    const run = async (): Promise<void> => {
      await link.request({ type: 'retireOwner', owner: 'cell' });
      await link.request({ type: 'view', viewId: 'cell', plan, owner: 'cell', view: GRID });
      await link.request({ type: 'settleOwner', owner: 'cell' });
    };
    await run();
    const given: [number, number][][] = [];
    let second = 0;
    for (let piece = 0; piece < 6; piece++) {
      const rows = Array.from({ length: random.below(8) }, (): [number, number] => {
        second += random.below(4);
        return [Math.max(0, second - random.below(4)), random.below(50)];
      });
      given.push(rows);
      await feed.push(...rows);
      if (random.chance(0.6)) {
        if (random.chance(0.8)) plan = makeCell(random, bars);
        await run();
      }
      await quiet();
      const fresh = start();
      const again = new Push();
      pushed.feeds.set('edited', again);
      const other = fresh.link();
      await other.request({ type: 'view', viewId: 'fresh', plan, owner: null, view: GRID });
      for (const each of given) await again.push(...each);
      await quiet();
      expect(await shown(link, 'cell')).toEqual(await shown(other, 'fresh'));
      await fresh.close();
      pushed.feeds.set('edited', feed);
    }
    await link.request({ type: 'releaseOwner', owner: 'cell' });
    expect((await link.request({ type: 'stats' })).sources).toEqual([]);
    await host.close();
  }, RUNS));
