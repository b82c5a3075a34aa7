import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../support/jupyterClient.js';

let kernel: JupyterClient;
beforeAll(async () => {
  kernel = await JupyterClient.start();
}, 60_000);
afterAll(() => kernel.shutdown());

const open = (comm: string, target: string, data: Record<string, unknown>) =>
  kernel.send('comm_open', { comm_id: comm, target_name: target, data });
const messages = (comm: string, type = 'comm_msg') =>
  kernel.published.filter(message => message.type === type && message.content.comm_id === comm);

test('a replay bar gets the state of the clock and moves it while a cell loops, without a status', async () => {
  const looping = kernel.startCell('while (true) {}');
  await kernel.until(
    () => kernel.of(looping).find(message => message.type === 'execute_input'),
    'the cell to start',
  );
  const opened = open('bar', 'millrace.session', { v: 1 });
  const first = await kernel.until(() => messages('bar')[0], 'the state of the clock');
  expect(first.content.data).toMatchObject({ type: 'clock', state: { mode: 'idle' } });
  const before = messages('bar').length;
  const sent = kernel.send('comm_msg', {
    comm_id: 'bar',
    data: { type: 'clock', command: { type: 'speed', speed: 60 } },
  });
  const speed = () =>
    messages('bar')
      .slice(before)
      .find(({ content }) => (content.data as { state?: { speed: unknown } }).state?.speed === 60);
  await kernel.until(speed, 'the new speed');
  for (const id of [opened, sent])
    expect(kernel.of(id).filter(message => message.type === 'status')).toEqual([]);
  const info = await kernel.ask('comm_info_request', { target_name: 'millrace.session' });
  expect(info.content.comms).toEqual({ bar: { target_name: 'millrace.session' } });
  await kernel.interrupt();
  await kernel.finished(looping);
});

test('a view that the kernel does not know is over at once', async () => {
  open('stale', 'millrace.view', { v: 1, viewId: 'of another time', credit: 1, range: null });
  const { content } = await kernel.until(() => messages('stale')[0], 'an answer');
  expect(content.data).toMatchObject({ type: 'bye' });
  kernel.send('comm_close', { comm_id: 'stale', data: {} });
  await kernel.until(async () => {
    const { content } = await kernel.ask('comm_info_request', {});
    return 'stale' in (content.comms as object) ? undefined : true;
  }, 'the comm to be closed');
});

test('a comm of an unknown target is refused', async () => {
  open('foreign', 'some.widget', {});
  await kernel.until(() => messages('foreign', 'comm_close')[0], 'the refusal');
});

test('nonsense on a comm does no harm', async () => {
  open('nonsense', 'millrace.view', 7 as never);
  open('nothing', 'millrace.input', null as never);
  await kernel.until(() => messages('nonsense', 'comm_close')[0], 'the refusal');
  await kernel.until(() => messages('nothing', 'comm_msg')[0], 'the answer');
  kernel.send('comm_msg', { comm_id: 'nonsense', data: null });
  kernel.send('comm_msg', { comm_id: 'bar', data: { type: 'clock' } });
  kernel.send('comm_msg', { comm_id: 'nobody', data: {} });
  kernel.send('comm_open', {});
  expect((await kernel.execute('1 + 1')).result).toBe('2');
  expect((await kernel.ask('comm_info_request', {})).content.status).toBe('ok');
});
