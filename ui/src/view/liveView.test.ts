// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { VIEW_MIME, type ViewOutput } from '@millrace/protocol';
import { GridSurface } from '../grid/gridSurface.js';
import { delta, FakeChannel, FakeScreen, output, row, snapshot, STATUS } from '../testing.js';
import { LiveView } from './liveView.js';

function setUp(seen = true) {
  const channel = new FakeChannel();
  const screen = new FakeScreen(seen);
  const view = new LiveView({
    output: output([row(0, 1)]),
    channel,
    screen,
    surface: ask => new GridSurface('Live table', ask),
  });
  const text = (): string => view.node.textContent ?? '';
  return { channel, screen, view, text, state: () => view.node.dataset.millraceState };
}

describe('LiveView', () => {
  it('draws the saved rows, asks for the present ones with one credit, and draws them', async () => {
    const { channel, screen, text, state } = setUp();
    expect(state()).toBe('saved');
    expect(text()).toContain('saved state');
    expect(channel.opened).toMatchObject([{ v: 1, viewId: 'view-1', credit: 1, range: { tail: true } }]);
    channel.receive(snapshot(1, [row(0, 7.5)]));
    await screen.paint();
    expect(state()).toBe('replaying');
    expect(text()).toContain('7.5');
  });

  it('gives the next credit only when a frame has been painted', async () => {
    const { channel, screen } = setUp();
    channel.take();
    channel.receive(snapshot(1, [row(0, 1)]));
    expect(channel.take()).toEqual([]);
    await screen.paint();
    expect(channel.take()).toMatchObject([{ type: 'ack', seq: 1, credit: 1 }]);
  });

  it('asks for a snapshot after a gap, and passes over deltas until it comes', async () => {
    const { channel, screen, text } = setUp();
    channel.receive(snapshot(1, [row(0, 1)]));
    await screen.paint();
    channel.take();
    channel.receive(delta(3, [row(1, 33)]));
    await screen.paint();
    expect(channel.take()[0]).toEqual({ type: 'resync' });
    channel.receive(delta(4, [row(2, 44)]));
    await screen.paint();
    expect(text()).not.toContain('44');
    channel.receive(snapshot(5, [row(2, 55)]));
    await screen.paint();
    expect(text()).toContain('55');
    expect(channel.take().at(-1)).toMatchObject({ type: 'ack', seq: 5 });
  });

  it('draws nothing and gives no credit while it is not seen, and catches up when it is', async () => {
    const { channel, screen, view, text } = setUp();
    channel.receive(snapshot(1, [row(0, 1)]));
    await screen.paint();
    channel.take();
    screen.setSeen(false);
    expect(channel.take()).toEqual([{ type: 'hide' }]);
    channel.receive(delta(2, [row(0, 99)]));
    await screen.paint();
    expect(text()).not.toContain('99');
    expect(channel.take()).toEqual([]);
    expect(view.node.dataset.millraceSeq).toBe('2');
    screen.setSeen(true);
    await screen.paint();
    expect(text()).toContain('99');
    expect(view.node.dataset.millracePaintedSeq).toBe('2');
    expect(channel.take()).toEqual([{ type: 'ack', seq: 0, credit: 1, paintMs: 0 }]);
  });

  it('neither opens nor draws before it is seen', async () => {
    const { channel, screen, view } = setUp(false);
    await screen.paint();
    expect(channel.opened).toEqual([]);
    expect(view.node.querySelectorAll('td')).toHaveLength(0);
    screen.setSeen(true);
    expect(channel.opened).toMatchObject([{ credit: 1 }]);
    expect(view.node.querySelectorAll('td').length).toBeGreaterThan(0);
  });

  it('keeps the last drawing as stale when the kernel goes, and asks the next one', async () => {
    const { channel, screen, text, state } = setUp();
    channel.receive(snapshot(1, [row(0, 12.25)]));
    await screen.paint();
    channel.become('closed', 'The kernel was restarted: run the cell again.');
    expect(state()).toBe('stale');
    expect(text()).toContain('12.25');
    expect(text()).toContain('run the cell again');
    channel.become('ready', null);
    expect(channel.opened).toHaveLength(2);
    channel.say({ type: 'bye', reason: 'Unknown view: run the cell again.' });
    expect(state()).toBe('stale');
    expect(text()).toContain('Unknown view');
  });

  it('says why the saved state is shown', () => {
    const { channel, view, state } = setUp();
    channel.become('unavailable', 'The notebook is not trusted.');
    expect(state()).toBe('saved');
    expect(view.node.querySelector('.millrace-Badge')?.getAttribute('title')).toBe(
      'The notebook is not trusted.',
    );
  });

  it('gives the rows to save once per change, and its own view reads them', async () => {
    const { channel, screen, view } = setUp();
    expect(view.takeSaved()).toBeNull();
    channel.receive(snapshot(1, [row(4, 4.5)], 10));
    await screen.paint();
    const saved = view.takeSaved();
    expect(saved?.data['text/plain']).toContain('4.5');
    expect(saved?.data['text/html']).toContain('<td style="text-align: right;">4.5</td>');
    expect(view.takeSaved()).toBeNull();
    const again = new LiveView({
      output: saved?.data[VIEW_MIME] as ViewOutput,
      channel: null,
      screen: new FakeScreen(),
      surface: ask => new GridSurface('Live table', ask),
    });
    expect(again.node.textContent).toContain('4.5');
    expect(again.node.textContent).toContain('1 of 10 rows');
  });

  it('shows status without rows, and what cannot be read as text', async () => {
    const { channel, screen, text } = setUp();
    channel.receive(snapshot(1, [row(0, 1)]));
    await screen.paint();
    channel.say({
      type: 'status',
      status: { ...STATUS, state: 'failed', total: 1, late: 4, error: 'MR1 <b>broken</b>' },
    });
    expect(text()).toContain('4 late');
    expect(text()).toContain('MR1 <b>broken</b>');
    const [frame, buffers] = snapshot(2, []);
    channel.receive([{ ...frame, v: 2 }, buffers]);
    await screen.paint();
    expect(text()).toContain('version 2');
  });

  it('closes its channel when it is disposed, and hears nothing after', async () => {
    const { channel, screen, view } = setUp();
    view.dispose();
    expect(channel.isClosed).toBe(true);
    channel.take();
    channel.receive(snapshot(1, [row(0, 1)]));
    await screen.paint();
    expect(channel.take()).toEqual([]);
  });
});
