import type { ViewOutput } from '@millrace/protocol';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { VIEW_MIME } from '../support/savedView.js';
import { JupyterClient } from '../support/jupyterClient.js';

/** Long test runs open as many views as were measured; `MILLRACE_VIEWS` says another number. */
const isLong = Number(process.env.MILLRACE_RUNS ?? 0) >= 1000;
const OPENED = Number(process.env.MILLRACE_VIEWS ?? (isLong ? 200 : 60));
const PROBE = fileURLToPath(new URL('../support/heapProbe.cjs', import.meta.url));

let kernel: JupyterClient;
afterEach(() => kernel.shutdown());

interface Held {
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  readonly resources: number;
}

/** The engine's process: a child of the wire process. */
function enginePid(): number {
  const children = readdirSync('/proc').filter(name => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return (
        parent === kernel.process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('engine')
      );
    } catch {
      return false;
    }
  });
  return Number(children[0]);
}

/** What a process holds once its garbage is collected. */
async function held(notes: string, pid: number): Promise<Held> {
  const file = join(notes, `${pid}.json`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('}')).toBe(true);
  return JSON.parse(readFileSync(file, 'utf8')) as Held;
}

const megabytes = (now: Held, before: Held): number =>
  (now.heapUsed + now.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1e6;

const READINGS = `import { clock, generator, tumble, avg } from 'millrace';
const readings = generator.sensors({ devices: 5, rate: 20, duration: '6000 s', stuck: 0, dropouts: 0 });
const kept = readings.keep({ rows: 500 });
const means = kept.groupBy('device').aggregate(t => ({ mean: avg(t.value) }));
await clock.start({ at: '2024-01-01T00:01:00Z', speed: 1 });`;

const VIEWS = [
  'kept',
  `kept.line({ x: 'ts', y: 'value', color: 'device' })`,
  `means.bar({ x: 'device', y: 'mean' })`,
];

/** Makes a view, looks at it until three frames have come, and leaves it. */
async function openAndClose(number: number): Promise<void> {
  const { published, error } = await kernel.execute(
    VIEWS[number % VIEWS.length] ?? '',
    {},
    { cellId: `cell-${number % 6}` },
  );
  expect(error).toBeNull();
  const shown = published.find(({ type }) => type === 'execute_result' || type === 'display_data');
  const { viewId } = (shown?.content.data as Record<string, ViewOutput>)[VIEW_MIME] ?? {};
  const comm = `view-${number}`;
  const data = {
    v: 1,
    viewId,
    credit: 1,
    range: number % 3 === 0 ? { from: 0, limit: 36, tail: true } : null,
  };
  kernel.send('comm_open', { comm_id: comm, target_name: 'millrace.view', data });
  let heard = 0;
  await kernel.until(() => {
    for (const { content, type } of kernel.published.splice(0)) {
      if (type !== 'comm_msg' || content.comm_id !== comm) continue;
      const frame = content.data as { type: string; seq?: number };
      if (frame.type !== 'snapshot' && frame.type !== 'delta') continue;
      heard++;
      kernel.send('comm_msg', {
        comm_id: comm,
        data: { type: 'ack', seq: frame.seq, credit: 1, paintMs: 1 },
      });
    }
    return heard >= 3 ? true : undefined;
  }, 'three frames');
  kernel.send('comm_close', { comm_id: comm, data: {} });
}

test.skipIf(process.platform !== 'linux')(
  'views that are opened and closed leave nothing in the kernel',
  async () => {
    const notes = mkdtempSync(join(tmpdir(), 'millrace-probe-'));
    kernel = await JupyterClient.start({
      env: { NODE_OPTIONS: `--require=${PROBE}`, MILLRACE_PROBE: notes },
    });
    // Somebody is there: else the clock would run to its end at once.
    kernel.send('comm_open', { comm_id: 'bar', target_name: 'millrace.session', data: { v: 1 } });
    expect((await kernel.execute(READINGS)).error).toBeNull();
    const processes = { engine: enginePid(), wire: kernel.process.pid! };
    const measure = async () => ({
      engine: await held(notes, processes.engine),
      wire: await held(notes, processes.wire),
    });
    for (let number = 0; number < 30; number++) await openAndClose(number);
    const before = await measure();
    for (let number = 0; number < OPENED; number++) await openAndClose(number);
    const after = await measure();
    const comms = await kernel.ask('comm_info_request', { target_name: 'millrace.view' });
    console.log(`${OPENED} views: ${JSON.stringify({ before, after })}`);
    expect(comms.content.comms).toEqual({});
    for (const name of ['engine', 'wire'] as const) {
      // A view's rows alone are some 30 kB.
      expect(megabytes(after[name], before[name]), name).toBeLessThan(2 + OPENED / 200);
      expect(after[name].resources, name).toBeLessThanOrEqual(before[name].resources + 3);
    }
    rmSync(notes, { recursive: true, force: true });
  },
  60_000 + OPENED * 3_000,
);
