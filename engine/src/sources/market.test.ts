import { describe, expect, it } from 'vitest';
import { sourceRequest, sourceRows, stillWorld } from '../../../tests/support/sourceRows.js';
import { marketConnector } from './market.js';

const open = (options: Record<string, unknown> = {}) =>
  marketConnector.open(sourceRequest(options, { time: 'ts' }), stillWorld('.'));

describe('the made-up market', () => {
  it('gives the same trades for the same options, however it is cut', async () => {
    const options = { seed: 7, rows: 5000, symbols: 3 };
    const { rows, marks } = await sourceRows(await open(options));
    expect(rows.length).toBe(5000);
    expect((await sourceRows(await open(options), 37)).rows).toEqual(rows);
    expect((await sourceRows(await open({ ...options, seed: 8 }))).rows).not.toEqual(rows);
    expect(marks).toEqual(rows.map(row => Number(row[0])));
    // Pinned: the same bytes on every machine and in every version.
    expect(rows.slice(0, 2)).toEqual([
      [1709908201724567n, 'MSFT', 130.26, 48n, 'S'],
      [1709908205379567n, 'NVDA', 72.17, 100n, 'B'],
    ]);
  });

  it('is a day in its zone: in order, busy at both ends, prices in cents', async () => {
    const source = await open({ rows: 40_000 });
    const { rows } = await sourceRows(source);
    const openUs = Date.UTC(2024, 2, 8, 14, 30) * 1000;
    expect([source.summary.firstTime, source.summary.lastTime]).toEqual([openUs, openUs + 6.5 * 3600e6]);
    const times = rows.map(row => Number(row[0]));
    expect(times.every((time, i) => i === 0 || time >= times[i - 1])).toBe(true);
    const share = (from: number, to: number) =>
      times.filter(time => time >= openUs + from * 3600e6 && time < openUs + to * 3600e6).length /
      times.length;
    expect(share(0, 1)).toBeGreaterThan(1.5 * share(2.75, 3.75));
    expect(share(5.5, 6.5)).toBeGreaterThan(1.5 * share(2.75, 3.75));
    expect(
      rows.every(row => Math.abs((row[2] as number) * 100 - Math.round((row[2] as number) * 100)) < 1e-6),
    ).toBe(true);
    expect(new Set(rows.map(row => row[1])).size).toBe(4);
    expect(rows.every(row => (row[3] as bigint) > 0n)).toBe(true);
  });

  it('says which options it does not take', async () => {
    await expect(open({ symbols: 0 })).rejects.toThrow(/MR3401/);
    await expect(open({ open: '16:00', close: '09:30' })).rejects.toThrow(/MR3402/);
    await expect(open({ day: 'Friday' })).rejects.toThrow(/MR3403 'Friday 09:30'/);
  });
});
