import { expect, it } from 'vitest';
import {
  count,
  desc,
  first,
  float64,
  int64,
  lag,
  last,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { forRandom, type Random } from './random.js';
import { useNodeHost } from '../support/nodeHost.js';

const Row = schema({ ts: timestamp('us'), seq: int64, k: string.nullable(), n: float64.nullable() });
type Rows = Table<{ ts: never; seq: number; k: string | null; n: number | null }>;

useNodeHost();

function tableOf(random: Random): Rows {
  const length = random.chance(0.1) ? 9000 : random.below(80);
  const at = Array.from({ length }, (_, i) => i);
  const table = Table.of(
    {
      ts: at.map(i => new Date(Date.UTC(2026, 0, 5, 9, 0, i + random.below(60)))) as never,
      seq: at.map(() => random.below(5)),
      k: at.map(() => random.pick(['a', 'b', null])),
      n: at.map(() => random.pick([null, NaN, -0, 1.5, random.below(100)])),
    },
    { schema: Row, time: 'ts' },
  );
  // Rows that lag further than the bound are late for windows.
  const boundUs = random.pick([null, 0, 20_000_000]);
  const time = { column: 'ts', boundUs, idleTimeoutUs: null, sequence: random.pick([null, 'seq']) };
  return new Table(Object.freeze({ ...table.plan, time }) as never) as never;
}

/** Each leaves the columns as they were. */
const STEPS: readonly ((table: Rows) => Rows)[] = [
  table => table.where(t => t.n.gt(10)),
  table => table.derive(t => ({ n: t.n.add(1) })),
  table => table.distinct(),
  table => table.sort(t => [desc(t.n), t.seq]).limit(40) as never,
  table => table.unionAll(table.where(t => t.k.eq('a'))),
  table => table.rolling({ by: 'k', rows: 3 }).derive(t => ({ n: lag(t.n) })) as never,
  table => table.topN(2, { by: t => desc(t.seq), within: 'k' }) as never,
  table =>
    table
      .window(tumble('10 s'))
      .groupBy('k')
      .aggregate(t => ({ seq: count(), n: first(t.n) }))
      .derive(t => ({ ts: t.windowTime }))
      .select('ts', 'seq', 'k', 'n') as never,
];
/** Those whose rows change while the input is read: topN and windows. */
const CHANGING: readonly unknown[] = STEPS.slice(6);
const ENDS: readonly ((table: Rows) => { rows(): Promise<unknown[]> })[] = [
  table => table,
  table => table.groupBy('k').aggregate(t => ({ n: count(), total: sum(t.seq), last: last(t.n) })),
  table =>
    table
      .window(tumble('10 s'))
      .groupBy('k')
      .aggregate(t => ({ n: count(), first: first(t.n) })),
];

/** Rows of groups come in any order. */
const sorted = (rows: string | readonly unknown[]) =>
  typeof rows === 'string' ? rows : rows.map(row => JSON.stringify(row)).sort();

it('gives the same rows wherever results are kept', () =>
  forRandom(
    async random => {
      const steps = Array.from({ length: random.below(4) }, () => random.pick(STEPS));
      const end = random.pick(ENDS);
      const table = tableOf(random);
      let plain = table;
      let cached = table;
      const kept: Rows[] = [];
      const keep = (): void => {
        cached = cached.cache();
        kept.push(cached);
      };
      for (const step of steps) {
        if (random.chance(0.5)) keep();
        cached = step(cached);
        plain = step(plain);
      }
      keep();
      const rowsOf = (each: Rows) =>
        end(each)
          .rows()
          .catch((error: Error) => error.message.slice(0, 20));
      const got = await rowsOf(cached);
      for (const each of kept) await each.uncache();
      expect(sorted(got)).toEqual(sorted(await rowsOf(cached)));
      const wanted = await rowsOf(plain);
      // Rows that change can be ranked and rolled once they are kept.
      if (typeof wanted === 'string' || typeof got === 'string') return;
      // Windows over rows that still change drop what is late of the changes; rows that are kept do not change.
      const changing = steps.findIndex(step => CHANGING.includes(step));
      const windows: readonly unknown[] = [STEPS[7], ENDS[2]];
      if (changing >= 0 && [...steps.slice(changing + 1), end].some(each => windows.includes(each))) return;
      expect(sorted(got)).toEqual(sorted(wanted));
    },
    Math.min(400, Number(process.env.MILLRACE_RUNS ?? 60)),
  ));
