import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ToEngine } from '../engine/messages.js';
import type { LiveOutput } from '../runner/contract.js';
import type { Header, Message } from '../wire/message.js';
import { Fallback } from './fallback.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const header = (msg_id: string): Header => {
  return { msg_id, session: 's', username: '', date: '', msg_type: 'execute_request', version: '5.4' };
};
const PARENT = header('cell');
const live = (viewId: string): LiveOutput => {
  return { viewId, view: { kind: 'grid', title: null }, caption: 'Table', digest: '' };
};
const message = (msg_type: string, content: Message['content']): Message => {
  const rest = { identities: [], parent: {}, metadata: {}, buffers: [] };
  return { ...rest, header: { ...header('m'), msg_type }, content };
};

/** A fallback over views whose rows are a counter each; bundles have a size that the test says. */
function setUp(size = 1_000) {
  const rows = new Map<string, number>();
  const comms = new Map<string, string>();
  const sent: { readonly id: string; readonly at: number; readonly parent: string }[] = [];
  const closed: string[] = [];
  const viewOf = (comm: string): string => comms.get(comm) ?? '';
  let attached = false;
  const fallback = new Fallback({
    iopub: {
      publish: (type, parent, content) => {
        expect(type).toBe('update_display_data');
        const { display_id: id } = content.transient as { display_id: string };
        sent.push({ id, at: performance.now(), parent: parent.msg_id });
        return Promise.resolve();
      },
    },
    engine: {
      send: (to: ToEngine) => {
        if (to.type === 'viewOpen') comms.set(to.comm, to.open.viewId);
        if (to.type === 'close') closed.push(viewOf(to.comm));
      },
      request: request => {
        const id = request.type === 'viewSnapshot' ? request.viewId : '';
        const status = { total: rows.get(id) ?? 0 };
        return Promise.resolve({ ok: true, value: { arrow: new Uint8Array(8), status, bound: {} } as never });
      },
    },
    attached: () => attached,
    drawing: {
      draw: () => Promise.resolve({ bundle: { data: {}, metadata: {} }, size }),
      close: () => undefined,
    },
  });
  let seq = 0;
  const change = (viewId: string): void => {
    rows.set(viewId, (rows.get(viewId) ?? 0) + 1);
    for (const [comm, view] of comms) {
      const data = { type: 'delta', seq: ++seq } as never;
      if (view === viewId) fallback.take({ type: 'comm', comm, data, buffers: [] });
    }
  };
  const show = (id: string, audience: 'person' | 'nobody' = 'person'): void =>
    fallback.shown(id, live(id), PARENT, audience);
  return { fallback, sent, closed, change, show, attach: () => (attached = true) };
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('outputs that nobody draws', () => {
  test('are shown anew once a second where they change, and not where they do not', async () => {
    const { sent, change, show } = setUp();
    show('a');
    show('still');
    for (let ms = 0; ms < 12_000; ms += 50) {
      if (ms < 8_000) change('a');
      await pass(50);
    }
    expect(sent.every(({ id, parent }) => id === 'a' && parent === 'cell')).toBe(true);
    expect(sent.length).toBeGreaterThanOrEqual(6);
    expect(sent.length).toBeLessThanOrEqual(8);
    sent.slice(1).forEach(({ at }, i) => expect(at - sent[i].at).toBeGreaterThanOrEqual(1_000));
  });

  test('share a megabyte a second, those first that wait longest', async () => {
    const { sent, change, show } = setUp(500_000);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of ids) show(id);
    await pass(2_500);
    const from = performance.now();
    for (let ms = 0; ms < 30_000; ms += 100) {
      for (const id of ids) change(id);
      await pass(100);
    }
    const seconds = (performance.now() - from) / 1000;
    expect(sent.length * 500_000).toBeLessThanOrEqual((seconds + 2) * 1_000_000);
    expect(sent.length).toBeGreaterThan(50);
    const counts = ids.map(id => sent.filter(each => each.id === id).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test('end when a comm is opened, the output is cleared or another one takes its place', async () => {
    const { fallback, sent, closed, change, show } = setUp();
    for (const id of ['comm', 'other', 'stays']) show(id);
    await pass(2_500);
    fallback.heard(message('comm_open', { target_name: 'millrace.view', data: { viewId: 'comm' } }));
    fallback.shown('other', null, PARENT, 'person');
    for (const id of ['comm', 'other', 'stays']) change(id);
    await pass(5_000);
    expect(sent.map(({ id }) => id)).toEqual(['stays']);
    expect(closed).toEqual(['comm', 'other']);
    fallback.cleared(PARENT);
    change('stays');
    await pass(5_000);
    expect(sent).toHaveLength(1);
  });

  test('are none where an extension answers within two seconds', async () => {
    const { fallback, sent, change, show, attach } = setUp();
    show('a');
    await pass(1_000);
    fallback.heard(message('comm_open', { target_name: 'millrace.view', data: { viewId: 'a' } }));
    show('b');
    attach();
    await pass(5_000);
    for (const id of ['a', 'b']) change(id);
    await pass(5_000);
    expect(sent).toEqual([]);
  });

  test('of a run that nobody sees belong to the running cell, and wait for one', async () => {
    const { fallback, sent, change, show } = setUp();
    show('a', 'nobody');
    await pass(2_500);
    change('a');
    await pass(5_000);
    expect(sent).toEqual([]);
    fallback.began(header('next'));
    await pass(10);
    expect(sent.map(({ parent }) => parent)).toEqual(['next']);
    fallback.ended();
    change('a');
    await pass(5_000);
    expect(sent).toHaveLength(1);
  });

  test('are shown anew less often when nothing is heard, and as before once something is', async () => {
    const { fallback, sent, change, show } = setUp();
    show('a');
    const during = async (ms: number): Promise<number> => {
      const before = sent.length;
      for (let passed = 0; passed < ms; passed += 500) {
        change('a');
        await pass(500);
      }
      return sent.length - before;
    };
    expect(await during(60_000)).toBeGreaterThan(30);
    await pass(9 * 60_000);
    expect(await during(60_000)).toBeLessThanOrEqual(7);
    await pass(120 * 60_000);
    expect(await during(120_000)).toBeLessThanOrEqual(3);
    fallback.heard(message('kernel_info_request', {}));
    expect(await during(60_000)).toBeGreaterThan(30);
  });
});
