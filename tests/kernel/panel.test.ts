import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PanelMessage, PanelState } from '@millrace/protocol';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 60_000);
afterAll(() => kernel.shutdown());

const told = (): PanelMessage[] =>
  kernel.published
    .filter(({ type, content }) => type === 'comm_msg' && content.comm_id === 'panel')
    .map(({ content }) => content.data as PanelMessage);
const send = (data: unknown): void => {
  kernel.send('comm_msg', { comm_id: 'panel', data: data as Record<string, unknown> });
};

/** What the panel is told at its next look. */
async function look(): Promise<PanelState> {
  const before = told().length;
  send({ type: 'look', detail: 'all', plans: [] });
  const message = await kernel.until(
    () =>
      told()
        .slice(before)
        .find(({ type }) => type === 'state'),
    'the state of the session',
  );
  return (message as Extract<PanelMessage, { type: 'state' }>).state;
}

test('a streams panel is told what it asks for, and stops it, while a cell loops', async () => {
  // With a front end that has a replay bar the clock goes as cells say.
  kernel.send('comm_open', { comm_id: 'bar', target_name: 'millrace.session', data: { v: 1 } });
  await kernel.execute(`import { clock, count, generator } from 'millrace';
const trades = generator.market({ rows: 100_000, symbols: ['AAPL'] });
const counts = trades.groupBy('symbol').aggregate(() => ({ n: count() }));
counts`);
  await kernel.execute('void clock.start({ speed: 1 })');
  const looping = kernel.startCell('while (true) {}');
  await kernel.until(
    () => kernel.of(looping).find(({ type }) => type === 'execute_input'),
    'the cell to start',
  );
  const opened = kernel.send('comm_open', {
    comm_id: 'panel',
    target_name: 'millrace.panel',
    data: { v: 1 },
  });
  const state = await look();
  expect(state.sources).toHaveLength(1);
  expect(state.queries).toMatchObject([{ name: 'counts', rows: expect.any(Number) as number }]);
  expect(state.queries[0].owners).toHaveLength(1);
  send({ type: 'stopAll' });
  await kernel.until(() => told().find(({ type }) => type === 'done'), 'everything to be stopped');
  expect((await look()).sources).toEqual([]);
  for (const nonsense of [null, 7, { type: 'nothing' }]) send(nonsense);
  await kernel.until(() => told().find(({ type }) => type === 'refused'), 'the refusal');
  expect(kernel.of(opened).filter(({ type }) => type === 'status')).toEqual([]);
  await kernel.interrupt();
  await kernel.finished(looping);
});

test('a panel that speaks another version is told so', async () => {
  kernel.send('comm_open', { comm_id: 'old', target_name: 'millrace.panel', data: { v: 99 } });
  const { content } = await kernel.until(
    () => kernel.published.find(({ type, content }) => type === 'comm_msg' && content.comm_id === 'old'),
    'an answer',
  );
  expect(content.data).toMatchObject({ type: 'bye', reason: expect.stringContaining('version') as string });
});
