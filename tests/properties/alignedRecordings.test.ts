import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clock, int64, read, replay, schema, timestamp } from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { recorded, type Recorded } from '../support/recordings.js';
import { forRandom, type Random } from './random.js';

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 8);
const START = 1_700_000_000_000_000;
const ROW = schema({ id: int64, ts: timestamp('ms') });
const TEXT_ROW = schema({ id: int64, ts: timestamp('ms'), received: timestamp('us').nullable() });

interface Placed {
  readonly id: number;
  readonly ts: number;
  /** When it was received, in microseconds. */
  readonly atUs: number;
}

/** Rows that were received long after they happened, some of them in one message, by a clock that was set back now and then. */
function randomRows(random: Random, from: number): Placed[] {
  let atUs = START + random.below(3_000_000);
  const latest = random.pick([10_000, 5_000_000]);
  return Array.from({ length: random.below(60) }, (_, k) => {
    atUs += random.chance(0.04) ? -random.below(800_000) : random.chance(0.3) ? 0 : random.below(200_000);
    return { id: from + k, ts: Math.floor((atUs - random.below(latest)) / 1000), atUs };
  });
}

function messagesOf(rows: readonly Placed[]): Recorded[] {
  const messages: Recorded[] = [{ kind: 'opened', atUs: START, text: 'ws://feed' }];
  for (const { id, ts, atUs } of rows) {
    const row = JSON.stringify({ id, ts });
    const last = messages.at(-1)!;
    if (last.kind === 'text' && last.atUs === atUs)
      messages[messages.length - 1] = { ...last, text: `${last.text.slice(0, -1)},${row}]` };
    else messages.push({ kind: 'text', atUs, text: `[${row}]` });
  }
  return messages;
}

const textOf = (rows: readonly Placed[], random: Random): string =>
  [
    'id,ts,received',
    ...rows.map(({ id, ts, atUs }) => `${id},${ts},${random.chance(0.05) ? '' : atUs}`),
  ].join('\n');

/** The rows of all, each at the latest time at which one of its own had been received; of equal ones in the order of the sources. */
function merged(sources: readonly (readonly Placed[])[]): { id: number; place: number }[] {
  const rows = sources.flatMap((source, at) => {
    let place = -Infinity;
    return source.map(({ id, atUs }, k) => ({ id, at, k, place: (place = Math.max(place, atUs)) }));
  });
  return rows.sort((a, b) => a.place - b.place || a.at - b.at || a.k - b.k);
}

test('recordings are put into one order by when their rows were received, and so does the clock let them out', () =>
  forRandom(async random => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-aligned-'));
    const host = createNodeHost({ directory: folder, threads: 0 });
    setDefaultLink(host.link());
    try {
      const names = ['a.mrec', 'b.mrec', 'c.mrec'].slice(0, 2 + random.below(2));
      const sources = names.map((_, k) => randomRows(random, k * 1000));
      for (const [k, name] of names.entries()) {
        const { bytes } = await recorded(messagesOf(sources[k]), { chunkBytes: 1 + random.below(2000) });
        writeFileSync(join(folder, name), bytes);
      }
      const options = { schema: ROW, time: 'ts', watermark: random.pick(['0 s', '2 s']) } as const;
      const streams = names.map(name => replay(name, options));
      if (random.chance(0.5)) {
        // A row whose time of receipt is not known goes with the one before it.
        const rows = randomRows(random, 9000);
        const text = textOf(rows, random);
        writeFileSync(join(folder, 'd.csv'), text);
        const given = text
          .split('\n')
          .slice(1)
          .map(line => line.split(',')[2]);
        sources.push(rows.map((row, k) => ({ ...row, atUs: given[k] === '' ? -Infinity : row.atUs })));
        streams.push(
          replay('d.csv', { ...options, schema: TEXT_ROW, receivedAt: 'received' }).select('id', 'ts'),
        );
      }
      const [first, ...others] = streams;
      const all = first.unionAll(...others).keep();
      const expected = merged(sources);
      const ids = async (): Promise<number[]> => (await all.rows()).map(({ id }) => Number(id));
      expect(await ids()).toEqual(expected.map(({ id }) => id));

      await clock.start({ speed: 1 });
      await clock.pause();
      for (let move = 0; move < 4; move++) {
        if (random.chance(0.4)) {
          const before = (await ids()).length;
          const events = 1 + random.below(10);
          await clock.step({ events });
          const made = await ids();
          // Rows of one time that were parted are out, though the clock stands before them.
          expect(made).toEqual(expected.slice(0, made.length).map(({ id }) => id));
          expect(made.length).toBeLessThanOrEqual(before + events);
          continue;
        }
        const time = START + random.below(9_000_000);
        await clock.seek(new Date(time / 1000));
        const reached = Math.floor(time / 1000) * 1000;
        const out = expected.filter(({ place }) => place <= reached).map(({ id }) => id);
        const made = await ids();
        expect(made.slice(0, out.length)).toEqual(out);
        // The clock does not go back before the replays' first row.
        if (reached >= START + 3_000_000) expect(made).toEqual(out);
      }
    } finally {
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, RUNS));

test('rows that are kept go on at the places at which they were received', () =>
  forRandom(async random => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-aligned-'));
    const host = createNodeHost({ directory: folder, threads: 0 });
    setDefaultLink(host.link());
    try {
      const options = { schema: ROW, time: 'ts', watermark: random.pick(['0 s', '2 s']) } as const;
      const tables = [];
      for (const [k, name] of ['a.mrec', 'b.mrec', 'c.mrec'].entries()) {
        const { bytes } = await recorded(messagesOf(randomRows(random, k * 1000)), { chunkBytes: 500 });
        writeFileSync(join(folder, name), bytes);
        const table = read(name, options);
        const some = random.chance(0.5) ? table.where(t => t.id.mod(3).ne(0)) : table;
        tables.push(random.chance(0.5) ? some.derive(t => ({ id: t.id.add(0) })) : some);
      }
      const united = ([first, ...others]: typeof tables) => first.unionAll(...others).rows();
      const expected = await united(tables);
      expect(await united(tables.map(table => table.cache()))).toEqual(expected);
      expect(await united(tables.map(table => (random.chance(0.5) ? table.cache() : table)))).toEqual(
        expected,
      );
    } finally {
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, RUNS));
