import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from './random.js';
import { ROOT } from '../support/checkout.js';
import { madeUp } from '../support/madeUpMessages.mjs';
import { readRecording } from '../support/recordings.js';

const MODULES = join(ROOT, 'engine', 'dist', 'node');
const RECORDER = join(ROOT, 'tests', 'support', 'recordUntilKilled.mjs');
/** `npm run test:long` kills more. */
const POINTS = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000 ? 200 : 50;
const SEED = Number(process.env.MILLRACE_SEED ?? Date.now() % 2 ** 31);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-crashes-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Reads what a child says, line by line, until it ends or `enough` says so. */
async function listen(child: ChildProcess, enough: (line: string) => boolean): Promise<string[]> {
  const lines: string[] = [];
  let rest = '';
  await new Promise<void>(resolve => {
    child.stdout!.on('data', (data: Buffer) => {
      const parts = (rest + data.toString()).split('\n');
      rest = parts.pop()!;
      lines.push(...parts);
      if (parts.some(enough)) resolve();
    });
    child.on('close', () => resolve());
  });
  return lines;
}

const closed = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise(resolve => child.once('close', resolve));

/** What has to be in the file: so many messages, one behind the other, as they were made. */
function checkMessages(
  arrivals: readonly { readonly text: string; readonly atUs: number }[],
  seed: number,
): void {
  const messages = madeUp(seed);
  arrivals.forEach(({ text, atUs }, i) => {
    if (text !== messages.next().value || atUs !== i) throw new Error(`message ${i} is another one: ${text}`);
  });
}

async function killOne(run: number): Promise<number> {
  const seed = (SEED + run) >>> 0;
  const random = new Random(seed);
  const file = join(folder, `killed-${run}.mrec`);
  const chunkBytes = 1 << (8 + random.below(12));
  const child = spawn(
    process.execPath,
    [RECORDER, MODULES, file, String(chunkBytes), String(seed % 65_536)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said = listen(child, () => false);
  let left = 1 + random.below(12);
  await listen(child, line => line.startsWith('kept') && --left <= 0);
  await new Promise(resolve => setTimeout(resolve, random.below(8)));
  child.kill('SIGKILL');
  const kept = (await said).filter(line => line.startsWith('kept')).map(line => Number(line.split(' ')[1]));
  const { arrivals, reader } = await readRecording(readFileSync(file));
  const what = `MILLRACE_SEED=${seed}`;
  expect(reader.damages, what).toEqual([]);
  expect(arrivals.length, what).toBeGreaterThanOrEqual(Math.max(...kept));
  checkMessages(arrivals, seed % 65_536);
  rmSync(file);
  return arrivals.length;
}

test(`a recorder that is killed at ${POINTS} points keeps everything but the chunk that it was writing`, async () => {
  const sizes: number[] = [];
  for (let run = 0; run < POINTS; run += 2) {
    sizes.push(...(await Promise.all([killOne(run), killOne(run + 1)])));
  }
  expect(sizes.length).toBe(POINTS);
  expect(new Set(sizes).size).toBeGreaterThan(POINTS / 3);
});

/** Lets a recorder write until the disk is full; what it says of that, and what is in the file then. */
async function fillDisk(command: string, args: readonly string[], path: (pid: number) => string) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = await listen(child, line => line.startsWith('over'));
    const failed = lines.find(line => line.startsWith('failed')) ?? lines.join('\n');
    return { failed, kept: Number(lines.at(-1)!.split(' ')[1]), bytes: readFileSync(path(child.pid!)) };
  } finally {
    child.kill('SIGKILL');
    await closed(child);
  }
}

const hasLimits = process.platform !== 'win32' && spawnSync('bash', ['-c', 'ulimit -f 100']).status === 0;

test.skipIf(!hasLimits)('a file that may not grow further ends the recording with a sentence', async () => {
  const file = join(folder, 'limited.mrec');
  const script = 'trap "" XFSZ; ulimit -f 3000; exec "$@"';
  const args = ['-c', script, 'limited', process.execPath, RECORDER, MODULES, file, '65536', '7'];
  const { failed, kept, bytes } = await fillDisk('bash', args, () => file);
  expect(failed).toMatch(
    /MR3805 files may not grow further here: '.*limited\.mrec' could not be written \(EFBIG\)\./,
  );
  expect(failed).toContain(`What came before is kept: ${kept} messages up to 1970-01-01T00:00:0`);
  const { arrivals, reader } = await readRecording(bytes);
  expect(reader.damages).toEqual([]);
  expect(reader.isUnfinished).toBe(false);
  expect(arrivals.length).toBe(kept);
  expect(bytes.length).toBeGreaterThan(1_000_000);
  checkMessages(arrivals, 7);
});

const hasMounts =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m none /mnt']).status === 0;

test.skipIf(!hasMounts)('a disk of 10 MB that is full ends the recording with a sentence', async () => {
  const script = 'mount -t tmpfs -o size=10m none /mnt && exec "$@"';
  const args = [
    '-rm',
    'sh',
    '-c',
    script,
    'full',
    process.execPath,
    RECORDER,
    MODULES,
    '/mnt/full.mrec',
    '262144',
    '9',
  ];
  const { failed, kept, bytes } = await fillDisk('unshare', args, pid => `/proc/${pid}/root/mnt/full.mrec`);
  expect(failed).toContain("MR3805 the disk is full: '/mnt/full.mrec' could not be written (ENOSPC).");
  const { arrivals, reader } = await readRecording(bytes);
  expect(reader.damages).toEqual([]);
  expect(arrivals.length).toBe(kept);
  checkMessages(arrivals, 9);
  expect(reader.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(createHash('sha256').update(bytes).digest('hex')).not.toBe(reader.hash);
});
