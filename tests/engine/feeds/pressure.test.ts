import { execFile, fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Arrival } from '../../../engine/src/sources/arrival.js';
import { ArrivalQueue } from '../../../engine/src/sources/arrivalQueue.js';
import { seededRandom } from '../../../engine/src/sources/random.js';
import { ROOT } from '../../support/checkout.js';
import { stillWorld } from '../../support/sourceRows.js';

const FOLDER = join(ROOT, 'tests/engine/feeds');
/** Ten minutes each in `npm run test:long`. */
const SECONDS = Number(process.env.MILLRACE_RUNS ?? 200) < 1000 ? 6 : 600;
const SEED = Number(process.env.MILLRACE_SEED ?? 2);

let server: ChildProcess | null = null;
afterEach(() => server?.kill());

interface Report {
  readonly rows: number;
  readonly dropped: number;
  readonly rejected: number;
  readonly reconnects: number;
  readonly inOrder: boolean;
  readonly gaps: number;
  readonly peakMb: number;
}

/** Reads a feed that is ten times faster than its reader, in a process of 512 MB. */
async function read(whenFull: string): Promise<Report & { sent: number }> {
  server = fork(join(FOLDER, 'pressureFeed.mjs'), [String(SECONDS)]);
  const said = () =>
    new Promise<{ port: number; sent: number }>(resolve => server?.once('message', resolve as never));
  const { port } = await said();
  const done = said();
  const args = [
    '--max-old-space-size=512',
    join(FOLDER, 'pressureReader.mjs'),
    `ws://127.0.0.1:${port}`,
    whenFull,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { sent } = await done;
  return { ...(JSON.parse(stdout) as Report), sent };
}

const time = SECONDS * 3000 + 120_000;

describe.skipIf(!existsSync(join(ROOT, 'engine/dist/node/sources/webSocket.js')))(
  'a feed that is too fast',
  () => {
    test('is held back, and nothing of it is lost', { timeout: time }, async () => {
      const { sent, rows, dropped, inOrder, rejected, reconnects, gaps, peakMb } = await read('block');
      expect({ rows, dropped, inOrder, rejected, reconnects, gaps }).toEqual({
        rows: sent,
        dropped: 0,
        inOrder: true,
        rejected: 0,
        reconnects: 0,
        gaps: 0,
      });
      expect(sent).toBeGreaterThan(10_000);
      expect(peakMb).toBeLessThan(700);
    });

    test(
      'is cut where it is too much, and what is dropped is counted exactly, and is no gap of the feed’s',
      { timeout: time },
      async () => {
        const { sent, rows, dropped, inOrder, rejected, reconnects, gaps, peakMb } = await read('drop');
        expect(dropped).toBeGreaterThan(0);
        expect({ all: rows + dropped, inOrder, rejected, reconnects, gaps }).toEqual({
          all: sent,
          inOrder: true,
          rejected: 0,
          reconnects: 0,
          gaps: 0,
        });
        expect(peakMb).toBeLessThan(700);
      },
    );
  },
);

describe('the queue of arrivals', () => {
  test.each(['block', 'drop'] as const)(
    'never holds more than its limit and gives all the rest in order: %s',
    whenFull => {
      for (let seed = SEED; seed < SEED + 50; seed++) {
        const random = seededRandom(seed);
        const maxBytes = Math.floor(random() * 4e6) + 1000;
        let isHeld = false;
        const dropped: number[] = [];
        const queue = new ArrivalQueue({ whenFull, maxBytes }, stillWorld('.'), {
          dropped: ({ atUs }) => dropped.push(atUs),
          held: held => (isHeld = held),
        });
        const taken: Arrival[] = [];
        let held = 0;
        let sent = 0;
        const longest = 10 ** (1 + random() * 4);
        for (let i = 0; i < 3000; i++) {
          if (random() < 0.7 && !isHeld) {
            const bytes = new Uint8Array(Math.floor(random() * longest)).fill(sent % 251);
            queue.push({ kind: 'message', atUs: sent++, bytes });
            held = Math.max(
              held,
              queue.first().reduce((sum, arrival) => sum + arrival.bytes.length, 0),
            );
            // The buffer that it came in is used again.
            if (queue.length > 1 && held > 1 << 20) bytes.fill(255);
          } else if (random() < 0.5) {
            const arrival = queue.take();
            if (arrival !== null) taken.push(arrival);
          }
          if (i % 100 > 0) held = 0;
          else expect(held).toBeLessThanOrEqual(maxBytes + longest);
        }
        for (let arrival = queue.take(); arrival !== null; arrival = queue.take()) taken.push(arrival);
        expect(isHeld).toBe(false);
        if (whenFull === 'block') expect(dropped).toEqual([]);
        expect([...taken.map(({ atUs }) => atUs), ...dropped].sort((a, b) => a - b)).toEqual([
          ...Array(sent).keys(),
        ]);
        expect(taken.every(({ atUs }, i) => i === 0 || atUs > taken[i - 1].atUs)).toBe(true);
      }
    },
  );
});
