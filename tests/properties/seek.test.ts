import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { count, replay, sum } from '../../engine/src/index.js';
import { fileConnector } from '../../engine/src/node/sources/file.js';
import { explainPlan, explainText } from '../../engine/src/plan/explain.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import type { SourceConnector } from '../../engine/src/sources/source.js';
import { storedZstd, zipOf } from '../support/packedFiles.js';
import { difference, type Row } from './duckdb/compare.js';
import { pausedSession, show, shown } from './plans/pausedSession.js';
import { PlanMaker, sourceOf } from './plans/planMaker.js';
import { randomTable, type RandomTable } from './plans/tables.js';
import { forRandom, type Random } from './random.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 4);
/** Without a view of its own nothing reads the replays when a plan is refused. */
const PLAIN = 'plain';

interface Case {
  readonly tables: readonly RandomTable[];
  /** Plans by the name of their views. */
  readonly plans: ReadonlyMap<string, PlanNode>;
}

/** Some plans over two replays, of one or of both. */
function makeCase(random: Random): Case {
  const tables = ['first', 'second'].map(name => randomTable(random, name));
  const boundUs = random.pick([0, 3e6, 8e6]);
  const sources = tables.map(table => sourceOf(table, 'values', true, boundUs));
  const plans = new Map<string, PlanNode>([[PLAIN, sources[0]]]);
  for (let k = 0; k < 3; k++) {
    const [source, other] = random.chance(0.7) ? sources : [...sources].reverse();
    const maker = new PlanMaker(random, source, { said: false, late: true });
    plans.set(`view${k}`, random.chance(0.3) ? maker.combined(other) : maker.plan());
  }
  return { tables, plans };
}

type Session = Awaited<ReturnType<typeof pausedSession>>;

/** What the views show where a session has gone to a time at once, from the start. */
async function expected(
  plans: ReadonlyMap<string, PlanNode>,
  time: number,
  fresh: Session,
): Promise<Map<string, Row[] | null>> {
  const results = new Map<string, Row[] | null>();
  for (const [name, plan] of plans) await show(fresh.link, name, plan);
  await fresh.link.request({ type: 'seek', to: time });
  for (const name of plans.keys()) results.set(name, await shown(fresh.link, name));
  await fresh.close();
  return results;
}

async function expectAsFromStart(session: Session, { plans, tables }: Case, time: number, what: string) {
  const right = await expected(plans, time, await pausedSession(1e9));
  for (const [name, plan] of plans) {
    const made = await shown(session.link, name);
    const wanted = right.get(name)!;
    // Whether a sum leaves its type on the way hangs on what was told together.
    if (made === null || wanted === null) continue;
    const largest = Math.max(...tables.map(each => each.largest));
    const rows = tables.reduce((total, each) => total + each.rows.length, 0);
    const found = difference(made, wanted, rows, largest);
    if (found !== null) throw new Error(`${what}, ${name}: ${found}\nof ${explainText(explainPlan(plan))}`);
  }
}

test(
  'wherever the clock is sent, and whatever it did before, every table is as in a run from the start',
  () =>
    forRandom(async random => {
      const each = makeCase(random);
      const session = await pausedSession(random.pick([1, 7, 40]));
      const plans = new Map<string, PlanNode>();
      const waiting = [...each.plans];
      const add = async (): Promise<void> => {
        const next = waiting.shift();
        if (next !== undefined && (await show(session.link, ...next))) plans.set(...next);
      };
      await add();
      const { startUs, endUs } = await session.link.request({ type: 'clock', command: { type: 'state' } });
      const span = (endUs as number) - (startUs as number);
      const path: string[] = [];
      for (let move = 0; move < 6; move++) {
        if (random.chance(0.6)) await add();
        const time = (startUs as number) + random.below(span + 2e6);
        const by = random.next();
        if (by < 0.2) {
          path.push('step');
          await session.link.request({ type: 'step', by: { events: 1 + random.below(30) } });
          continue;
        }
        if (by < 0.3) {
          path.push('play');
          await session.link.request({ type: 'clock', command: { type: 'play', speed: 'max' } });
          if (random.chance(0.5)) await session.link.request({ type: 'until', time: 'end' });
          continue;
        }
        path.push(`to ${time - (startUs as number)}`);
        // A seek that another one overtakes leaves nothing behind.
        if (random.chance(0.2)) {
          const overtaken = (startUs as number) + random.below(span);
          await session.link.request({ type: 'clock', command: { type: 'seek', to: overtaken } });
        }
        await session.link.request({ type: 'clock', command: { type: 'pause' } });
        await session.link.request({ type: 'seek', to: time });
        await expectAsFromStart(session, { ...each, plans }, time, path.join(', '));
      }
      await session.close();
    }, RUNS),
  300_000,
);

test('the rows that are let out one by one are those of the replay, in order', () =>
  forRandom(
    async random => {
      const each = makeCase(random);
      const session = await pausedSession(1e9);
      await show(session.link, PLAIN, each.plans.get(PLAIN)!);
      const { rows } = each.tables[0];
      // The first row is out when the clock stands at its time, with those of the same time.
      let out = ((await shown(session.link, PLAIN)) as Row[]).length;
      while (out < rows.length) {
        const events = 1 + random.below(20);
        await session.link.request({ type: 'step', by: { events } });
        const made = (await shown(session.link, PLAIN)) as Row[];
        out = Math.min(rows.length, out + events);
        expect(made.length).toBe(out);
      }
      await session.close();
    },
    Math.ceil(RUNS / 4),
  ));

const ROWS_PACKED = 60_000;

/** Rows of a day, a few of which come late, in files that are packed and overlap. */
async function packedFiles(folder: string, random: Random, rows: number): Promise<void> {
  const parts: string[][] = [[], [], []];
  for (let i = 0; i < rows; i++) {
    const ts = 1709908200000 + i * 100 - random.below(500);
    parts[Math.min(2, Math.floor((i / rows) * 2) + random.below(2))].push(
      `${ts},S${random.below(20)},${random.below(1000)}\n`,
    );
  }
  await writeFile(join(folder, '0.csv.gz'), gzipSync(`ts,s,x\n${parts[0].join('')}`));
  await writeFile(
    join(folder, '1.zip'),
    zipOf([['1.csv', new TextEncoder().encode(`ts,s,x\n${parts[1].join('')}`)]]),
  );
  await writeFile(
    join(folder, '2.csv.zst'),
    storedZstd(new TextEncoder().encode(`ts,s,x\n${parts[2].join('')}`)),
  );
}

test('a replay of packed files goes back to where it was, and reads on from there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-seek-'));
  let fromBookmarks = 0;
  /** Files, of which it is counted how often they are read from elsewhere than their start. */
  const counting: SourceConnector = {
    name: fileConnector.name,
    async open(request, world) {
      const source = await fileConnector.open(request, world);
      return {
        ...source,
        read(columns, from) {
          if (from !== null && from !== undefined) fromBookmarks++;
          return source.read(columns, from);
        },
      };
    },
  };
  await forRandom(
    async random => {
      await packedFiles(folder, random, ROWS_PACKED);
      const files = replay(['0.csv.gz', '1.zip', '2.csv.zst'], { time: 'ts' });
      const plans = new Map<string, PlanNode>([
        ['groups', files.groupBy('s').aggregate(t => ({ n: count(), x: sum(t.x) })).plan],
        ['some', files.where(t => t.x.lt(10)).plan],
      ]);
      const session = await pausedSession(10_000, folder, counting);
      for (const [name, plan] of plans) expect(await show(session.link, name, plan)).toBe(true);
      const { startUs } = await session.link.request({ type: 'clock', command: { type: 'state' } });
      // Where what is packed ends is not known before it has been read.
      const span = ROWS_PACKED * 100_000;
      // Forward first, so that there is where to go back to.
      for (const share of [0.95, ...Array.from({ length: 4 }, () => random.next())]) {
        const time = Math.floor((startUs as number) + share * span);
        await session.link.request({ type: 'seek', to: time });
        const right = await expected(plans, time, await pausedSession(1e9, folder, counting));
        for (const name of plans.keys()) {
          const sorted = (rows: Row[] | null | undefined) =>
            (rows as Row[]).map(row => row.map(String).join()).sort();
          expect(sorted(await shown(session.link, name))).toEqual(sorted(right.get(name)));
        }
      }
      await session.close();
    },
    Math.ceil(RUNS / 25),
  );
  await rm(folder, { recursive: true, force: true });
  expect(fromBookmarks).toBeGreaterThan(0);
}, 300_000);
