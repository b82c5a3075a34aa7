import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JupyterClient, type Answer, type ClientMessage } from '../support/jupyterClient.js';
import { BARS, QUERY, writeTrades } from './support/home.js';

const VIEW_MIME = 'application/vnd.millrace.view.v1+json';
const VEGA_LITE = 'application/vnd.vegalite.v5+json';
type Data = Readonly<Record<string, unknown>>;

/** Front ends without our extension ask their users, and never open a comm. */
const PERSON = { allow_stdin: true };

const dataOf = ({ content }: ClientMessage): Data => content.data as Data;
const isUpdate = ({ type }: ClientMessage): boolean => type === 'update_display_data';
const displayId = ({ content }: ClientMessage): string =>
  (content.transient as { readonly display_id: string }).display_id;

interface Update {
  readonly message: ClientMessage;
  /** When it was seen, in milliseconds. */
  readonly at: number;
}

/** Notes when updates of a cell come, until stopped. */
function watch(kernel: JupyterClient, id: string): { readonly updates: Update[]; stop(): void } {
  const updates: Update[] = [];
  const look = (): void => {
    const all = kernel.of(id).filter(({ type }) => type === 'update_display_data');
    for (const message of all.slice(updates.length)) updates.push({ message, at: performance.now() });
  };
  const timer = setInterval(look, 10);
  return { updates, stop: () => clearInterval(timer) };
}

function totalOf(data: Data): number {
  return (data[VIEW_MIME] as { snapshot: { status: { total: number } } }).snapshot.status.total;
}

describe('a front end that never opens a comm', () => {
  let kernel: JupyterClient;
  beforeAll(async () => {
    kernel = await JupyterClient.start();
    writeTrades(kernel.directory);
    expect((await kernel.execute(QUERY, PERSON)).error).toBeNull();
  }, 60_000);
  afterAll(() => kernel.shutdown());

  const shown = (answer: Answer): ClientMessage =>
    answer.published.findLast(({ type }) => /display_data$/.test(type)) as ClientMessage;

  test('sees its table move at most once a second, at the speed that the cell says, and its last state once', async () => {
    // Half an hour in five seconds.
    const id = kernel.startCell('clock.start({ speed: 360 });\nbars', PERSON, { cellId: 'table' });
    const { updates, stop } = watch(kernel, id);
    const answer = await kernel.finished(id);
    const atOnce = answer.published.filter(({ type }) => type === 'update_display_data').length;
    expect(atOnce).toBe(0);
    const first = shown(answer);
    expect(totalOf(dataOf(first))).toBeLessThan(BARS);
    // A cell that loops does not keep it from moving.
    const looping = kernel.startCell('while (true) {}', PERSON);
    await kernel.until(() => (updates.length >= 2 ? true : undefined), 'updates beside a loop');
    await kernel.interrupt();
    await kernel.finished(looping);
    await kernel.until(
      () => (updates.some(({ message }) => totalOf(dataOf(message)) === BARS) ? true : undefined),
      'the last state',
    );
    const settled = updates.length;
    await new Promise(resolve => setTimeout(resolve, 2_500));
    stop();
    expect(updates.length - settled).toBeLessThanOrEqual(1);
    const totals = updates.map(({ message }) => totalOf(dataOf(message)));
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    expect(new Set(totals).size).toBeGreaterThan(2);
    for (const { message } of updates) {
      expect(displayId(message)).toBe(displayId(first));
      expect(dataOf(message)['text/html']).toContain('<table>');
    }
    const gaps = updates.slice(1).map(({ at }, i) => at - updates[i].at);
    for (const gap of gaps) expect(gap).toBeGreaterThan(900);
    expect(dataOf(updates[updates.length - 1].message)['text/plain']).toContain('ended · 60 rows');
  });

  test('has a chart at once, as Vega-Lite with its rows and as a picture, and moving', async () => {
    await kernel.execute("await clock.seek('2024-01-02T14:31:00Z')", PERSON);
    const answer = await kernel.execute(
      "clock.start({ speed: 360 });\nbars.where(b => b.symbol.eq('AAPL')).line({ x: 'windowEnd', y: 'close' })",
      PERSON,
      { cellId: 'chart' },
    );
    expect(answer.error).toBeNull();
    const data = dataOf(shown(answer));
    expect(Object.keys(data).sort()).toEqual([VIEW_MIME, VEGA_LITE, 'image/png', 'text/plain'].sort());
    const id = answer.reply.parentId;
    const rowsOf = ({ content }: ClientMessage): number =>
      ((content.data as Record<string, { data: { values: unknown[] } }>)[VEGA_LITE]?.data.values ?? [])
        .length;
    await kernel.until(
      () =>
        kernel.of(id).some(message => message.type === 'update_display_data' && rowsOf(message) === BARS / 2)
          ? true
          : undefined,
      'the chart of all rows',
    );
    const pictures = kernel.of(id).filter(({ type }) => type === 'update_display_data');
    expect(new Set(pictures.map(message => String(dataOf(message)['image/png']))).size).toBe(pictures.length);
  });

  test('running the cell again ends the updates of its former output', async () => {
    const again = { cellId: 'again' };
    const before = displayId(shown(await kernel.execute('clock.start({ speed: 1 });\nbars', PERSON, again)));
    const after = displayId(shown(await kernel.execute('bars', PERSON, again)));
    const from = kernel.published.length;
    const updated = (): string[] => kernel.published.slice(from).filter(isUpdate).map(displayId);
    await kernel.execute('await clock.seek("2024-01-02T14:40:00Z"); clock.start({ speed: 360 });', PERSON);
    await kernel.until(() => (updated().includes(after) ? true : undefined), 'an update of the new output');
    expect(updated()).not.toContain(before);
  });

  test('an output that shows something else, or was cleared, is left alone', async () => {
    await kernel.execute('await clock.seek("2024-01-02T14:31:00Z"); clock.start({ speed: 60 });', PERSON);
    const other = await kernel.execute('const handle = display(bars);', PERSON, { cellId: 'other' });
    await kernel.execute('handle.update("another");', PERSON, { cellId: 'update' });
    const cleared = await kernel.execute(
      'display(bars); await new Promise(done => setTimeout(done, 500)); display.clear()',
      PERSON,
      { cellId: 'clear' },
    );
    const stays = await kernel.execute('bars', PERSON, { cellId: 'stays' });
    const updates = (answer: Answer) => kernel.of(answer.reply.parentId).filter(isUpdate);
    await kernel.until(() => (updates(stays).length >= 2 ? true : undefined), 'updates of what stays');
    const { published } = other;
    expect(updates(other)).toEqual(published.filter(isUpdate));
    expect(updates(cleared)).toEqual(cleared.published.filter(isUpdate));
  });
});

describe('a front end with the extension', () => {
  let kernel: JupyterClient;
  beforeAll(async () => {
    kernel = await JupyterClient.start();
    writeTrades(kernel.directory);
    await kernel.execute(QUERY, PERSON);
  }, 60_000);
  afterAll(() => kernel.shutdown());

  const viewId = (answer: Answer): string => {
    const data = dataOf(answer.published.findLast(({ type }) => /display_data$/.test(type)) as ClientMessage);
    return (data[VIEW_MIME] as { readonly viewId: string }).viewId;
  };

  test('that opens the comm of a view ends its updates, those of others go on', async () => {
    const answer = await kernel.execute('clock.start({ speed: 60 });\nbars', PERSON, { cellId: 'a' });
    const other = await kernel.execute('bars', PERSON, { cellId: 'b' });
    const updates = (of: Answer): number => kernel.of(of.reply.parentId).filter(isUpdate).length;
    const some = () => (updates(answer) > 0 && updates(other) > 0 ? true : undefined);
    await kernel.until(some, 'updates of both');
    const data = { v: 1, viewId: viewId(answer), credit: 1, range: null };
    kernel.send('comm_open', { comm_id: 'view', target_name: 'millrace.view', data });
    await kernel.quiet();
    const [seen, seenOther] = [updates(answer), updates(other)];
    await kernel.until(() => (updates(other) >= seenOther + 2 ? true : undefined), 'more of the other');
    expect(updates(answer)).toBeLessThanOrEqual(seen + 1);
  });

  test('that keeps a replay bar gets no updates, and no picture', async () => {
    kernel.send('comm_open', { comm_id: 'bar', target_name: 'millrace.session', data: { v: 1 } });
    await kernel.quiet();
    const chart = "bars.where(b => b.symbol.eq('AAPL')).line({ x: 'windowEnd', y: 'close' })";
    const from = kernel.published.length;
    const answer = await kernel.execute(chart, PERSON, { cellId: 'c' });
    const [shown] = answer.published.filter(({ type }) => type === 'display_data');
    expect(dataOf(shown)).not.toHaveProperty(['image/png']);
    await new Promise(resolve => setTimeout(resolve, 4_000));
    expect(kernel.published.slice(from).filter(isUpdate)).toEqual([]);
  });
});

describe('a client that takes the messages of its running cell alone', () => {
  let kernel: JupyterClient;
  beforeAll(async () => {
    kernel = await JupyterClient.start();
    writeTrades(kernel.directory);
  }, 60_000);
  afterAll(() => kernel.shutdown());

  test('gets updates while a cell runs, as messages of that cell, none after, and the last state', async () => {
    await kernel.execute(QUERY);
    const table = await kernel.execute('bars');
    const waiting = await kernel.execute(`
      await clock.seek('2024-01-02T14:31:00Z');
      await new Promise(done => setTimeout(done, 4_000));
      clock.play();`);
    const shown = table.published.find(({ type }) => type === 'display_data') as ClientMessage;
    const updates = waiting.published.filter(
      message => isUpdate(message) && displayId(message) === displayId(shown),
    );
    const totals = updates.map(message => totalOf(dataOf(message)));
    expect(totals[0]).toBeLessThan(10);
    expect(totals.at(-1)).toBe(BARS);
    const from = kernel.published.length;
    await new Promise(resolve => setTimeout(resolve, 3_000));
    expect(kernel.published.slice(from)).toEqual([]);
  });
});
