import type { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { RowKind, type Batch } from '../../engine/src/columns/batch.js';
import { INT64, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import { clock, count, Stream, sum, Table } from '../../engine/src/index.js';
import { netChanges } from '../../engine/src/node/sinks/postgres/changes.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import {
  ChangeHighWater,
  RowHighWater,
  type HighWater,
  type RunPlace,
} from '../../engine/src/sinks/highWater.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';
import { listSink, troubled } from '../support/listSink.js';
import { forRandom, type Random } from './random.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 8);
const FIELDS: readonly Field[] = [
  { name: 'key', type: INT64, nullable: true },
  { name: 'total', type: INT64, nullable: false },
];

interface Event {
  readonly time: number;
  readonly key: bigint | null;
  readonly by: bigint;
}

function makeEvents(random: Random): Event[] {
  return Array.from({ length: 1 + random.below(60) }, (_, time) => ({
    time,
    key: random.chance(0.1) ? null : BigInt(random.below(6)),
    by: BigInt(random.below(5) - 2),
  }));
}

function cut<Item>(random: Random, items: readonly Item[]): Item[][] {
  const pieces: Item[][] = [];
  for (let from = 0; from < items.length;) {
    const to = from + 1 + random.below(8);
    pieces.push(items.slice(from, to));
    from = to;
  }
  return pieces;
}

type Change = readonly [kind: number, key: Value, total: Value];

function batchOf(changes: readonly Change[], watermark: number): Batch {
  return {
    schema: { fields: FIELDS },
    length: changes.length,
    columns: FIELDS.map(({ type }, at) =>
      columnOf(
        type,
        changes.map(change => change[at + 1]),
      ),
    ),
    kinds: Uint8Array.from(changes, ([kind]) => kind),
    marks: null,
    watermark,
  };
}

/** The changes of a table of sums, told once a batch; a sum of nothing is no row. */
function* told(pieces: readonly (readonly Event[])[]): Generator<Batch> {
  const sums = new Map<bigint | null, bigint>();
  for (const piece of pieces) {
    const before = new Map(piece.map(({ key }) => [key, sums.get(key) ?? null]));
    for (const { key, by } of piece) sums.set(key, (sums.get(key) ?? 0n) + by);
    const changes: Change[] = [];
    for (const [key, old] of before) {
      const now = sums.get(key)!;
      if (now === 0n) sums.delete(key);
      if (old === now || (old === null && now === 0n)) continue;
      if (old !== null) changes.push([now === 0n ? RowKind.Delete : RowKind.UpdateBefore, key, old]);
      if (now !== 0n) changes.push([old === null ? RowKind.Insert : RowKind.UpdateAfter, key, now]);
    }
    yield batchOf(changes, piece[piece.length - 1].time);
  }
}

function changesOf({ columns, kinds, length }: Batch): Change[] {
  return Array.from({ length }, (_, at) => [kinds![at], valueAt(columns[0], at), valueAt(columns[1], at)]);
}

/** The rows that there are after changes, which must take back only what is there. */
function integral(changes: readonly Change[]): string[] {
  const rows = new Map<string, number>();
  for (const [kind, ...row] of changes) {
    const text = row.join(' ');
    const by = kind === RowKind.Insert || kind === RowKind.UpdateAfter ? 1 : -1;
    const now = (rows.get(text) ?? 0) + by;
    if (now < 0 || now > 1) throw new Error(`${text} is there ${now} times`);
    rows.set(text, now);
  }
  return [...rows]
    .filter(([, times]) => times > 0)
    .map(([text]) => text)
    .sort();
}

/** Runs a history several times, each up to some place but for the last; returns what was delivered by each run. */
function delivered(
  random: Random,
  highWater: HighWater,
  batches: () => Batch[],
  snapshots = false,
): Batch[][] {
  const out: Batch[][] = [];
  /** A place where a snapshot may have been taken, and how many batches were before it. */
  let kept: { readonly place: RunPlace; readonly batches: number } | null = null;
  let from = 0;
  for (let runs = 1 + random.below(3); runs >= 0; runs--) {
    const all = batches();
    const end = runs === 0 ? all.length : from + random.below(all.length - from + 1);
    const given: Batch[] = [];
    for (const [at, batch] of all.slice(from, end).entries()) {
      const next = highWater.filter(batch);
      if (next !== null) given.push(next);
      if (snapshots && random.chance(0.2)) kept = { place: highWater.place(), batches: from + at + 1 };
    }
    if (runs === 0) given.push(...[highWater.end()].filter(batch => batch !== null));
    else {
      highWater.restart(kept?.place);
      from = kept?.batches ?? 0;
    }
    out.push(given);
  }
  return out;
}

test('rows that were delivered are not delivered again when their run begins again, however it is cut', async () => {
  await forRandom(random => {
    const rows = makeEvents(random).map(({ time, key, by }): Change => [
      RowKind.Insert,
      key,
      by + BigInt(time) * 10n,
    ]);
    const runs = delivered(random, new RowHighWater(), () =>
      cut(random, rows).map((piece, at) => batchOf(piece, at)),
    );
    expect(runs.flat().flatMap(changesOf)).toEqual(rows);
    const pieces = cut(random, rows);
    const restored = delivered(
      random,
      new RowHighWater(),
      () => pieces.map((piece, at) => batchOf(piece, at)),
      true,
    );
    expect(restored.flat().flatMap(changesOf)).toEqual(rows);
  });
});

test('changes that were delivered are not delivered again, and make the same table', async () => {
  await forRandom(random => {
    const events = makeEvents(random);
    const pieces = cut(random, events);
    const whole = [...told(pieces)].flatMap(changesOf);
    const final = integral(whole);
    // The same cutting gives the same changes, each once.
    const same = delivered(random, new ChangeHighWater({ fields: FIELDS }), () => [...told(pieces)]);
    expect(same.flat().flatMap(changesOf)).toEqual(whole);
    const restored = delivered(
      random,
      new ChangeHighWater({ fields: FIELDS }),
      () => [...told(pieces)],
      true,
    );
    expect(restored.flat().flatMap(changesOf)).toEqual(whole);
    // Any other gives the same table, and nothing before the mark.
    const other = delivered(random, new ChangeHighWater({ fields: FIELDS }), () => [
      ...told(cut(random, events)),
    ]);
    expect(integral(other.flat().flatMap(changesOf))).toEqual(final);
  });
});

test('a run that does not give the same again ends with its own table', async () => {
  await forRandom(random => {
    let events = makeEvents(random);
    const runs = delivered(random, new ChangeHighWater({ fields: FIELDS }), () => [
      ...told(cut(random, (events = makeEvents(random)))),
    ]);
    expect(integral(runs.flat().flatMap(changesOf))).toEqual(
      integral([...told([events])].flatMap(changesOf)),
    );
  });
});

test('what an upsert makes of batches of changes is the table', async () => {
  await forRandom(random => {
    const events = makeEvents(random);
    const table = new Map<string, string>();
    for (const batches of cut(random, [...told(cut(random, events))])) {
      // What was written and is written again, since nobody knew, changes nothing.
      for (let times = random.chance(0.3) ? 2 : 1; times > 0; times--) {
        const changes = batches.flatMap(changesOf);
        const keys = [changes.map(([, key]) => (key === null ? null : String(key)))];
        const { sets, deletes } = netChanges(batches, keys);
        for (const row of deletes) table.delete(String(changes[row][1]));
        for (const row of sets) table.set(String(changes[row][1]), String(changes[row][2]));
      }
    }
    const rows = [...table].map(([key, total]) => `${key === 'null' ? '' : key} ${total}`).sort();
    expect(rows).toEqual(integral([...told([events])].flatMap(changesOf)));
  });
});

interface Row {
  readonly ts: Temporal.Instant;
  readonly id: number;
}

test('whatever a sink does not take at once, it has all changes in the end', async () => {
  await forRandom(async random => {
    const world = new HandWorld();
    const sink = listSink({ takesChanges: () => true });
    const feed = new Push();
    pushed.feeds.set('feed', feed);
    const host = createSessionHost({
      world,
      connectors: [pushes],
      sinks: [sink],
      defer: work => void setImmediate(work),
    });
    setDefaultLink(host.link());
    try {
      sink.before = () => (random.chance(0.5) ? troubled() : undefined);
      const totals = new Stream<Row>(live('feed'))
        .groupBy('id')
        .aggregate(t => ({ n: count(), last: sum(t.id) }));
      const write = await totals.writeTo({ sink: 'list', options: {} }, { emit: 'changes' });
      const ids = Array.from({ length: 1 + random.below(40) }, () => random.below(5));
      for (const piece of cut(random, ids)) {
        await feed.push(...piece.map((id, at) => [at, id] as const));
        if (random.chance(0.5)) await world.pass(200);
      }
      sink.before = () => undefined;
      expect((await write.stop()).rows).toBe(sink.rows.length);
      const table = new Map<string, string>();
      for (const row of sink.rows) {
        const [kind, text] = row.split(' ');
        const [key] = text.split(',');
        if (kind === '-U' || kind === '-D') expect(table.get(key)).toBe(text);
        if (kind === '+I' || kind === '+U') table.set(key, text);
        else table.delete(key);
      }
      const expected = new Map<number, number>();
      for (const id of ids) expected.set(id, (expected.get(id) ?? 0) + 1);
      expect([...table.values()].sort()).toEqual(
        [...expected].map(([id, n]) => `${id},${n},${n * id}`).sort(),
      );
    } finally {
      setDefaultLink(null);
      await host.close();
    }
  }, RUNS);
});

test('a write and a function that go with the clock get each row once, though the clock begins again', async () => {
  await forRandom(async random => {
    const world = new HandWorld();
    const sink = listSink();
    const changes = { ...listSink({ takesChanges: () => true }), name: 'changes' };
    const host = createSessionHost({
      world,
      connectors: [valuesConnector],
      sinks: [sink, changes],
      defer: work => void setImmediate(work),
      checkpointRows: random.pick([1, 5, 1000]),
    });
    setDefaultLink(host.link());
    try {
      const n = 1 + random.below(40);
      const table = Table.of({
        ts: Array.from({ length: n }, (_, i) => new Date(i * 1000)),
        id: Array.from({ length: n }, (_, i) => i),
      });
      const rows = table.replay({ time: 'ts' } as never);
      const seen: number[] = [];
      await clock.start({ speed: 1 });
      const subscription = (rows.select('id') as Stream<{ id: number }>).subscribe(({ id }) => seen.push(id));
      const write = rows.select('id').writeTo({ sink: 'list', options: {} }, { pace: 'clock' });
      const totals = rows
        .derive(t => ({ key: t.id.mod(3) }))
        .groupBy('key')
        .aggregate(t => ({ n: count(), total: sum(t.id) }));
      const held = totals.writeTo({ sink: 'changes', options: {} }, { pace: 'clock', emit: 'changes' });
      await quiet();
      for (let starts = random.below(4); starts > 0; starts--) {
        for (let steps = random.below(6); steps > 0; steps--) {
          if (random.chance(0.5)) await world.pass(1000 * random.below(n));
          else await clock.step({ events: 1 + random.below(5) });
        }
        if (random.chance(0.5)) await clock.start({ speed: 1 });
        else await clock.seek(new Date(1000 * random.below(n)));
        if (random.chance(0.5)) await clock.play();
        await quiet();
      }
      await clock.play();
      for (let k = 0; k < 5; k++) await world.pass(1000 * n);
      expect((await write.finished()).rows).toBe(n);
      await held.finished();
      await subscription.finished();
      const all = Array.from({ length: n }, (_, i) => i);
      expect(sink.rows).toEqual(all.map(String));
      expect(seen).toEqual(all);
      const final = new Map<string, string>();
      for (const row of changes.rows) {
        const [kind, text] = row.split(' ');
        const [key] = text.split(',');
        if (kind.startsWith('-')) expect(final.get(key)).toBe(text);
        if (kind.startsWith('-')) final.delete(key);
        else final.set(key, text);
      }
      const expected = [0, 1, 2].map(key => all.filter(id => id % 3 === key)).filter(ids => ids.length > 0);
      expect([...final.values()].sort()).toEqual(
        expected.map(ids => `${ids[0] % 3},${ids.length},${ids.reduce((a, b) => a + b, 0)}`).sort(),
      );
    } finally {
      setDefaultLink(null);
      await host.close();
    }
  }, RUNS);
});
