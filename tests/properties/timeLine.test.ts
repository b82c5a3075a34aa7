import { expect, test } from 'vitest';
import type { TimeLine } from '@millrace/protocol';
import type { Batch } from '../../engine/src/columns/batch.js';
import { FLOAT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf } from '../../engine/src/columns/values.js';
import { Interruptions } from '../../engine/src/node/recordings/interruptions.js';
import { ExpectedRows } from '../../engine/src/runtime/expectedRows.js';
import { FeedProfile } from '../../engine/src/runtime/feedProfile.js';
import { LargestSpans, type Span } from '../../engine/src/runtime/largestSpans.js';
import { commonSpans, unusualSilences } from '../../engine/src/runtime/silences.js';
import { timeLineOf } from '../../engine/src/runtime/timeLine.js';
import type { SourcePiece } from '../../engine/src/sources/source.js';
import { forRandom, Random } from './random.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'missed', type: FLOAT64, nullable: true },
];

/** A replay's rows: their places, which never fall, and how many are missing before each. */
interface Rows {
  readonly times: readonly number[];
  readonly missed: readonly number[];
}

/** Times of many kinds: dense, far apart, equal, before 1970, with nights. */
function randomRows(random: Random): Rows {
  const count = random.below(4) === 0 ? random.below(3) : random.below(3000);
  const scale = 10 ** random.below(8);
  let time = (random.chance(0.2) ? -1 : 1) * random.below(2 ** 30) * (random.chance(0.5) ? 1e6 : 1);
  const times: number[] = [];
  const missed: number[] = [];
  for (let row = 0; row < count; row++) {
    if (random.chance(0.001)) time += scale * 10_000 + random.below(1000);
    else if (!random.chance(0.3)) time += Math.floor(-Math.log(1 - random.next()) * scale);
    times.push(time);
    missed.push(random.chance(0.02) ? 1 + random.below(9) : 0);
  }
  return { times, missed };
}

const profileOf = (boundUs: number, pieces: readonly SourcePiece[] = []): FeedProfile =>
  new FeedProfile({
    missing: 'missed',
    pieces,
    summary: {
      name: 'rows',
      fields: FIELDS,
      time: 'ts',
      boundUs,
      boundFrom: 'declared',
      rows: null,
      firstTime: null,
      lastTime: null,
      notes: [],
    },
  });

/** Rows as a reader gives them: by their marks, or with places of their own. */
function batchOf({ times, missed }: Rows, from: number, to: number, boundUs: number, placed: boolean): Batch {
  const part = times.slice(from, to);
  const marks = Float64Array.from(part, time => time - boundUs);
  return {
    schema: { fields: FIELDS },
    length: part.length,
    columns: [columnOf(FIELDS[0].type, part.map(BigInt)), columnOf(FLOAT64, missed.slice(from, to))],
    kinds: null,
    // Lanes may be longer than the batch.
    ...(placed
      ? { marks: null, places: Float64Array.from([...part, NaN]) }
      : { marks: Float64Array.from([...marks, NaN]) }),
    watermark: marks.at(-1) ?? -Infinity,
  };
}

/** Reads rows in pieces of any size, going back now and then, as a seek does. */
function readAll(random: Random, rows: Rows, seeks: boolean): FeedProfile {
  const boundUs = random.chance(0.5) ? random.below(1000) : 0;
  const placed = random.chance(0.5);
  const profile = profileOf(boundUs);
  const most = 1 + random.below(random.chance(0.5) ? 20 : 8192);
  let at = 0;
  let back = seeks ? 5 : 0;
  while (at < rows.times.length) {
    const to = Math.min(rows.times.length, at + 1 + random.below(most));
    profile.read(batchOf(rows, at, to, boundUs, placed), at, {});
    at = back-- > 0 && random.chance(0.3) ? random.below(to + 1) : to;
  }
  profile.read(null, at, {});
  return profile;
}

const lineOf = (profiles: readonly FeedProfile[]): TimeLine | null =>
  timeLineOf(
    profiles.map((profile, i) => ({ name: `r${i}`, profile })),
    { first: null, last: null },
  );

const spansOf = (times: readonly number[]): Span[] =>
  times.flatMap((toUs, i) => {
    const fromUs = times[i - 1] ?? toUs;
    return toUs > fromUs ? [{ fromUs, toUs, size: toUs - fromUs }] : [];
  });

test('every row is counted once in the bucket of its time, however it was cut, also after going back', async () => {
  await forRandom(random => {
    const all = Array.from({ length: 1 + random.below(3) }, () => randomRows(random));
    const line = lineOf(all.map(rows => readAll(random, rows, true)));
    const times = all.flatMap(rows => rows.times);
    if (times.length === 0) {
      expect(line).toBeNull();
      return;
    }
    const { fromUs, widthUs, counts, readUs, expected } = line as TimeLine;
    expect(Number.isInteger(Math.log2(widthUs))).toBe(true);
    expect(counts.length).toBeLessThanOrEqual(256);
    const oracle = new Array<number>(counts.length).fill(0);
    for (const time of times) oracle[Math.floor((time - fromUs) / widthUs)]++;
    expect(counts).toEqual(oracle);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(times.length);
    expect(readUs).toBeNull();
    expect(expected.every(count => count === 0)).toBe(true);
    // Half as wide they would be too many.
    const [first, last] = [times, times].map((each, i) =>
      each.reduce((a, b) => (i === 0 ? Math.min(a, b) : Math.max(a, b))),
    );
    if (all.length === 1 && widthUs > 1)
      expect(Math.floor((2 * last) / widthUs) - Math.floor((2 * first) / widthUs)).toBeGreaterThanOrEqual(
        256,
      );
  });
});

test('the time line does not depend on how rows were cut and how often the clock was set back', async () => {
  await forRandom(random => {
    const all = Array.from({ length: 1 + random.below(3) }, () => randomRows(random));
    const [one, other] = [true, false].map(seeks => lineOf(all.map(rows => readAll(random, rows, seeks))));
    expect(one).toEqual(other);
  });
});

test('the longest silences are kept, and the places where most is missing', async () => {
  await forRandom(random => {
    const rows = randomRows(random);
    const { silences, missing } = readAll(random, rows, true);
    const order = (a: Span, b: Span): number => b.size - a.size || a.fromUs - b.fromUs;
    const inTime = (a: Span, b: Span): number => a.fromUs - b.fromUs || a.toUs - b.toUs;
    expect(silences.spans).toEqual(spansOf(rows.times).sort(order).slice(0, 256).sort(inTime));
    const gone = rows.missed.flatMap((size, i) =>
      size > 0 ? [{ fromUs: rows.times[i - 1] ?? rows.times[i], toUs: rows.times[i], size }] : [],
    );
    expect(missing.added).toBe(gone.length);
    expect(missing.spans.map(({ size }) => size).sort()).toEqual(
      gone
        .sort(order)
        .slice(0, 64)
        .map(({ size }) => size)
        .sort(),
    );
  });
});

test('what is kept of many spans does not depend on their order', async () => {
  await forRandom(random => {
    const spans = Array.from({ length: random.below(200) }, (_, i) => ({
      fromUs: i,
      toUs: i + 1,
      size: random.below(10),
    }));
    const most = 1 + random.below(20);
    const [one, other] = [new LargestSpans(most), new LargestSpans(most)];
    for (const span of spans) one.add(span);
    for (const span of [...spans].sort(() => random.next() - 0.5)) other.add(span);
    expect(one.spans).toEqual(other.spans);
    expect(one.spans.map(({ size }) => size).sort((a, b) => b - a)).toEqual(
      spans
        .map(({ size }) => size)
        .sort((a, b) => b - a)
        .slice(0, most),
    );
  });
});

test('silences that are told stand out: against the rule, word by word', async () => {
  await forRandom(random => {
    const { times } = randomRows(random);
    const spans = spansOf(times).slice(0, 256);
    const whole = (times.at(-1) ?? 0) - (times[0] ?? 0);
    const told = unusualSilences(spans, true, times.length, whole);
    const others = spans.filter(span => !told.includes(span));
    const longestOther = Math.max(0, ...others.map(({ size }) => size));
    for (const { size } of told) {
      const asLong = spans.filter(span => span.size >= size);
      const rest = whole - asLong.reduce((sum, span) => sum + span.size, 0);
      const usual = Math.max(0, rest) / Math.max(1, times.length - 1 - asLong.length);
      expect(size).toBeGreaterThanOrEqual(whole / 200);
      expect(size).toBeGreaterThanOrEqual(20 * usual * (1 - 1e-9));
      expect(size).toBeGreaterThanOrEqual(3 * longestOther);
    }
  });
});

const DAY = 86_400e6;

/** Trades of some days from half past nine to four, one every so many microseconds on average. */
function tradingDays(random: Random, days: number, everyUs: number): number[] {
  const times: number[] = [];
  for (let day = 0; day < days; day++) {
    for (let at = 9.5 * 3600e6; at < 16 * 3600e6; at -= Math.log(1 - random.next()) * everyUs)
      times.push(Math.floor(day * DAY + at));
  }
  return times;
}

test('nights between days of trading are told, and nothing of a day', async () => {
  await forRandom(random => {
    const days = 2 + random.below(8);
    const times = tradingDays(random, days, 60e6);
    const rows = { times, missed: times.map(() => 0) };
    const gaps = lineOf([readAll(random, rows, false)])?.gaps ?? [];
    expect(gaps).toHaveLength(days - 1);
    for (const { kind, fromUs, toUs, source } of gaps) {
      expect([kind, source]).toEqual(['silent', null]);
      expect(Math.floor(fromUs / DAY) + 1).toBe(Math.floor(toUs / DAY));
    }
  }, 20);
});

test('where one of two replays goes on, the other is silent alone', () => {
  const random = new Random(7);
  const day = tradingDays(random, 2, 60e6);
  const always = Array.from({ length: 2 * 1440 }, (_, i) => i * 60e6);
  const of = (times: number[]): FeedProfile => readAll(random, { times, missed: times.map(() => 0) }, false);
  const both = lineOf([of(day), of(day)])?.gaps ?? [];
  expect(both.map(({ source }) => source)).toEqual([null]);
  const one = lineOf([of(day), of(always)])?.gaps ?? [];
  expect(one.map(({ source }) => source)).toEqual(['r0']);
});

test('spans that lie in one of each', async () => {
  await forRandom(random => {
    const some = (): Span[] => {
      let at = 0;
      return Array.from({ length: random.below(8) }, () => {
        const fromUs = (at += random.below(4));
        const toUs = (at += 1 + random.below(5));
        return { fromUs, toUs, size: toUs - fromUs };
      });
    };
    const [one, other] = [some(), some()];
    const inside = (spans: readonly Span[], at: number): boolean =>
      spans.some(({ fromUs, toUs }) => at >= fromUs && at < toUs);
    const common = commonSpans(one, other);
    for (let at = 0; at < 80; at++) expect(inside(common, at)).toBe(inside(one, at) && inside(other, at));
  });
});

test('what an index says of what has not been read is expected, by as many rows a message as have come', async () => {
  await forRandom(random => {
    const pieces = Array.from({ length: 1 + random.below(40) }, (_, i) => {
      const firstUs = i * 1000 + random.below(500);
      return { firstUs, lastUs: firstUs + random.below(400), rows: 1 + random.below(100) };
    });
    const total = pieces.reduce((sum, { rows }) => sum + rows, 0);
    const expected = new ExpectedRows(pieces);
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    expect(sum(expected.after(null, 0).counts)).toBeCloseTo(total, 6);
    const readUs = random.below(40_000);
    const left = sum(expected.after(readUs, 0).counts);
    const twice = expected.after(readUs, 2 * (total - left));
    // Of less than one message nobody can tell.
    if (Math.abs(total - left - 1) > 0.5)
      expect(sum(twice.counts)).toBeCloseTo(total - left >= 1 ? 2 * left : left, 4);
    expect(sum(expected.after(41_000, 5).counts)).toBeCloseTo(0, 6);
  });
});

test('an index may say anything', () => {
  const hostile: SourcePiece[] = [
    { firstUs: NaN, lastUs: 5, rows: 1 },
    { firstUs: -Infinity, lastUs: Infinity, rows: 1 },
    { firstUs: 5, lastUs: 1, rows: 1 },
    { firstUs: 0, lastUs: 1, rows: -1 },
    { firstUs: 0, lastUs: 1, rows: 1e300 },
    { firstUs: -9007199254740991, lastUs: 9007199254740991, rows: 1 },
  ];
  const { counts } = new ExpectedRows(hostile).after(null, 0);
  expect(counts.length).toBe(256);
  expect(counts.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  expect(new ExpectedRows(hostile.slice(0, 3)).after(0, 0).counts.every(count => count === 0)).toBe(true);
});

test('a recording is interrupted from the loss of a connection to the next one, and where messages were lost', async () => {
  await forRandom(random => {
    const kinds = ['text', 'opened', 'closed', 'lost'] as const;
    let atUs = 1e15;
    const arrivals = Array.from({ length: random.below(60) }, () => {
      atUs += random.below(3);
      const kind = random.pick(kinds);
      return { kind, atUs, bytes: Buffer.from(kind === 'lost' ? String(1 + random.below(9)) : 'x') };
    });
    const interruptions = new Interruptions();
    for (const arrival of arrivals) interruptions.see(arrival);
    const lost = arrivals.filter(({ kind }) => kind === 'lost');
    const told = interruptions.breaks.filter(({ kind }) => kind === 'lost');
    expect(told.map(({ toUs, missing }) => [toUs, missing])).toEqual(
      lost.map(({ atUs: at, bytes }) => [at, Number(bytes)]),
    );
    // Each run of arrivals that begins with a loss ends with the next that is neither.
    const ends = arrivals.flatMap(({ kind, atUs: at }, i) => {
      const before = arrivals.slice(0, i).filter(each => each.kind !== 'lost');
      const first = before.findLastIndex(each => each.kind !== 'closed') + 1;
      const isEnd = kind !== 'closed' && kind !== 'lost' && first < before.length;
      return isEnd ? [{ kind: 'disconnected', fromUs: before[first].atUs, toUs: at, missing: null }] : [];
    });
    expect(interruptions.breaks.filter(({ kind }) => kind === 'disconnected')).toEqual(ends);
    // Two readings, of which the second begins anywhere.
    const profile = profileOf(0);
    profile.read(null, 0, { breaks: interruptions.breaks });
    profile.read(null, 0, { breaks: interruptions.breaks.slice(random.below(5)) });
    expect(profile.breaks.length).toBeLessThanOrEqual(interruptions.breaks.length);
    const inTime = [...profile.breaks].map(({ toUs }) => toUs).sort((a, b) => a - b);
    expect(inTime).toEqual(interruptions.breaks.map(({ toUs }) => toUs).slice(-inTime.length || Infinity));
    expect(profile.breaks).toHaveLength(Math.min(64, interruptions.breaks.length));
  });
});
