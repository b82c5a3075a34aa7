// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ViewModel } from '../model/viewModel.js';
import { delta, output, row, snapshot } from '../testing.js';
import { RowsBelow } from './rowsBelow.js';
import { DEFAULT_SETTINGS } from './viewSettings.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const model = new ViewModel(output([], 'chart'));
  const rows = new RowsBelow('Prices', () => model, DEFAULT_SETTINGS);
  const receive = ([frame, buffers]: ReturnType<typeof snapshot>): void => {
    model.apply(frame, buffers);
    rows.changed();
  };
  receive(snapshot(1, [row(0, 1), row(1, 2)], 5000));
  const grid = () => rows.node.querySelector('table');
  const lines = () =>
    [...(grid()?.querySelectorAll('tbody tr:not([hidden])') ?? [])].map(line => line.textContent);
  return { rows, receive, grid, lines };
}

describe('the rows of a chart', () => {
  it('are a table where they are asked for, of those that the chart has', () => {
    const { rows, grid, lines } = setUp();
    expect(grid()).toBeNull();
    expect(rows.button.getAttribute('aria-expanded')).toBe('false');
    rows.button.click();
    expect(rows.button.getAttribute('aria-expanded')).toBe('true');
    expect(grid()?.getAttribute('aria-label')).toBe('Rows of Prices');
    expect(grid()?.getAttribute('aria-rowcount')).toBe('3');
    expect(lines()).toEqual(['●S02026-01-05 14:30:001', '●S12026-01-05 14:31:002']);
    rows.button.click();
    expect(grid()).toBeNull();
    expect(rows.node.hidden).toBe(true);
  });

  it('are written anew once a second at most, and no more once it is gone', () => {
    const { rows, receive, lines } = setUp();
    rows.button.click();
    for (let seq = 2; seq < 7; seq++) receive(delta(seq, [row(0, seq)]));
    expect(lines()[0]).toMatch(/1$/);
    vi.advanceTimersByTime(1000);
    expect(lines()[0]).toMatch(/:006$/);
    receive(delta(7, [row(2, 7)], [0]));
    vi.advanceTimersByTime(1000);
    expect(lines()).toEqual(['●S12026-01-05 14:31:002', '●S02026-01-05 14:32:007']);
    receive(delta(8, [row(3, 8)]));
    rows.dispose();
    vi.advanceTimersByTime(60_000);
    expect(rows.node.childElementCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
