import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cumSum, float64, int64, lag, lead, read, schema, string } from './index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-rolling-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function fileOf(...lines: readonly (string | number)[]): Promise<string> {
  const path = join(folder, `${Math.random()}.csv`);
  await writeFile(path, lines.join('\n'));
  return path;
}

it('counts from the start beside a frame behind the row that no column follows', async () => {
  const prices = read(await fileOf('price', 1, 2, 4), { schema: schema({ price: float64 }) });
  const rolled = prices.rolling({ rows: [-3, -1] });
  expect(await rolled.derive(t => ({ total: cumSum(t.price) })).rows()).toEqual([
    { price: 1, total: 1 },
    { price: 2, total: 3 },
    { price: 4, total: 7 },
  ]);
  // A row that is read again keeps rows, but not for the frame.
  expect(await rolled.derive(t => ({ total: cumSum(t.price), before: lag(t.price) })).rows()).toEqual([
    { price: 1, total: 1, before: null },
    { price: 2, total: 3, before: 1 },
    { price: 4, total: 7, before: 2 },
  ]);
});

it('gives text of another column, or of a literal, where there is no row before or after', async () => {
  const Fill = schema({ side: string, venue: string });
  const fills = read(await fileOf('side,venue', 'buy,XNYS', 'sell,XLON', 'buy,XTKS'), { schema: Fill });
  const rows = await fills
    .rolling()
    .derive(t => ({ before: lag(t.side, 1, 'none'), after: lead(t.side, 1, t.venue) }))
    .select('before', 'after')
    .rows();
  expect(rows).toEqual([
    { before: 'none', after: 'sell' },
    { before: 'buy', after: 'buy' },
    { before: 'sell', after: 'XTKS' },
  ]);
});

it('gives large integers beside small defaults, and small ones beside large defaults', async () => {
  const Ids = schema({ id: int64, own: int64 });
  const ids = read(await fileOf('id,own', `${2n ** 62n},1`, `${2n ** 62n + 1n},2`), { schema: Ids });
  const rolled = ids.rolling().derive(t => ({
    ahead: lead(t.id, 1, t.own),
    behind: lag(t.id, 1, t.own),
    ownAhead: lead(t.own, 1, t.id),
    ownBehind: lag(t.own, 1, t.id),
  }));
  const rows = await rolled.select('ahead', 'behind', 'ownAhead', 'ownBehind').rows({ int64: 'bigint' });
  expect(rows).toEqual([
    { ahead: 2n ** 62n + 1n, behind: 1n, ownAhead: 2n, ownBehind: 2n ** 62n },
    { ahead: 2n, behind: 2n ** 62n, ownAhead: 2n ** 62n + 1n, ownBehind: 1n },
  ]);
});
