import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient, type Answer, type ClientMessage } from '../support/jupyterClient.js';

const VIEW_MIME = 'application/vnd.millrace.view.v1+json';
const MINUTES = 30;

/** Trades of two symbols over half an hour, six a minute. */
function writeTrades(directory: string): void {
  const rows = Array.from({ length: MINUTES * 6 }, (_, i) => {
    const at = new Date(Date.UTC(2024, 0, 2, 14, 30) + i * 10_000).toISOString();
    return `${at},${i % 2 === 0 ? 'AAPL' : 'MSFT'},${100 + (i % 7)},${1 + (i % 5)}`;
  });
  writeFileSync(join(directory, 'trades.csv'), `ts,symbol,price,size\n${rows.join('\n')}\n`);
}

const QUERY = `
import { clock, count, last, replay, sum, tumble } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts' });
const bars = trades.window(tumble('1 min')).groupBy('symbol')
  .aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));`;

interface ViewData {
  readonly viewId: string;
  readonly snapshot: { readonly status: { readonly state: string; readonly total: number } };
}

function shownView(answer: Answer): ViewData {
  const shown = answer.published.find(message => message.type === 'display_data');
  return (shown?.content.data as Record<string, ViewData>)[VIEW_MIME];
}

interface ViewMessage {
  readonly type: string;
  readonly seq?: number;
  readonly status?: { readonly state: string; readonly total: number; readonly watermarkUs: number | null };
}

/** A front end's view: it takes frames and asks for the next. */
class View {
  readonly #kernel: JupyterClient;
  readonly #comm: string;
  #acknowledged = 0;

  constructor(kernel: JupyterClient, comm: string, viewId: string) {
    this.#kernel = kernel;
    this.#comm = comm;
    const data = { v: 1, viewId, credit: 1, range: { from: 0, limit: 50, tail: true } };
    kernel.send('comm_open', { comm_id: comm, target_name: 'millrace.view', data });
  }

  get messages(): ClientMessage[] {
    return this.#kernel.published.filter(
      ({ type, content }) => type === 'comm_msg' && content.comm_id === this.#comm,
    );
  }

  get last(): ViewMessage | undefined {
    return this.messages.at(-1)?.content.data as ViewMessage | undefined;
  }

  /** Acknowledges frames until something holds of the last message. */
  until(holds: (message: ViewMessage) => boolean, what: string): Promise<ViewMessage> {
    return this.#kernel.until(
      () => {
        for (const { content } of this.messages) this.#acknowledge(content.data as ViewMessage);
        return this.last !== undefined && holds(this.last) ? this.last : undefined;
      },
      what,
      20_000,
    );
  }

  #acknowledge({ seq }: ViewMessage): void {
    if (seq === undefined || seq <= this.#acknowledged) return;
    this.#acknowledged = seq;
    this.#kernel.send('comm_msg', { comm_id: this.#comm, data: { type: 'ack', seq, credit: 1, paintMs: 1 } });
  }
}

describe('with a front end', () => {
  let kernel: JupyterClient;
  beforeAll(async () => {
    kernel = await JupyterClient.start({ env: { MILLRACE_RUNNER_HEAP_MB: '160' } });
    writeTrades(kernel.directory);
    kernel.send('comm_open', { comm_id: 'bar', target_name: 'millrace.session', data: { v: 1 } });
  }, 60_000);
  afterAll(() => kernel.shutdown());

  const clock = (command: Record<string, unknown>) =>
    kernel.send('comm_msg', { comm_id: 'bar', data: { type: 'clock', command } });
  const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
  let viewId: string;

  test('a table moves while a cell loops, pauses and goes on; frames bring Arrow buffers', async () => {
    await kernel.execute(QUERY);
    const answer = await kernel.execute('clock.start({ speed: 30 });\nbars', {}, { cellId: 'the-table' });
    expect(answer.error).toBeNull();
    ({ viewId } = shownView(answer));
    const looping = kernel.startCell('while (true) {}');
    const view = new View(kernel, 'table', viewId);
    const early = await view.until(each => (each.status?.total ?? 0) >= 2, 'the first bars');
    expect(view.messages[0].buffers.length).toBeGreaterThanOrEqual(1);
    expect(view.messages[0].buffers[0].length).toBeGreaterThan(100);
    await view.until(each => (each.status?.total ?? 0) > (early.status?.total ?? 0), 'more bars');
    clock({ type: 'pause' });
    await view.until(each => each.status?.state === 'paused', 'the pause');
    const paused = view.last;
    await pause(500);
    expect(view.last?.status?.watermarkUs).toBe(paused?.status?.watermarkUs);
    clock({ type: 'speed', speed: 'max' });
    clock({ type: 'play' });
    const ended = await view.until(each => each.status?.state === 'ended', 'the end');
    expect(ended.status?.total).toBe(2 * MINUTES);
    expect(view.messages.filter(each => each.type === 'status')).toEqual([]);
    await kernel.interrupt();
    expect((await kernel.finished(looping)).error).toMatchObject({ ename: 'Interrupted' });
  });

  test('a cell that exhausts memory loses no table', async () => {
    const answer = await kernel.execute(
      'const all: number[][] = []; for (;;) all.push(new Array(100_000).fill(1.5))',
    );
    expect(answer.error?.evalue).toContain('ran out of memory');
    const view = new View(kernel, 'after', viewId);
    const { status } = await view.until(each => each.type === 'snapshot', 'a snapshot');
    expect(status).toMatchObject({ state: 'ended', total: 2 * MINUTES });
    expect((await kernel.execute('bars')).error).toMatchObject({ ename: 'TS2304' });
  });

  test('running a cell again releases what it had made', async () => {
    await kernel.execute(`${QUERY}\nbars`, {}, { cellId: 'the-table' });
    const view = new View(kernel, 'old', viewId);
    await view.until(each => each.type === 'bye', 'the end of the old view');
  });

  test('a cell that is edited shows at once what it goes on from', async () => {
    const edited = await kernel.execute('bars.where(b => b.n.gt(0))', {}, { cellId: 'the-table' });
    expect(edited.error).toBeNull();
    expect(shownView(edited).snapshot.status).toMatchObject({ state: 'ended', total: 2 * MINUTES });
    const again = await kernel.execute(`bars.where(b => b.symbol.eq('AAPL'))`, {}, { cellId: 'the-table' });
    expect(shownView(again).snapshot.status).toMatchObject({ state: 'ended', total: MINUTES });
  });

  test.skipIf(process.platform !== 'linux')(
    'an engine that dies is told of, and there is another',
    async () => {
      const engine = childOf(kernel.process.pid as number, 'engine/main.js');
      process.kill(engine, 'SIGKILL');
      await kernel.until(
        () => (childOf(kernel.process.pid as number, 'engine/main.js', engine) > 0 ? true : undefined),
        'another engine',
      );
      const answer = await kernel.execute(`${QUERY}\n(await bars.rows()).length`);
      expect(answer.result).toBe(String(2 * MINUTES));
    },
  );
});

describe('without a front end', () => {
  let kernel: JupyterClient;
  beforeAll(async () => {
    kernel = await JupyterClient.start();
    writeTrades(kernel.directory);
  }, 60_000);
  afterAll(() => kernel.shutdown());

  test('a cell waits for the end of the replay, whatever the speed, and shows its last state', async () => {
    await kernel.execute(QUERY);
    const answer = await kernel.execute('clock.start({ speed: 1 });\nbars');
    expect(answer.error).toBeNull();
    const bundles = answer.published
      .filter(message => message.type === 'display_data' || message.type === 'update_display_data')
      .map(message => (message.content.data as Record<string, ViewData>)[VIEW_MIME]);
    expect(bundles.at(-1)?.snapshot.status).toMatchObject({ state: 'ended', total: 2 * MINUTES });
    expect(answer.published.at(-1)?.type).toBe('status');
  });
});

/** The process below another whose command line names a file, other than one that is known; 0 where there is none. */
function childOf(parent: number, file: string, other = 0): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === other) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(ppid) !== parent || state === 'Z') continue;
      if (readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(file)) return Number(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  return 0;
}
