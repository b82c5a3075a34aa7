// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ORIGINS_LEASE_MS, type FoundOrigins, type ViewRequest } from '@millrace/protocol';
import { GridSurface } from '../grid/gridSurface.js';
import { COLUMNS, FakeChannel, FakeScreen, output, row, snapshot } from '../testing.js';
import { LiveView } from '../view/liveView.js';
import { OriginsPanel } from './originsPanel.js';

const FOUND: FoundOrigins = {
  kind: 'window',
  step: 'aggregate by symbol in tumble(1 min): n = count()',
  found: 1,
  window: { startUs: 1_767_623_400_000_000, endUs: 1_767_623_460_000_000, state: 'open' },
  watermarkUs: 1_767_623_430_000_000,
  hasEnded: false,
  origins: [
    { role: 'input', exact: true, viewId: 'origin-1', columns: COLUMNS, key: [] },
    { role: 'late', exact: false, viewId: 'origin-2', columns: COLUMNS, key: [] },
  ],
};

/** A table that is live, and what is asked of its kernel. */
async function setUp() {
  const opened: FakeChannel[] = [];
  const screens: FakeScreen[] = [];
  const make = (label: string, channel: FakeChannel, more: object): LiveView => {
    const screen = new FakeScreen();
    screens.push(screen);
    return new LiveView({
      output: output(),
      channel,
      screen,
      surface: ask => new GridSurface(label, ask),
      ...more,
    });
  };
  const panel = new OriginsPanel('Bars', (_output, label, asks) => {
    const channel = new FakeChannel();
    opened.push(channel);
    return make(label, channel, { asks: { ask: asks } });
  });
  const channel = new FakeChannel();
  const view = make('Bars', channel, { asks: { ask: panel.begin.bind(panel), beneath: panel } });
  document.body.replaceChildren(view.node);
  const paint = async (): Promise<void> => {
    for (const screen of screens) await screen.paint();
  };
  channel.receive(snapshot(1, [row(0, 1), row(1, 2)]));
  await paint();
  const tableOf = (node: ParentNode): HTMLTableElement => node.querySelector('table')!;
  const press = (node: Element, key: string): void => {
    node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  };
  /** Asks about a row of a table, as a reader does by keys. */
  const ask = (node: ParentNode): void => {
    tableOf(node).focus();
    press(tableOf(node), 'Enter');
  };
  const asked = (of = channel): ViewRequest[] => of.take().filter(({ type }) => type.startsWith('origins'));
  const tables = (): HTMLElement[] => [
    ...panel.node.querySelectorAll<HTMLElement>('.millrace-Origins-level:not([hidden]) .millrace-View'),
  ];
  const way = (): (string | null)[] => [...panel.node.querySelectorAll('li')].map(each => each.textContent);
  asked();
  return { view, channel, panel, opened, paint, ask, asked, press, tables, way };
}

beforeEach(() => {
  // The pages that jsdom makes scroll nowhere.
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe('OriginsPanel', () => {
  it('asks about the row at the cursor, and lists what made it', async () => {
    const { view, channel, panel, opened, ask, asked, tables } = await setUp();
    expect(panel.node.hidden).toBe(true);
    ask(view.node);
    expect(asked()).toEqual([
      { type: 'origins', id: 1, part: 0, values: { symbol: 'S0', at: 1_767_623_400_000_000, price: 1 } },
    ]);
    expect(panel.node.hidden).toBe(false);
    expect(panel.node.textContent).toContain('Looking for the rows');
    expect(document.activeElement).toBe(panel.node);
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    expect(panel.node.textContent).toContain(FOUND.step);
    expect(panel.node.textContent).toContain('2026-01-05 14:30:00 to 14:31:00 UTC, open: more rows may come');
    expect(panel.node.textContent).toContain('Watermark2026-01-05 14:30:30 UTC');
    expect([...panel.node.querySelectorAll('[role="heading"]')].map(each => each.textContent)).toEqual([
      'Rows of the windowexactly these',
      'Late, not countedthey are among these',
    ]);
    expect(tables()).toHaveLength(2);
    expect(opened.map(each => each.opened.length)).toEqual([1, 1]);
    expect(panel.node.getAttribute('role')).toBe('region');
    expect(panel.node.getAttribute('aria-label')).toBe('Where rows of Bars come from');
  });

  it('goes further in and back, and ends what it leaves', async () => {
    const { view, channel, panel, opened, paint, ask, asked, press, tables, way } = await setUp();
    ask(view.node);
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    opened[0].receive(snapshot(1, [row(5, 5)]));
    await paint();
    const [input] = tables();
    ask(input);
    expect(asked(opened[0])).toMatchObject([{ type: 'origins', id: 1, values: { price: 5 } }]);
    expect(way()).toEqual(['S0 · 2026-01-05T14:30:00Z · 1', 'S1 · 2026-01-05T14:35:00Z · 5']);
    const source = { ...FOUND, kind: 'source' as const, window: null, origins: [] };
    opened[0].say({ type: 'origins', id: 1, found: source, error: null });
    expect(tables()).toHaveLength(0);
    expect(panel.node.textContent).toContain('The source gave this row');
    press(panel.node, 'Backspace');
    expect(way()).toHaveLength(1);
    expect(asked(opened[0])).toEqual([{ type: 'originsClose', id: 1 }]);
    expect(tables()).toHaveLength(2);
    expect(document.activeElement).toBe(input.querySelector('table'));
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([false, false]);
  });

  it('closes with Escape: views end, the question too, and the focus goes back', async () => {
    const { view, channel, panel, opened, ask, asked, press } = await setUp();
    ask(view.node);
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    asked();
    press(panel.node, 'Escape');
    expect(panel.node.hidden).toBe(true);
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true]);
    expect(asked()).toEqual([{ type: 'originsClose', id: 1 }]);
    expect(document.activeElement).toBe(view.node.querySelector('table'));
    // What comes for it now is none of ours.
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    expect(opened).toHaveLength(2);
  });

  it('takes another row in the place of the first, whose answer comes late', async () => {
    const { view, channel, panel, opened, ask, asked } = await setUp();
    ask(view.node);
    ask(view.node);
    expect(asked().map(({ type }) => type)).toEqual(['origins', 'originsClose', 'origins']);
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    expect(opened).toHaveLength(0);
    channel.say({ type: 'origins', id: 2, found: FOUND, error: null });
    expect(opened).toHaveLength(2);
    expect(panel.node.querySelectorAll('.millrace-Origins-level')).toHaveLength(1);
  });

  it('says why there is no answer, as text', async () => {
    const { view, channel, panel, ask, asked } = await setUp();
    ask(view.node);
    const error = 'MR2231 <img src=x onerror=alert(1)> is a live feed. Record it.';
    channel.say({ type: 'origins', id: 1, found: null, error });
    expect(panel.node.querySelector('[role="alert"]')?.textContent).toBe(error);
    expect(panel.node.querySelector('img')).toBeNull();
    channel.become('closed', 'The kernel was restarted: run the cell again.');
    asked();
    expect(view.node.querySelector<HTMLButtonElement>('button[title*="Enter"]')?.disabled).toBe(true);
    ask(view.node);
    expect(asked()).toEqual([]);
  });

  it('keeps an answer while it is looked at, and says when it is over', async () => {
    const { view, channel, panel, ask, asked } = await setUp();
    ask(view.node);
    vi.useFakeTimers();
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    asked();
    vi.advanceTimersByTime(ORIGINS_LEASE_MS);
    expect(asked()).toEqual(Array.from({ length: 3 }, () => ({ type: 'originsKeep', id: 1 })));
    channel.say({ type: 'origins', id: 1, found: null, error: 'Nothing was heard of this page: ask again.' });
    expect(panel.node.querySelector('[role="alert"]')?.textContent).toMatch(/ask again/);
    expect(panel.node.textContent).toContain(FOUND.step);
    vi.advanceTimersByTime(ORIGINS_LEASE_MS);
    expect(asked()).toEqual([]);
    view.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with its view', async () => {
    const { view, channel, opened, ask, asked } = await setUp();
    ask(view.node);
    channel.say({ type: 'origins', id: 1, found: FOUND, error: null });
    asked();
    view.dispose();
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true]);
    expect(asked()).toEqual([{ type: 'originsClose', id: 1 }]);
    expect(channel.isClosed).toBe(true);
  });

  it('keeps so many steps, and no more', async () => {
    const { view, channel, panel, opened, paint, ask, tables, way } = await setUp();
    const one = { ...FOUND, origins: [FOUND.origins[0]] };
    ask(view.node);
    channel.say({ type: 'origins', id: 1, found: one, error: null });
    for (let step = 0; step < 14; step++) {
      const last = opened.at(-1)!;
      last.receive(snapshot(1, [row(step, step)]));
      await paint();
      ask(tables()[0]);
      last.say({ type: 'origins', id: 1, found: one, error: null });
    }
    expect(way()).toHaveLength(12);
    expect(panel.node.textContent).toContain('12 steps are kept');
  });

  it('asks about a row that is on its way when it is here', async () => {
    const { view, channel, paint, asked, press } = await setUp();
    const table = view.node.querySelector('table')!;
    channel.receive(snapshot(2, [row(90, 90), row(91, 91)], 92, 90));
    await paint();
    table.focus();
    press(table, 'ArrowUp');
    press(table, 'ArrowUp');
    press(table, 'ArrowUp');
    press(table, 'Enter');
    const before = asked();
    channel.receive(
      snapshot(
        3,
        Array.from({ length: 92 }, (_, id) => row(id, id)),
        92,
      ),
    );
    await paint();
    expect([before.length, asked().length]).toEqual([0, 1]);
  });

  it('is opened by a double click and by the menu of a row as well, a click alone selects', async () => {
    const { view, panel, asked } = await setUp();
    const cell = view.node.querySelectorAll('tbody tr:not([hidden]) td[data-place="1"]')[1];
    const fire = (type: string, init: MouseEventInit = {}): void => {
      cell.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, ...init }));
    };
    fire('pointerdown');
    fire('pointerup');
    fire('click');
    expect(asked()).toEqual([]);
    fire('dblclick');
    expect(asked()).toMatchObject([{ values: { price: 2 } }]);
    panel.close();
    asked();
    fire('contextmenu', { button: 2, shiftKey: true });
    expect(view.node.querySelector('[role="menu"]')).toBeNull();
    fire('contextmenu', { button: 2 });
    const items = [...view.node.querySelectorAll<HTMLElement>('[role="menuitem"]')];
    expect(items.map(item => item.textContent)).toEqual(['Where from?', 'Copy']);
    items[0].click();
    expect(asked()).toMatchObject([{ values: { price: 2 } }]);
  });
});
