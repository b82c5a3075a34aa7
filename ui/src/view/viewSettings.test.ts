// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { GridSurface } from '../grid/gridSurface.js';
import { delta, FakeChannel, FakeScreen, output, row, snapshot, STATUS } from '../testing.js';
import { LiveView } from './liveView.js';
import { DEFAULT_SETTINGS, type ViewSettings } from './viewSettings.js';

async function setUp(given: Partial<ViewSettings> = {}) {
  const settings = { ...DEFAULT_SETTINGS, ...given };
  const channel = new FakeChannel();
  const screen = new FakeScreen();
  const view = new LiveView({
    output: output(),
    channel,
    screen,
    settings,
    surface: ask => new GridSurface('Live table', ask, settings),
  });
  const rows = Array.from({ length: 40 }, (_, k) => row(k, k));
  channel.receive(snapshot(1, rows));
  await screen.paint();
  channel.take();
  const lines = (): number => view.node.querySelectorAll('tbody tr:not([hidden])').length;
  const status = (): string => view.node.querySelector('.millrace-Status-facts')?.textContent ?? '';
  return { settings, channel, screen, view, lines, status, text: () => view.node.textContent ?? '' };
}

describe('settings of views', () => {
  it('say how many rows a table shows, at once and when they change', async () => {
    const { view, lines, settings } = await setUp({ tableRows: 5 });
    expect(lines()).toBe(5);
    const scroller = view.node.querySelector<HTMLElement>('.millrace-Grid-scroller');
    expect(scroller?.style.getPropertyValue('--millrace-grid-height')).toBe('148px');
    view.setSettings({ ...settings, tableRows: 20 });
    expect(lines()).toBe(20);
  });

  it('say the zone of times, of columns that name none', async () => {
    const { channel, view, text, status, settings } = await setUp({ timeZone: 'America/New_York' });
    const watermarkUs = Date.UTC(2026, 0, 5, 15, 9, 59) * 1000;
    channel.say({ type: 'status', status: { ...STATUS, total: 40, watermarkUs } });
    expect(text()).toContain('2026-01-05 10:09:00 GMT-5');
    expect(status()).toContain('watermark 2026-01-05 10:09:59 GMT-5');
    view.setSettings({ ...settings, timeZone: 'Asia/Tokyo' });
    expect(text()).toContain('2026-01-06 00:09:00 GMT+9');
    expect(status()).toContain('watermark 2026-01-06 00:09:59 GMT+9');
    view.setSettings({ ...settings, timeZone: null });
    expect(text()).toContain('2026-01-05 15:09:00');
    expect(text()).not.toContain('GMT');
    expect(status()).toContain('watermark 2026-01-05 15:09:59 UTC');
  });

  it('say whether changed cells are marked', async () => {
    const { view, settings } = await setUp();
    expect(view.node.dataset.millraceFlash).toBeUndefined();
    view.setSettings({ ...settings, flash: false });
    expect(view.node.dataset.millraceFlash).toBe('off');
  });

  it('say how often a view is drawn: what comes sooner waits, and no credit is given for it', async () => {
    const { channel, screen } = await setUp({ framesPerSecond: 20 });
    channel.receive(delta(2, [row(1, 99)]));
    await screen.paint();
    expect(channel.take()).toEqual([]);
    screen.time += 60;
    await new Promise(resolve => setTimeout(resolve, 60));
    await screen.paint();
    expect(channel.take()).toMatchObject([{ type: 'ack', seq: 2 }]);
    screen.time += 60;
    channel.receive(delta(3, [row(1, 98)]));
    await screen.paint();
    expect(channel.take()).toMatchObject([{ type: 'ack', seq: 3 }]);
  });
});
