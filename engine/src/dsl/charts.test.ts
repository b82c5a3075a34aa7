import { describe, expect, it } from 'vitest';
import { Table } from '../index.js';
import { DISPLAYABLE } from './displayable.js';

const table = Table.of({ symbol: ['A', 'B'], price: [1.5, 2.5], size: [1, 2] });

describe('charts', () => {
  it('are plain data, with columns of the usual names where none is given', () => {
    const book = Table.of({ level: [1], bid: [9], bidSize: [1], ask: [10], askSize: [2] });
    expect(book.depth().chart).toEqual({
      form: 'depth',
      bid: 'bid',
      bidSize: 'bidSize',
      ask: 'ask',
      askSize: 'askSize',
      facet: null,
    });
    expect(table.stat({ value: 'price' }).chart).toMatchObject({
      label: 'price',
      delta: 'before',
      sparkline: true,
    });
    expect(table.stat({ value: 'price', delta: 'size' }).chart).toMatchObject({ delta: { column: 'size' } });
    expect(table.stat({ value: 'price', delta: false }).chart).toMatchObject({ delta: null });
    expect(table.bar({ x: 'symbol', y: 'size' }).chart).toMatchObject({ stack: true, color: null });
  });

  it('have their options in the view', () => {
    const chart = table.line({
      x: 'size',
      y: 'price',
      title: 'Prices',
      last: '30 min',
      timeZone: 'Europe/Berlin',
    });
    const { view } = chart[DISPLAYABLE]();
    expect(view).toMatchObject({
      title: 'Prices',
      lastUs: 1_800_000_000,
      // A line is sent what its pixels show, of all rows.
      maxRows: Number.MAX_SAFE_INTEGER,
      timeZone: 'Europe/Berlin',
    });
    expect(table.bar({ x: 'size', y: 'price' })[DISPLAYABLE]().view).toMatchObject({ maxRows: 5000 });
    expect(table.point({ x: 'size', y: 'price' })[DISPLAYABLE]().view).toMatchObject({
      maxRows: Number.MAX_SAFE_INTEGER,
    });
    expect(table.line({ x: 'size', y: 'price' })[DISPLAYABLE]().view).not.toHaveProperty('timeZone');
  });

  it('say at once what they cannot be', () => {
    expect(() => table.line({ x: 'size', y: 'price', timeZone: 'Mars/Olympus' })).toThrow(/MR1640.*Mars/s);
    for (const bins of [0, 1.5, 1001, NaN, Infinity])
      expect(() => table.histogram({ x: 'price', bins })).toThrow(/MR1641/);
  });
});
