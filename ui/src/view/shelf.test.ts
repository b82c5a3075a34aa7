// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { GridSurface } from '../grid/gridSurface.js';
import { delta, FakeChannel, FakeScreen, output, row, snapshot } from '../testing.js';
import { LiveView } from './liveView.js';
import { Shelf } from './shelf.js';

/** So many views of which `most` keep what they have drawn when they are out of sight. */
function setUp(views: number, most: number, leaves = true) {
  const shelf = new Shelf(most);
  return Array.from({ length: views }, () => {
    const channel = new FakeChannel();
    if (!leaves) Object.assign(channel, { leave: undefined });
    const screen = new FakeScreen();
    const surface = (ask: ConstructorParameters<typeof GridSurface>[1]) => new GridSurface('Live table', ask);
    const saves: unknown[] = [];
    const view: LiveView = new LiveView({
      output: output([row(0, 1)]),
      channel,
      screen,
      shelf,
      surface,
      onHide: () => saves.push(view.takeSaved()),
    });
    const cells = (): number => view.node.querySelectorAll('td').length;
    return { channel, screen, view, cells, saves, awake: () => view.node.dataset.millraceAwake === 'true' };
  });
}

describe('views out of sight', () => {
  it('rest past a number of them: those that were seen longest ago', async () => {
    const views = setUp(5, 2);
    for (const { channel, screen } of views) {
      channel.receive(snapshot(1, [row(0, 7.5)]));
      await screen.paint();
      screen.setSeen(false);
    }
    expect(views.map(({ awake }) => awake())).toEqual([false, false, false, true, true]);
    expect(views.map(({ channel }) => channel.left)).toEqual([1, 1, 1, 0, 0]);
    expect(views.map(({ cells }) => cells() > 0)).toEqual([false, false, false, true, true]);
    expect(views.map(({ view }) => view.node.dataset.millraceRows)).toEqual(['0', '0', '0', '1', '1']);
  });

  it('are drawn anew from the kernel when they are seen again, in the order that was asked for', async () => {
    const [{ channel, screen, view, cells }] = setUp(1, 0);
    channel.receive(snapshot(1, [row(0, 7.5)]));
    await screen.paint();
    view.node.querySelector('th')?.dispatchEvent(new Event('pointerdown'));
    screen.setSeen(false);
    channel.take();
    screen.setSeen(true);
    expect(channel.opened).toHaveLength(2);
    expect(channel.opened[1]).toMatchObject({ credit: 1, range: channel.opened[0].range });
    expect(cells()).toBe(0);
    channel.receive(snapshot(1, [row(0, 8.25)]));
    await screen.paint();
    expect(view.node.textContent).toContain('8.25');
    channel.receive(delta(2, [row(0, 9.75)]));
    await screen.paint();
    expect(view.node.textContent).toContain('9.75');
    expect(channel.take().at(-1)).toMatchObject({ type: 'ack', seq: 2 });
  });

  it('are drawn as they were last where the kernel says nothing, or is gone', async () => {
    const [silent, lost, gone] = setUp(3, 0);
    for (const { channel, screen } of [silent, lost, gone]) {
      channel.receive(snapshot(1, [row(0, 7.5)]));
      await screen.paint();
      screen.setSeen(false);
    }
    silent.screen.setSeen(true);
    await expect.poll(() => silent.view.node.textContent).toContain('7.5');
    lost.screen.setSeen(true);
    lost.channel.become('closed', 'The kernel was shut down.');
    expect(lost.view.node.textContent).toContain('7.5');
    expect(lost.view.node.dataset.millraceState).toBe('stale');
    gone.channel.become('unavailable', 'No kernel is running.');
    gone.screen.setSeen(true);
    expect(gone.view.node.textContent).toContain('7.5');
    expect(gone.view.node.dataset.millraceState).toBe('stale');
  });

  it('save what came after they were hidden before they rest', async () => {
    const [first, second] = setUp(2, 1);
    first.channel.receive(snapshot(1, [row(0, 1)]));
    await first.screen.paint();
    first.screen.setSeen(false);
    first.channel.receive(delta(2, [row(0, 42.5)]));
    second.screen.setSeen(false);
    expect(first.saves).toHaveLength(2);
    expect(JSON.stringify(first.saves[1])).toContain('42.5');
  });

  it('keep their rows where the channel cannot be left', async () => {
    const [{ channel, screen, view, cells }] = setUp(1, 0, false);
    channel.receive(snapshot(1, [row(0, 7.5)]));
    await screen.paint();
    screen.setSeen(false);
    expect(cells()).toBe(0);
    channel.receive(delta(2, [row(0, 9.5)]));
    screen.setSeen(true);
    await screen.paint();
    expect(channel.opened).toHaveLength(1);
    expect(view.node.textContent).toContain('9.5');
  });

  it('are forgotten when they are gone', async () => {
    const [{ channel, screen, view }] = setUp(1, 0);
    channel.receive(snapshot(1, [row(0, 7.5)]));
    await screen.paint();
    screen.setSeen(false);
    view.dispose();
    screen.setSeen(true);
    expect(channel.opened).toHaveLength(1);
    expect(channel.isClosed).toBe(true);
  });
});
