import { expect, test } from 'vitest';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SourceConnector } from '../../engine/src/sources/source.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { virtualWorld } from '../support/virtualWorld.js';
import { ALL_CALLS, batchOf, FIELDS, makeHistory, SOURCE, type HistoryRow } from './histories.js';
import { forRandom, type Random } from './random.js';
import { expectSame, reference, text, type ResultRow } from './reference.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 8);

/** The columns of windows over a union: the key, three of the window, the aggregates. */
const FIELDS_OF_BARS = 4 + ALL_CALLS.length;

/** A source of a union: its rows in the order in which they were recorded. */
interface Input {
  readonly rows: readonly HistoryRow[];
  readonly boundUs: number;
  readonly idleTimeoutUs: number | null;
}

function makeInput(random: Random): Input {
  const boundUs = random.below(15);
  const history = makeHistory(random, random.below(120), { boundUs, wide: false });
  const rows = history.filter(row => row.time !== null && !(row.price !== null && Number.isNaN(row.price)));
  return {
    rows: withGaps(random, rows),
    boundUs,
    idleTimeoutUs: random.chance(0.5) ? 20 + random.below(60) : null,
  };
}

/** Shifts what comes after some rows, so that sources fall silent. */
function withGaps(random: Random, rows: readonly HistoryRow[]): HistoryRow[] {
  let shift = 0n;
  return rows.map(row => {
    if (random.chance(0.03)) shift += BigInt(random.below(300));
    return { ...row, time: row.time! + shift };
  });
}

function sourceNode({ rows, boundUs, idleTimeoutUs }: Input, at: number): SourceNode {
  const { columns, length } = batchOf(rows);
  const fields = FIELDS.map(field => (field.name === 'time' ? { ...field, nullable: false } : field));
  return {
    ...SOURCE,
    name: `source${at}`,
    fields,
    options: { arrow: encodeArrow(fields, columns, length) },
    time: { column: 'time', boundUs, idleTimeoutUs, sequence: 'seq' },
  };
}

/** The rows in the one order that they have; the mark of each is the watermark of all sources together before the next one. */
function merged(inputs: readonly Input[]): HistoryRow[] {
  const keyed = inputs.flatMap(({ rows }, source) => {
    let key = -Infinity;
    return rows.map((row, at) => ({ row, source, at, key: (key = Math.max(key, Number(row.time))) }));
  });
  keyed.sort((a, b) => a.key - b.key || a.source - b.source || a.at - b.at);
  const start = keyed[0]?.key ?? 0;
  const high = inputs.map(() => -Infinity);
  const gone = inputs.map(() => 0);
  const sources = inputs.map((_, at) => at);
  const marks = keyed.map(({ source, key }) => {
    const left = sources.filter(at => gone[at] < inputs[at].rows.length);
    const waited = left.filter(at => {
      const { idleTimeoutUs } = inputs[at];
      return idleTimeoutUs === null || key - (high[at] === -Infinity ? start : high[at]) < idleTimeoutUs;
    });
    const watermarks = sources.map(at => high[at] - inputs[at].boundUs);
    const mark = waited.length > 0 ? Math.min(...waited.map(at => watermarks[at])) : Math.max(...watermarks);
    high[source] = key;
    gone[source]++;
    return mark;
  });
  return keyed.map(({ row }, at) => ({ ...row, mark: marks[at + 1] ?? Infinity }));
}

/** Gives a source's rows in batches of other sizes, and now and then later. */
function cutting(random: Random): SourceConnector {
  return {
    name: 'values',
    async open(request, world) {
      const source = await valuesConnector.open(request, world);
      return {
        ...source,
        read() {
          const reader = source.read();
          return {
            counters: reader.counters,
            async next(maxRows: number) {
              if (random.chance(0.2)) await new Promise(resolve => setImmediate(resolve));
              return reader.next(Math.min(maxRows, 1 + random.below(random.chance(0.3) ? 100 : 8)));
            },
            close: () => reader.close(),
          };
        },
      };
    },
  };
}

function rowsOf(arrow: Uint8Array): ResultRow[] {
  const { columns, length } = decodeArrow(arrow);
  return Array.from({ length }, (_, row) => columns.map(column => valueAt(column, row)));
}

const isKept = (row: HistoryRow): boolean => row.size > 10n;
const kept = (input: PlanNode): PlanNode => ({
  kind: 'filter',
  input,
  predicate: {
    kind: 'call',
    fn: 'gt',
    args: [
      { kind: 'column', name: 'size' },
      { kind: 'literal', type: { kind: 'int32' }, value: 10 },
    ],
  },
});

test('rows of several sources come in one order, and windows over them equal the reference, read at once and by the clock', () =>
  forRandom(async random => {
    const world = virtualWorld('.');
    const host = createSessionHost({ world, connectors: [cutting(random)], sinks: [], defer: setImmediate });
    const link = host.link();
    const inputs = Array.from({ length: 2 + random.below(2) }, () => makeInput(random));
    const sources = inputs.map(sourceNode);
    const union: PlanNode = { kind: 'unionAll', inputs: sources };
    const bars: AggregateNode = {
      kind: 'aggregate',
      input: union,
      keys: ['symbol'],
      columns: ALL_CALLS,
      window: random.chance(0.8) ? { type: 'tumble', parameters: { sizeUs: 20 } } : null,
      allowedLatenessUs: random.pick([0, 15]),
    };
    const arrived = merged(inputs);
    const expected = reference(bars, arrived);
    const keys = bars.window === null ? 1 : 4;
    const read = async (plan: PlanNode): Promise<ResultRow[]> =>
      rowsOf((await link.request({ type: 'read', plan, limit: null, current: false })).arrow);
    const row = (each: HistoryRow): string =>
      text([each.time, each.seq, each.symbol, each.level, each.price, each.size]);

    expect((await read(union)).map(text)).toEqual(arrived.map(row));
    expectSame(await read(bars), expected, keys);
    // A filter below the union changes nothing that is seen of the order.
    const filtered: PlanNode = { kind: 'unionAll', inputs: sources.map(kept) };
    expect((await read(filtered)).map(text)).toEqual(arrived.filter(isKept).map(row));

    const view = { kind: 'grid' as const, title: null };
    const names = [bars, union];
    await link.request({
      type: 'clock',
      command: { type: 'start', at: null, speed: random.pick([0.001, 'max']) },
    });
    for (const [at, plan] of names.entries())
      await link.request({ type: 'view', viewId: `v${at}`, plan, owner: null, view });
    if (random.chance(0.5)) {
      await link.request({ type: 'until', time: 1000 + random.below(300) });
      await link.request({ type: 'clock', command: { type: 'pause' } });
      await link.request({ type: 'clock', command: { type: 'play' } });
    }
    await link.request({ type: 'until', time: 'end' });
    const shown = async (viewId: string): Promise<ResultRow[]> =>
      rowsOf((await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 })).arrow);
    expect((await shown('v1')).map(each => text(each.slice(1)))).toEqual(arrived.map(row));
    // Before a view's columns come the row's number and, for windows, their state.
    const values = FIELDS_OF_BARS - (bars.window === null ? 3 : 0);
    expectSame(
      (await shown('v0')).map(each => each.slice(-values)),
      expected,
      keys,
    );
    await host.close();
    world.stop();
  }, RUNS));
