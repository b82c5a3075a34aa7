import { expect, test } from 'vitest';
import type { ViewDescription, ViewMessage, ViewOutput } from '@millrace/protocol';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import { INT32 } from '../../engine/src/columns/types.js';
import { GroupPort } from '../../engine/src/views/groupPort.js';
import { ViewPort } from '../../engine/src/views/viewPort.js';
import type { ArrangeableSource } from '../../engine/src/views/viewSource.js';
import { GroupModel } from '../../ui/src/model/groupModel.js';
import { NO_ROWS } from '../../ui/src/model/noRows.js';
import type { ViewModel } from '../../ui/src/model/viewModel.js';
import { forRandom, type Random } from './random.js';

/** A table whose rows hold the moment at which they were changed last; the newest row always that of the last change. */
class Moments implements ArrangeableSource {
  readonly schema = { fields: [{ name: 'moment', type: INT32, nullable: false }] };
  readonly hasStates = false;
  readonly isOrdered = false;
  readonly maxTime = 0;
  generation = 0;
  version = 0;
  rows: { id: number; moment: number; version: number }[] = [];
  private ids = 0;

  get total(): number {
    return this.rows.length;
  }

  change(random: Random, moment: number): void {
    this.version++;
    if (random.chance(0.05)) {
      this.generation++;
      this.rows = [];
    }
    if (this.rows.length > 0 && random.chance(0.3))
      Object.assign(random.pick(this.rows), { moment, version: this.version });
    if (this.rows.length > 5 && random.chance(0.3)) this.rows.splice(0, 1 + random.below(3));
    this.rows.push({ id: this.ids++, moment, version: this.version });
  }

  positions(from: number, limit: number): Int32Array {
    const count = Math.max(0, Math.min(limit, this.rows.length - from));
    return Int32Array.from({ length: count }, (_, at) => from + at);
  }
  firstAt = (): number => 0;
  rowId = (position: number): number => this.rows[position]!.id;
  rowVersion = (position: number): number => this.rows[position]!.version;
  rowState = (): number => 0;
  reduce = (): null => null;
  gather(positions: Int32Array) {
    const data = positions.map(position => this.rows[position]!.moment);
    return [{ type: INT32, data, valid: null, dictionary: null }];
  }
  arrange(): never {
    throw new Error('Charts are not sorted.');
  }
}

const VIEW: ViewDescription = {
  kind: 'chart',
  title: null,
  lastUs: null,
  maxRows: 100,
  chart: { form: 'vegaLite', spec: {}, tables: 3 },
};
const PART = {
  columns: [{ name: 'moment', type: 'int32', nullable: false }],
  key: [],
  snapshot: { arrow: '', status: NO_ROWS },
};

type Group = Extract<ViewMessage, { type: 'group' }>;

async function grouped(random: Random): Promise<void> {
  const tables = Array.from({ length: 2 + random.below(3) }, () => new Moments());
  let now = 0;
  const work: (() => void)[] = [];
  const timers: { at: number; call: () => void }[] = [];
  const sent: { group: Group; buffers: readonly Uint8Array[] }[] = [];
  const after = (milliseconds: number, call: () => void) => {
    const timer = { at: now + milliseconds, call };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer) >>> 0, 1);
  };
  const group = new GroupPort({
    ...{ parts: tables.length, now: () => now, after },
    defer: each => void work.push(each),
    send: (message, buffers) => void sent.push({ group: message as Group, buffers }),
  });
  const ports = tables.map((source, part) => {
    const port = new ViewPort(
      {
        ...{ source, view: VIEW, key: [], now: () => now, after, encode: encodeArrow },
        status: () => ({ ...NO_ROWS, total: source.total }),
        isFrozen: () => false,
        defer: group.defer,
        send: group.sendOf(part),
      },
      { credit: 1, range: null },
    );
    group.add(port);
    return port;
  });
  const turn = (): void => {
    now += random.below(40);
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.call();
    }
    for (const each of work.splice(0)) each();
  };
  const [, ...others] = tables;
  const output: ViewOutput = {
    ...{ v: 1, viewId: '0', view: VIEW, ...PART },
    parts: others.map((_, at) => ({ viewId: String(at + 1), ...PART })),
  };
  const model = new GroupModel(output);
  const parts = (): readonly (Pick<ViewModel, 'rows'> & { seq: number })[] => [model, ...model.others];
  const newest = (rows: readonly { values: readonly unknown[] }[]): unknown => rows.at(-1)?.values[0] ?? null;

  /** The front end takes one message, or misses it. */
  const take = (loses: boolean): void => {
    const next = sent.shift();
    if (next === undefined || (loses && random.chance(0.1))) return;
    const hasRows = next.group.messages.some(({ message }) => message.type !== 'status');
    if (!hasRows) {
      model.tell(next.group);
      return;
    }
    if (model.apply(next.group, next.buffers) === 'gap') {
      group.receive({ type: 'resync' });
      return;
    }
    // All tables are as they were at one moment.
    expect(new Set(parts().map(part => newest(part.rows()))).size).toBe(1);
    group.receive({ type: 'ack', seq: next.group.seq, credit: 1, paintMs: 0 });
  };

  for (let moment = 1; moment <= 60; moment++) {
    // What happens at one moment happens to all of them before anything else has its turn.
    for (const table of tables) table.change(random, moment);
    for (const port of ports) if (random.chance(0.9)) port.notify();
    if (random.chance(0.7)) turn();
    if (random.chance(0.6)) take(true);
    if (random.chance(0.05)) group.receive({ type: 'hide' });
    if (random.chance(0.1)) group.receive({ type: 'ack', seq: 0, credit: 1, paintMs: 0 });
    if (random.chance(0.02))
      group.receive(random.pick([null, {}, { type: 'x' }, { type: 'ack', seq: 'a' }]) as never);
    // A view tells nothing before it has been heard of.
    expect(sent.length).toBeLessThan(60);
  }
  group.receive({ type: 'ack', seq: 0, credit: 1, paintMs: 0 });
  for (const port of ports) port.notify();
  for (let round = 0; round < 10; round++) turn();
  // All that is under way is lost, and asked for again.
  sent.length = 0;
  group.receive({ type: 'resync' });
  for (let round = 0; round < 200; round++) {
    turn();
    take(false);
  }
  for (const [at, table] of tables.entries()) {
    const shown = parts()[at]!.rows();
    expect(shown.map(({ values }) => values[0])).toEqual(table.rows.map(({ moment }) => moment));
  }
  group.close();
  expect(work).toHaveLength(0);
  await Promise.resolve();
}

test('the tables of a chart are drawn as they were at one moment, whatever is missed, and come to their end', async () => {
  await forRandom(grouped);
}, 60_000);
