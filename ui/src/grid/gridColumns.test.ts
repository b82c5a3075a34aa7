import { describe, expect, it } from 'vitest';
import type { GridColumn, ViewColumn } from '@millrace/protocol';
import { COLUMNS } from '../testing.js';
import { GridColumns } from './gridColumns.js';

/** The columns of a grid that was opened with what a notebook says of them. */
function opened(saved?: unknown, columns: readonly ViewColumn[] = COLUMNS, zone: string | null = null) {
  const grid = new GridColumns(saved);
  grid.zone = zone;
  grid.set(columns);
  return grid;
}

const names = (grid: GridColumns) => grid.shown.map(({ column }) => column.name);

/** All that a reader can set. */
function arranged(): GridColumns {
  const grid = opened();
  grid.move(2, 0);
  grid.hide('symbol', true);
  grid.resize('at', 210.4);
  Object.assign(grid.ordered[0].style, { decimals: 4, percent: true, plain: true });
  grid.ordered[2].style.zone = 'Asia/Tokyo';
  return grid;
}

const ARRANGED: readonly GridColumn[] = [
  { name: 'price', decimals: 4, plain: true, percent: true },
  { name: 'symbol', hidden: true },
  { name: 'at', width: 210, zone: 'Asia/Tokyo' },
];

describe('what a reader has set of columns', () => {
  it('is nothing to be saved where nothing is set, or all of it was taken back', () => {
    const grid = opened();
    expect(grid.saved).toBeNull();
    grid.move(0, 1);
    grid.hide('at', true);
    grid.resize('price', 100);
    grid.ordered[2].style.plain = true;
    expect(grid.saved).not.toBeNull();
    grid.showAll();
    grid.move(1, 0);
    grid.resize('price', null);
    grid.ordered[2].style.plain = false;
    expect(grid.saved).toBeNull();
  });

  it('is there again in a grid that is opened with it', () => {
    expect(arranged().saved).toEqual(ARRANGED);
    const again = opened(JSON.parse(JSON.stringify(ARRANGED)));
    expect(names(again)).toEqual(['price', 'at']);
    expect([again.widthOf('at'), again.widthOf('price')]).toEqual([210, null]);
    expect(again.shown.map(({ style }) => style)).toEqual([
      { decimals: 4, plain: true, percent: true },
      { zone: 'Asia/Tokyo' },
    ]);
    expect(again.saved).toEqual(ARRANGED);
  });

  it('is kept by a grid that was never drawn', () => {
    expect(new GridColumns(ARRANGED).saved).toEqual(ARRANGED);
    expect(new GridColumns().saved).toBeNull();
  });

  it('holds by names, for columns that are there: others come after them', () => {
    const [symbol, at] = COLUMNS;
    const volume = { name: 'volume', type: 'int64', nullable: false };
    const again = opened(ARRANGED, [volume, at, symbol]);
    expect(names(again)).toEqual(['at', 'volume']);
    again.showAll();
    expect(names(again)).toEqual(['symbol', 'at', 'volume']);
  });

  it('has a zone only where the reader has chosen it', () => {
    const follows = opened(undefined, COLUMNS, 'Europe/London');
    expect(follows.saved).toBeNull();
    follows.shown[1].style.zone = 'Asia/Tokyo';
    expect(follows.saved?.[1]).toEqual({ name: 'at', zone: 'Asia/Tokyo' });
    delete follows.shown[1].style.zone;
    expect(follows.saved?.[1]).toEqual({ name: 'at', zone: 'UTC' });
    expect(opened(follows.saved, COLUMNS, 'Europe/London').shown[1].style).toEqual({});
  });

  it.each([
    null,
    'columns',
    { name: 'at' },
    [null, 1, 'at', [], { name: 7 }, { width: 80 }],
    [{ name: 'price', width: '80', decimals: 1e9, plain: 1, percent: 'yes', hidden: 'yes' }],
    [{ name: 'price', decimals: -1, width: Number.NaN }],
    [{ name: 'price', decimals: 2.5 }],
    [{ name: 'at', zone: 'Mars/Olympus' }],
    [{ name: 'at', zone: ['UTC'] }],
  ])('is not taken over where nobody can have set it: %j', saved => {
    const grid = opened(saved);
    const price = grid.ordered.find(({ column }) => column.name === 'price');
    expect(price?.text(0.25)).toBe('0');
    expect(grid.ordered.map(({ style }) => style)).toEqual([{}, {}, {}]);
    expect([...names(grid)].sort()).toEqual(['at', 'price', 'symbol']);
    expect(grid.cssWidths().filter(width => width.endsWith('px'))).toEqual([]);
  });

  it('waits for columns that are not known yet', () => {
    const grid = opened(ARRANGED, []);
    expect([names(grid), grid.saved]).toEqual([[], ARRANGED]);
    grid.set(COLUMNS);
    expect([names(grid), grid.saved]).toEqual([['price', 'at'], ARRANGED]);
  });

  it('names a column once, whatever a notebook says', () => {
    const grid = opened([{ name: 'price' }, { name: 'at' }, { name: 'price', decimals: 1 }, { name: 'at' }]);
    expect(names(grid)).toEqual(['price', 'at', 'symbol']);
    expect(grid.shown[0].text(0.25)).toBe('0.3');
  });

  it('leaves one column where a notebook hides all, and no width beyond what can be set', () => {
    const grid = opened(COLUMNS.map(({ name }) => ({ name, hidden: true, width: 1e9 })));
    expect(grid.shown.length).toBeGreaterThan(0);
    expect(grid.widthOf('at')).toBe(1200);
  });
});
