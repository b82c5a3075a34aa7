// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ViewRequest } from '@millrace/protocol';
import { ViewModel } from '../model/viewModel.js';
import { delta, output, row, snapshot, type SentFrame } from '../testing.js';
import { GridSurface } from './gridSurface.js';

function setUp() {
  const asked: ViewRequest[] = [];
  const model = new ViewModel(output());
  const grid = new GridSurface('Bars', request => asked.push(request));
  document.body.replaceChildren(grid.node);
  const draw = (frame: SentFrame): void => {
    const change = model.apply(...frame);
    if (change === 'gap') throw new Error('gap');
    grid.draw(change, model);
  };
  const lines = (): HTMLTableRowElement[] => [
    ...grid.node.querySelectorAll<HTMLTableRowElement>('tbody tr:not([hidden])'),
  ];
  const cells = (): string[][] => lines().map(line => [...line.cells].map(cell => cell.textContent ?? ''));
  const scroller = grid.node.querySelector<HTMLElement>('.millrace-Grid-scroller') as HTMLElement;
  const table = grid.node.querySelector('table') as HTMLTableElement;
  const press = (key: string, init: KeyboardEventInit = {}): void => {
    table.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...init }));
    scroller.dispatchEvent(new Event('scroll'));
  };
  const active = (): string | null | undefined => grid.node.querySelector('[data-active]')?.textContent;
  const copy = (): string => {
    let copied = '';
    const event = new Event('copy', { bubbles: true, cancelable: true });
    Object.assign(event, { clipboardData: { setData: (_: string, text: string) => (copied = text) } });
    table.dispatchEvent(event);
    return copied;
  };
  return { asked, grid, draw, lines, cells, scroller, press, active, copy };
}

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => row(from + index, from + index + 0.5));

afterEach(() => {
  vi.useRealTimers();
});

describe('GridSurface', () => {
  it('is a table with a head, counts and numbers that stand below each other', () => {
    const { grid, draw, cells } = setUp();
    draw(snapshot(1, [row(0, 1.5, 0), row(1, 1234.25), row(2, null, 3)]));
    const table = grid.node.querySelector('table') as HTMLTableElement;
    expect(table.getAttribute('role')).toBe('grid');
    expect(table.getAttribute('aria-rowcount')).toBe('4');
    expect([...table.querySelectorAll('th')].map(cell => cell.textContent)).toEqual([
      'window state',
      'symbol',
      'at',
      'price',
    ]);
    expect(cells()).toEqual([
      ['○', 'S0', '2026-01-05 14:30:00', '1.50'],
      ['●', 'S1', '2026-01-05 14:31:00', '1,234.25'],
      ['✓', 'S0', '2026-01-05 14:32:00', 'NULL'],
    ]);
    expect(table.querySelector('tbody tr')?.getAttribute('data-window-state')).toBe('open');
  });

  it('says so where it has no rows yet', () => {
    const { grid, draw, lines } = setUp();
    const said = () =>
      grid.node.querySelector<HTMLElement>('.millrace-Grid-empty:not([hidden])')?.textContent;
    draw(snapshot(1, []));
    expect([said(), lines().length]).toEqual(['No rows so far', 0]);
    draw(delta(2, [row(0, 1.5)], [], 1));
    expect([said(), lines().length]).toEqual([undefined, 1]);
  });

  it('writes only the texts that changed, into the nodes that are there', () => {
    const { draw, lines } = setUp();
    draw(snapshot(1, [row(0, 1.5), row(1, 2.5)]));
    const before = lines().map(line => [...line.cells].map(cell => cell.firstChild));
    draw(delta(2, [row(1, 3.5)], [], 2));
    const after = lines().map(line => [...line.cells].map(cell => cell.firstChild));
    expect(after.flat()).toEqual(before.flat());
    expect(lines()[1].cells[3].textContent).toBe('3.5');
    expect(lines()[1].cells[3].dataset.flash).toBe('a');
    expect(lines()[0].cells[3].dataset.flash).toBeUndefined();
  });

  it('follows the end, with as many rows on the screen as before', () => {
    const { draw, cells, lines } = setUp();
    draw(snapshot(1, rows(0, 36), 36));
    expect(cells().at(-1)?.[3]).toBe('35.5');
    const count = lines().length;
    draw(delta(2, rows(36, 3), [0, 1, 2], 39, 3));
    expect(cells().at(-1)?.[3]).toBe('38.5');
    expect(lines()).toHaveLength(count);
  });

  it('stays where it was scrolled to, asks for those rows, and shows which are not here yet', () => {
    vi.useFakeTimers();
    const { asked, grid, draw, cells, scroller } = setUp();
    grid.setLive(true);
    draw(snapshot(1, rows(964, 36), 1000, 964));
    scroller.scrollTop = 2400;
    scroller.dispatchEvent(new Event('scroll'));
    expect(cells()[0][3]).toBe('…');
    vi.runAllTimers();
    const [request] = asked as Extract<ViewRequest, { type: 'range' }>[];
    expect(request.range.tail).toBe(false);
    expect(request.range.from).toBeLessThan(100);
    draw(snapshot(2, rows(request.range.from, request.range.limit), 1000, request.range.from));
    expect(cells()[0][3]).toBe('100.5');
    // More rows at the end do not move what is read.
    draw(delta(3, [], [], 1200, request.range.from));
    expect(cells()[0][3]).toBe('100.5');
    scroller.scrollTop = 1e9;
    scroller.dispatchEvent(new Event('scroll'));
    vi.runAllTimers();
    expect(asked.at(-1)).toMatchObject({ type: 'range', range: { tail: true } });
  });

  it('begins at the first rows of a table in an order, and does not follow its end', () => {
    vi.useFakeTimers();
    const { asked, grid, draw, cells, scroller } = setUp();
    grid.setLive(true);
    draw(snapshot(1, rows(0, 36), 1000));
    expect(cells()[0][3]).toBe('0.5');
    draw(snapshot(2, rows(0, 36), 1001));
    expect(cells()[0][3]).toBe('0.5');
    scroller.scrollTop = 1e9;
    scroller.dispatchEvent(new Event('scroll'));
    vi.runAllTimers();
    expect(asked.at(-1)).toMatchObject({ type: 'range', range: { tail: false } });
  });

  it('takes markup for text', () => {
    const { grid, draw } = setUp();
    draw(snapshot(1, [{ id: 0, state: 1, values: ['<img src=x onerror=alert(1)>', 0, 1] }]));
    expect(grid.node.querySelector('img')).toBeNull();
    expect(grid.node.textContent).toContain('<img src=x');
  });

  it('goes by keys from cell to cell, and scrolls as far as it must', () => {
    const { draw, press, cells, grid, active } = setUp();
    draw(snapshot(1, rows(0, 100), 100));
    press('Home', { ctrlKey: true });
    expect([cells()[0][3], active()]).toEqual(['0.5', 'S0']);
    press('PageDown');
    expect(active()).toBe('S0');
    expect(grid.node.querySelector('[data-active]')?.parentElement?.getAttribute('aria-rowindex')).toBe('14');
    expect(cells()[0][3]).toBe('1.5');
    press('End');
    expect(active()).toBe('12.5');
    press('ArrowUp', { ctrlKey: true });
    press('ArrowUp');
    expect(active()).toBe('price');
    press('ArrowLeft');
    expect(active()).toBe('at');
    press('End', { ctrlKey: true });
    expect([cells().at(-1)?.[3], active()]).toEqual(['99.5', '99.5']);
  });

  it('copies what is selected as tab-separated text, exact, and says how much', () => {
    const { draw, press, grid, copy } = setUp();
    const last = { id: 2, state: 1, values: ['a\t"b"', 1_767_623_400_000_000, null] };
    draw(snapshot(1, [row(0, 1234.5), row(1, 2), last]));
    press('Home', { ctrlKey: true });
    press('End', { ctrlKey: true, shiftKey: true });
    expect(grid.node.querySelectorAll('[aria-selected="true"]')).toHaveLength(9);
    expect(copy()).toBe(
      [
        'S0\t2026-01-05T14:30:00Z\t1234.5',
        'S1\t2026-01-05T14:31:00Z\t2',
        '"a\t""b"""\t2026-01-05T14:30:00Z\t',
      ].join('\n'),
    );
    expect(grid.node.querySelector('[role=status]')?.textContent).toBe('Copied 3 × 3 cells.');
  });

  it('asks for the rows that are selected, and says where not all are here', () => {
    vi.useFakeTimers();
    const { asked, draw, press, grid, copy } = setUp();
    grid.setLive(true);
    draw(snapshot(1, rows(464, 36), 500, 464));
    press('End', { ctrlKey: true });
    press('Home', { ctrlKey: true, shiftKey: true });
    vi.runAllTimers();
    expect(asked.at(-1)).toEqual({ type: 'range', range: { from: 0, limit: 524, tail: false } });
    copy();
    expect(grid.node.querySelector('[role=status]')?.textContent).toMatch(
      /^Copied 36 × 3 cells of 500 rows:/,
    );
  });

  it('selects by dragging', () => {
    const { draw, lines, grid } = setUp();
    draw(snapshot(1, rows(0, 4)));
    const at = (line: number, cell: number) => lines()[line].cells[cell];
    const point = (type: string, cell: Element): void => {
      cell.dispatchEvent(new MouseEvent(type, { bubbles: true, buttons: 1, button: 0 }));
    };
    point('pointerdown', at(1, 2));
    point('pointermove', at(3, 3));
    point('pointerup', at(3, 3));
    point('pointermove', at(0, 1));
    expect(grid.node.querySelectorAll('[aria-selected="true"]')).toHaveLength(6);
  });

  it('marks a changed cell where its row has moved as well', () => {
    const { draw, lines } = setUp();
    draw(snapshot(1, [row(0, 1.5), row(1, 2.5), row(2, 3.5)]));
    draw(delta(2, [row(2, 9.5)], [0], 2));
    expect(lines().map(line => line.cells[3].dataset.flash)).toEqual([undefined, 'a']);
  });

  it('keeps the key columns in sight', () => {
    const { draw, grid } = setUp();
    draw(snapshot(1, rows(0, 2)));
    const sticky = [...grid.node.querySelectorAll('th.millrace-mod-sticky')].map(cell => cell.textContent);
    expect(sticky).toEqual(['window state', 'symbol']);
  });
});
