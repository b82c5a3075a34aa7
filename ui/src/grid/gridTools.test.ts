// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ViewRequest } from '@millrace/protocol';
import { ViewModel } from '../model/viewModel.js';
import { output, row, snapshot } from '../testing.js';
import { GridDownload } from './download.js';
import { filtersOf } from './filterText.js';
import { GridSurface } from './gridSurface.js';

function setUp() {
  const asked: ViewRequest[] = [];
  const model = new ViewModel(output());
  const changed = vi.fn();
  const grid = new GridSurface('Bars', request => asked.push(request), undefined, { changed });
  document.body.replaceChildren(grid.node);
  grid.setLive(true);
  const change = model.apply(...snapshot(1, [row(0, 1234.5), row(1, 0.25), row(2, null)]));
  if (change === 'gap') throw new Error('gap');
  grid.draw(change, model);
  const table = grid.node.querySelector('table') as HTMLTableElement;
  const press = (key: string, init: KeyboardEventInit = {}): void => {
    table.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));
  };
  const heads = () => [...grid.node.querySelectorAll<HTMLElement>('th[data-place]')];
  const names = () => heads().map(head => head.textContent);
  const column = (place: number) =>
    [...grid.node.querySelectorAll(`tbody tr:not([hidden]) td[data-place="${place}"]`)].map(
      cell => cell.textContent,
    );
  const items = () => [...grid.node.querySelectorAll<HTMLElement>('[role=menu] button')];
  const choose = (label: string): void => {
    const item = items().find(each => each.textContent === label);
    if (item === undefined)
      throw new Error(
        `${label} is not in ${items()
          .map(each => each.textContent)
          .join()}`,
      );
    item.click();
  };
  /** Goes to a head by keys. */
  const toHead = (place: number): void => {
    press('Home', { ctrlKey: true });
    press('ArrowUp');
    for (let k = 0; k < place; k++) press('ArrowRight');
  };
  const tool = (label: string): void => {
    const found = [...grid.node.querySelectorAll('button')].find(each => each.textContent === label);
    found?.click();
  };
  const last = () => asked.at(-1) as Extract<ViewRequest, { type: 'arrange' }>;
  const kept = () => {
    const view = grid.described({ kind: 'grid', title: null });
    return view.kind === 'grid' ? view.columns : null;
  };
  const parts = { grid, asked, model, table, press, heads, names, column, items, choose };
  return { ...parts, toHead, tool, last, changed, kept };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('sorting', () => {
  it('turns by Enter from ascending to descending to none, and by Shift adds a column', () => {
    const { press, toHead, last, heads, grid } = setUp();
    toHead(2);
    press('Enter');
    expect(last()).toMatchObject({
      type: 'arrange',
      arrangement: { order: [{ column: 'price', descending: false }], filter: [] },
      range: { from: 0, tail: false },
    });
    expect(heads()[2].getAttribute('aria-sort')).toBe('ascending');
    press('Enter');
    press('ArrowLeft');
    press('Enter', { shiftKey: true });
    expect(last().arrangement.order).toEqual([
      { column: 'price', descending: true },
      { column: 'at', descending: false },
    ]);
    expect(heads().map(head => head.dataset.rank)).toEqual([undefined, '2', '1']);
    expect(grid.node.querySelector('[role=status]')?.textContent).toBe(
      'Sorted by price, descending, then at, ascending.',
    );
    expect(grid.arrangement).toEqual(last().arrangement);
    press('Enter');
    press('Enter');
    expect([last().arrangement.order, last().range.tail]).toEqual([[], true]);
  });

  it('goes back where the kernel refuses, and says why', () => {
    const { grid, press, toHead, heads } = setUp();
    toHead(0);
    press('Enter');
    grid.refused('MR1661 the table has no such column.');
    expect(heads()[0].hasAttribute('aria-sort')).toBe(false);
    expect(grid.arrangement).toBeNull();
    expect(grid.node.querySelector('[role=alert]')?.textContent).toContain('MR1661');
  });
});

describe('filters', () => {
  it('are written as text, and asked for once the typing rests', () => {
    const { grid, tool, last, asked } = setUp();
    tool('Filter');
    const field = grid.node.querySelector<HTMLInputElement>('input[aria-label="Filter by price"]');
    if (field === null) throw new Error('no field');
    field.value = '10..2,000';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    expect(asked.some(({ type }) => type === 'arrange')).toBe(false);
    vi.runAllTimers();
    expect(last().arrangement.filter).toEqual([
      { column: 'price', test: '>=', value: '10' },
      { column: 'price', test: '<=', value: '2,000' },
    ]);
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(last().arrangement.filter).toEqual([]);
  });

  it('are all asked for where several were written, and those that can be stay where one cannot', () => {
    const { grid, model, tool, last } = setUp();
    tool('Filter');
    const write = (column: string, text: string): void => {
      const field = grid.node.querySelector<HTMLInputElement>(`input[aria-label="Filter by ${column}"]`);
      if (field === null) throw new Error('no field');
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const columns = () => last().arrangement.filter.map(({ column }) => column);
    write('symbol', 'S');
    write('price', '> 1');
    vi.runAllTimers();
    expect(columns()).toEqual(['symbol', 'price']);
    const change = model.apply(...snapshot(2, [row(0, 1234.5)]));
    if (change !== 'gap') grid.draw(change, model);
    write('at', 'soon');
    vi.runAllTimers();
    expect(columns()).toEqual(['symbol', 'price', 'at']);
    grid.refused('MR1662');
    expect(columns()).toEqual(['symbol', 'price']);
    grid.refused('MR1661');
    expect(columns()).toEqual([]);
    grid.refused('MR1661');
    expect(columns()).toEqual([]);
  });

  it('are read by their signs', () => {
    const tests = (text: string, isText = false) =>
      filtersOf('c', text, isText).map(({ test, value }) => [test, value]);
    expect(tests('  ')).toEqual([]);
    expect(tests('AAPL', true)).toEqual([['contains', 'AAPL']]);
    expect(tests('= NULL', true)).toEqual([['=', 'NULL']]);
    expect(tests('null')).toEqual([['null', '']]);
    expect(tests('!NULL')).toEqual([['notNull', '']]);
    expect(tests('<>3')).toEqual([['!=', '3']]);
    expect(tests('..5')).toEqual([['<=', '5']]);
    expect(tests('a..b', true)).toEqual([['contains', 'a..b']]);
  });
});

describe('columns', () => {
  it('move, hide and come back by keys', () => {
    const { press, toHead, names, choose, tool, grid } = setUp();
    toHead(0);
    press('ArrowRight', { shiftKey: true, ctrlKey: true });
    expect(names()).toEqual(['at', 'symbol', 'price']);
    expect(grid.node.querySelector('[data-active]')?.textContent).toBe('symbol');
    press('F10', { shiftKey: true });
    choose('Hide');
    expect(names()).toEqual(['at', 'price']);
    tool('Columns');
    choose('symbol');
    expect(names()).toEqual(['at', 'symbol', 'price']);
  });

  it('are dragged to another place, and by their edge to another width', () => {
    const { heads, names, grid } = setUp();
    const point = (type: string, target: Element, clientX: number): void => {
      target.dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0, clientX }));
    };
    point('pointerdown', heads()[2], 300);
    point('pointermove', heads()[0], 20);
    point('pointerup', heads()[0], 20);
    expect(names()).toEqual(['price', 'symbol', 'at']);
    point('pointerdown', heads()[1].querySelector('span') as Element, 100);
    point('pointermove', document.body, 260);
    point('pointerup', document.body, 260);
    expect(grid.node.querySelector<HTMLElement>('col[data-column="symbol"]')?.style.width).toBe('160px');
    expect(names()).toEqual(['price', 'symbol', 'at']);
  });

  it('are written with other decimals, as percents, without separators, in other zones', () => {
    const { press, toHead, choose, column } = setUp();
    const set = (place: number, label: string): void => {
      toHead(place);
      press('ContextMenu');
      choose(label);
    };
    expect(column(2)).toEqual(['1,234.50', '0.25', 'NULL']);
    set(2, 'More decimals');
    expect(column(2)).toEqual(['1,234.500', '0.250', 'NULL']);
    set(2, 'Separate thousands');
    expect(column(2)[0]).toBe('1234.500');
    set(2, 'Percent');
    expect(column(2)).toEqual(['123450.000%', '25.000%', 'NULL']);
    set(1, 'Times in America/New_York');
    expect(column(1)[0]).toBe('2026-01-05 09:30:00 GMT-5');
    set(1, 'Times in UTC');
    expect(column(1)[0]).toBe('2026-01-05 14:30:00');
  });

  it('are told to be saved as they are arranged, whichever way', () => {
    const { grid, press, toHead, choose, changed, kept, model } = setUp();
    expect(kept()).toBeUndefined();
    toHead(0);
    press('ArrowRight', { shiftKey: true, ctrlKey: true });
    expect(changed).toHaveBeenCalledTimes(1);
    press('ArrowRight', { shiftKey: true });
    expect(changed).toHaveBeenCalledTimes(2);
    press('ContextMenu');
    choose('Hide');
    toHead(1);
    press('ContextMenu');
    choose('More decimals');
    expect(changed).toHaveBeenCalledTimes(4);
    expect(kept()).toEqual([
      { name: 'at' },
      { name: 'symbol', hidden: true, width: expect.any(Number) as number },
      { name: 'price', decimals: 3 },
    ]);
    const again = new GridSurface('Bars', () => undefined, undefined, { saved: kept() });
    again.draw(model.whole(), model);
    const shownBy = (each: GridSurface) => each.node.querySelector('tbody')?.textContent;
    expect(shownBy(again)).toBe(shownBy(grid));
  });

  it('give the menu to the keyboard, and the focus back', () => {
    const { press, toHead, items, table } = setUp();
    table.focus();
    toHead(1);
    press('ArrowDown', { altKey: true });
    expect(document.activeElement).toBe(items()[0]);
    items()[0].dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
    expect(document.activeElement).toBe(items().at(-1));
    items()[0].dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(items()).toHaveLength(0);
    expect(document.activeElement).toBe(table);
  });
});

describe('downloads', () => {
  it('gather pieces against credit, and hand the file over when it is whole', () => {
    const asked: ViewRequest[] = [];
    const saved: unknown[] = [];
    const told: string[] = [];
    const download = new GridDownload(
      request => asked.push(request),
      text => told.push(text),
      (name, pieces, type) => saved.push([name, pieces.map(piece => [...piece]), type]),
    );
    download.start('../Bars of: today', 'csv');
    const piece = (...bytes: number[]): void =>
      download.receive({ type: 'download', id: 1, end: null, error: null }, [Uint8Array.from(bytes)]);
    piece(1, 2);
    piece(3);
    download.receive({ type: 'download', id: 9, end: null, error: 'not ours' }, []);
    download.receive({ type: 'download', id: 1, end: { rows: 2, bytes: 3 }, error: null }, []);
    expect(asked.map(({ type }) => type)).toEqual(['download', 'downloadNext', 'downloadNext']);
    expect(saved).toEqual([['Bars-of-today.csv', [[1, 2], [3]], 'text/csv']]);
    download.start('t', 'arrow');
    download.receive({ type: 'download', id: 2, end: { rows: 2, bytes: 3 }, error: null }, []);
    download.start('t', 'arrow');
    download.receive({ type: 'download', id: 3, end: null, error: 'MR1666 too much' }, []);
    expect(saved).toHaveLength(1);
    expect(told.slice(-3)).toEqual([
      expect.stringContaining('whole'),
      'Downloading t.arrow…',
      'MR1666 too much',
    ]);
  });
});
