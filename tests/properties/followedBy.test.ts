import { expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import { FLOAT64, INT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt, type Value } from '../../engine/src/columns/values.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { MeetingStats } from '../../engine/src/operators/meetingStats.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { followedByNode } from '../../engine/src/plan/build.js';
import type { FollowedByIdentity, FollowedByNode } from '../../engine/src/plan/nodes/followedBy.js';
import { moved } from './changingRows.js';
import { SOURCE } from './histories.js';
import { forRandom, type Random } from './random.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'key', type: STRING, nullable: true },
  { name: 'id', type: INT64, nullable: true },
  { name: 'price', type: FLOAT64, nullable: false },
];
const SOURCES = ['history', 'live'].map(name => ({
  ...SOURCE,
  name,
  fields: FIELDS,
  time: { column: 'ts', boundUs: 3, idleTimeoutUs: null, sequence: null },
}));
const BOUND = 3;
const RUNS = Number(process.env.MILLRACE_RUNS ?? 200);

/** A row as a venue makes it: `place` is its number, counted on where the numbers that are shown begin anew. */
interface Row {
  readonly ts: number;
  readonly key: string | null;
  readonly id: bigint | null;
  readonly place: number;
  readonly price: number;
}

interface Venue {
  readonly identity: FollowedByIdentity;
  readonly history: readonly Row[];
  readonly live: readonly Row[];
}

/** One stream of rows, the first and the last part of which are history and live: with what both have, what none has, disorder and repetitions. */
function makeVenue(random: Random): Venue {
  const isNamed = random.chance(0.3);
  const size = !isNamed && random.chance(0.3) ? 64 + random.below(40) : null;
  const first = random.below(3);
  const keys = random.pick<readonly (string | null)[]>([['a'], ['a', 'b'], ['a', 'b', '', null]]);
  const bases = keys.map(() => (size === null && random.chance(0.3) ? 2n ** 60n : BigInt(random.below(50))));
  const places = keys.map(() => random.below(5));
  const rows = Array.from({ length: 20 + random.below(100) }, (_, ts): Row => {
    const at = random.below(keys.length);
    const place = places[at]++;
    const id = size === null ? bases[at] + BigInt(place) : BigInt(first + (place % size));
    return { ts, key: keys[at], id: random.chance(0.02) ? null : id, place, price: random.below(3) };
  });
  const end = random.below(rows.length);
  const start = Math.max(0, end - random.below(30) + (random.chance(0.3) ? 12 : 0));
  const worn = (part: readonly Row[]): Row[] => {
    const kept = part.filter(() => !random.chance(0.04));
    const out: Row[] = [];
    for (const [at, row] of kept.entries()) {
      out.push(row);
      if (random.chance(0.08)) out.push(kept[Math.max(0, at - random.below(6))]);
      const other = out.length - 1 - random.below(4);
      if (random.chance(0.1) && other >= 0)
        [out[out.length - 1], out[other]] = [out[other], out[out.length - 1]];
    }
    return out;
  };
  return {
    identity: isNamed
      ? { id: ['id'], remember: 10_000 }
      : { sequence: 'id', first, last: size === null ? null : first + size - 1 },
    history: random.chance(0.05) ? [] : worn(rows.slice(0, end)),
    live: random.chance(0.05) ? [] : worn(rows.slice(start)),
  };
}

const nameOf = ({ key, place }: Row): string => `${key === null ? 'NULL' : `'${key}'`} ${place}`;

/** All rows of history, then all of live: each as it first came, those without an id always. */
function reference({ history, live }: Venue): readonly Row[] {
  const seen = new Set<string>();
  return [...history, ...live].filter(row => {
    if (row.id === null) return true;
    if (seen.has(nameOf(row))) return false;
    seen.add(nameOf(row));
    return true;
  });
}

/** The places between the lowest and the highest of each key that have not come. */
function missingOf(rows: readonly Row[]): string[] {
  const keys = new Map<string | null, number[]>();
  for (const { key, id, place } of rows) if (id !== null) keys.set(key, [...(keys.get(key) ?? []), place]);
  return [...keys].flatMap(([key, places]) => {
    const has = new Set(places);
    const missing: string[] = [];
    for (let place = Math.min(...places); place < Math.max(...places); place++)
      if (!has.has(place)) missing.push(`${key ?? ''} ${place}`);
    return missing;
  });
}

function planOf(
  identity: FollowedByIdentity,
  tells: 'rows' | 'events',
  maxBufferBytes = 1 << 20,
): () => Operator {
  const node: FollowedByNode = followedByNode({
    inputs: [SOURCES[0], SOURCES[1]],
    by: ['key'],
    identity,
    maxBufferBytes,
    tells,
  });
  const relations = bindPlan(node, source => sourceRelationOf(source, FIELDS));
  const [physical] = planPhysical(node, relations).operators;
  return () => buildOperator(physical);
}

function batches(random: Random, rows: readonly Row[], dictionary: Dictionary): Batch[] {
  const made: Batch[] = [];
  let high = -Infinity;
  for (let from = 0; from < rows.length;) {
    const part = rows.slice(from, from + 1 + random.below(8));
    from += part.length;
    const marks = Float64Array.from(part, ({ ts }) => (high = Math.max(high, ts)) - BOUND);
    const columns = [
      columnOf(
        FIELDS[0].type,
        part.map(({ ts }) => BigInt(ts)),
      ),
      columnOf(
        STRING,
        part.map(({ key }) => key),
        dictionary,
      ),
      columnOf(
        INT64,
        part.map(({ id }) => id),
      ),
      columnOf(
        FLOAT64,
        part.map(({ price }) => price),
      ),
    ];
    made.push({
      schema: { fields: FIELDS },
      length: part.length,
      columns,
      kinds: null,
      marks,
      watermark: marks[part.length - 1],
    });
  }
  made.push(lastBatch(Infinity));
  return made;
}

const lastBatch = (watermark: number): Batch => ({
  schema: { fields: FIELDS },
  length: 0,
  columns: [],
  kinds: null,
  marks: null,
  watermark,
});

interface Outcome {
  readonly rows: readonly (readonly Value[])[];
  readonly stats: MeetingStats;
}

/** Runs an operator over both sides, interleaved at random, and moved now and then by a snapshot. */
function run(random: Random, venue: Venue, tells: 'rows' | 'events'): Outcome {
  const make = planOf(venue.identity, tells);
  let operator = make();
  const own = new Dictionary();
  const sides = [
    batches(random, venue.history, own),
    batches(random, venue.live, random.chance(0.5) ? own : new Dictionary()),
  ];
  const rows: Value[][] = [];
  let watermark = -Infinity;
  let historyHigh = -Infinity;
  const bias = random.pick([0.05, 0.5, 0.95]);
  while (sides[0].length + sides[1].length > 0) {
    const port = sides[1].length === 0 || (sides[0].length > 0 && random.chance(bias)) ? 0 : 1;
    const batch = sides[port].shift()!;
    if (port === 0 && batch.watermark < Infinity) historyHigh = batch.watermark;
    if (random.chance(0.1)) operator = moved(operator, make);
    let calls = 0;
    operator.process(port, batch, out => {
      calls++;
      for (let row = 0; row < out.length; row++) {
        if (out.marks !== null) {
          expect(out.marks[row]).toBeGreaterThanOrEqual(watermark);
          watermark = out.marks[row];
          expect(watermark).toBeLessThan(Infinity);
        }
        rows.push(out.columns.map(column => valueAt(column, row)));
      }
      expect(out.watermark).toBeGreaterThanOrEqual(watermark);
      watermark = Math.max(watermark, out.watermark);
    });
    expect(calls).toBeGreaterThan(0);
    if (sides[0].length > 0) expect(watermark).toBe(historyHigh);
  }
  expect(watermark).toBe(Infinity);
  return { rows, stats: operator.meeting!() };
}

const line = (row: Row): string => JSON.stringify([row.ts, row.key, String(row.id), row.price]);
const lineOf = ([ts, key, id, price]: readonly Value[]): string =>
  JSON.stringify([Number(ts), key, String(id), price]);

/** A number as it is shown, as the place that it stands for. */
function placesOf(venue: Venue): (key: string, from: string, count: number) => string[] {
  const known = new Map<string, number[]>();
  for (const { key, id, place } of [...venue.history, ...venue.live])
    if (id !== null) known.set(key ?? '', [...(known.get(key ?? '') ?? []), place]);
  const all = [...venue.history, ...venue.live];
  return (key, from, count) => {
    const example = all.find(row => (row.key ?? '') === key && row.id !== null)!;
    const { identity } = venue;
    let place = Number(BigInt(from) - example.id!) + example.place;
    if ('sequence' in identity && identity.last !== null) {
      // A hole lies right behind a place that is there.
      const size = identity.last - identity.first + 1;
      const ends = known.get(key)!;
      place = ends.map(end => end + 1).find(each => (((each - place) % size) + size) % size === 0)!;
    }
    return Array.from({ length: count }, (_, k) => `${key} ${place + k}`);
  };
}

const isRolling = ({ identity }: Venue): boolean => 'sequence' in identity && identity.last !== null;

test('what comes out is each row once, history first, however both sides interleave; what is missing is told exactly', () =>
  forRandom(random => {
    const venue = makeVenue(random);
    const expected = reference(venue);
    const { rows, stats } = run(random, venue, 'rows');
    expect(rows.map(lineOf)).toEqual(expected.map(line));
    const all = venue.history.length + venue.live.length;
    expect(stats).toMatchObject({
      state: 'met',
      history: { rows: venue.history.length },
      live: { rows: venue.live.length, waiting: 0 },
      old: 0,
      unnumbered: expected.filter(({ id }) => id === null).length,
    });
    expect(stats.history.duplicates + stats.live.duplicates).toBe(all - expected.length);
    if (!('sequence' in venue.identity)) {
      expect(stats).toMatchObject({ missing: null, gaps: [], keys: null });
      return;
    }
    const missing = missingOf(expected);
    // NULL and '' are two keys of one text.
    expect(stats.missing).toBe(missing.length);
    const keysOf = (side: readonly Row[]) =>
      new Set(side.map(({ key }) => String(key === null) + (key ?? '')));
    const [left, right] = [keysOf(venue.history), keysOf(venue.live)];
    const both = [...left].filter(key => right.has(key)).length;
    expect(stats.keys).toEqual({ both, onlyHistory: left.size - both, onlyLive: right.size - both });
    if (isRolling(venue) || stats.gaps.length === 100) return;
    const places = placesOf(venue);
    const told = stats.gaps.flatMap(({ key, from, to }) =>
      places(key ?? '', String(from), Number(BigInt(to) - BigInt(from)) + 1),
    );
    if (!left.has('true') && !right.has('true')) expect(told.sort()).toEqual([...missing].sort());
  }));

test('its events say what is missing at any time', () =>
  forRandom(random => {
    const venue = makeVenue(random);
    if (!('sequence' in venue.identity) || isRolling(venue)) return;
    if ([...venue.history, ...venue.live].some(({ key }) => key === null)) return;
    const places = placesOf(venue);
    const { rows, stats } = run(random, venue, 'events');
    expect(rows.filter(([, event]) => event === 'met')).toHaveLength(1);
    const missing = new Set<string>();
    for (const [, event, key, expected, got, count] of rows) {
      if (event === 'gap')
        for (const each of places(key as string, String(expected), Number(count))) missing.add(each);
      if (event !== 'late') continue;
      const [place] = places(key as string, String(got), 1);
      expect(missing.delete(place), `${String(place)} was not missing`).toBe(true);
    }
    expect([...missing].sort()).toEqual(missingOf(reference(venue)).sort());
    expect(stats.missing).toBe(missing.size);
  }));

const withIds = ({ identity, history, live }: Venue): Venue => ({
  identity,
  history: history.filter(({ id }) => id !== null),
  live: live.filter(({ id }) => id !== null),
});

test('of ids without an order the last ones are remembered, the same ones however rows are cut', () =>
  forRandom(random => {
    const { history, live } = withIds(makeVenue(random));
    const venue: Venue = { identity: { id: ['id'], remember: 5 }, history, live: [...live, ...live] };
    const inOrder = (): Outcome => {
      const make = planOf(venue.identity, 'rows');
      let operator = make();
      const own = new Dictionary();
      const rows: Value[][] = [];
      for (const [port, side] of [venue.history, venue.live].entries())
        for (const batch of batches(random, side, own)) {
          if (random.chance(0.2)) operator = moved(operator, make);
          operator.process(port, batch, out => {
            for (let row = 0; row < out.length; row++)
              rows.push(out.columns.map(column => valueAt(column, row)));
          });
          expect(operator.stateRows()).toBeLessThanOrEqual(10);
        }
      return { rows, stats: operator.meeting!() };
    };
    const [one, other] = [inOrder(), inOrder()];
    expect(one).toEqual(other);
    const kept = one.rows.map(lineOf);
    const all = new Set(kept);
    expect(
      reference(venue)
        .map(line)
        .filter(row => !all.has(row)),
    ).toEqual([]);
    let last: string[] = [];
    for (const row of one.rows.map(lineOf)) {
      if (last.includes(row)) throw new Error(`${row} comes again`);
      last = [...last.slice(-4), row];
    }
  }, RUNS / 4));

test('the oldest of very many runs of numbers are not known any more, and say so', () => {
  const rows = Array.from({ length: 10_000 }, (_, k): Row => ({
    ts: k,
    key: 'a',
    id: BigInt(2 * k),
    place: k,
    price: 0,
  }));
  const make = planOf({ sequence: 'id', first: 0, last: null }, 'rows');
  const operator = make();
  const { own, out } = { own: new Dictionary(), out: [] as Value[] };
  const random = { below: () => 7 } as unknown as Random;
  const feed = (side: readonly Row[], port: number): void => {
    for (const batch of batches(random, side, own))
      operator.process(port, batch, made => {
        for (let row = 0; row < made.length; row++) out.push(valueAt(made.columns[2], row));
      });
  };
  feed(rows, 0);
  const late = (id: bigint): Row => ({ ts: 10_000, key: 'a', id, place: 0, price: 0 });
  feed([late(3n), late(19_001n), late(19_000n)], 1);
  expect(out).toHaveLength(10_001);
  expect(out.at(-1)).toBe(19_001n);
  expect(operator.meeting!()).toMatchObject({ old: 1, live: { duplicates: 1 }, missing: 9_998 });
  expect(operator.meeting!().gaps).toHaveLength(100);
  expect(operator.bytes()).toBeLessThan(300_000);
});

test('live rows that nobody can hold back do not fill the memory: more than may wait end the query', () => {
  const own = new Dictionary();
  const random = { below: () => 199 } as unknown as Random;
  const rows = Array.from({ length: 20_000 }, (_, k): Row => ({
    ts: k,
    key: 'a',
    id: BigInt(k),
    place: k,
    price: 0,
  }));
  // What may be beyond the limit is as much as a feed keeps for late queries, and more.
  const operator = planOf({ sequence: 'id', first: 0, last: null }, 'rows', 300_000 - 192 * 1024 * 1024)();
  const held: number[] = [];
  const feed = (): void => {
    for (const batch of batches(random, rows, own)) {
      held.push(operator.meeting!().live.waiting);
      operator.process(1, batch, () => undefined);
    }
  };
  expect(feed).toThrow('MR3554');
  expect(held.at(-1)).toBeGreaterThan(3000);
  expect(held.at(-1)).toBeLessThan(20_000);
  expect(operator.holdsBack!(1)).toBe(true);
  expect(operator.holdsBack!(0)).toBe(false);
});
