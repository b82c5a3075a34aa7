import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { ROOT } from '../support/checkout.js';
import { Lab } from './support/lab.js';

test('look', async () => {
  const lab = await Lab.connect();
  const nb = JSON.parse(readFileSync(join(ROOT, 'notebooks/03-replay-and-recordings.ipynb'), 'utf8'));
  const cells: string[] = nb.cells.filter((c: any) => c.cell_type === 'code').map((c: any) => c.source.join(''));
  const more = [
    `import { meetingEvents } from 'millrace';
const live = webSocket(address + '/2', { name: 'again', schema: Tick, time: 'ts', watermark: '100 ms', end: 'close' });
const both = again.followedBy(live, { by: 'symbol', sequence: 'id' } as never);
await pin(ticks.where(t => t.symbol.eq('AAPL')).keep?.() ?? ticks)`,
    `await replay('data/feed.mrec', { time: 'tss' as never }).rows()`,
    `await pin('data/nothing.mrec')`,
    `replay('data/feed.mrec', { receivedAt: 'received' })`,
  ];
  const notebook = await lab.open('look.ipynb', [...cells, ...more]);
  const page = (notebook as any).page ?? (lab as any).page;
  mkdirSync(join(ROOT, 'tests/artifacts'), { recursive: true });
  for (let i = 0; i < cells.length + more.length; i++) {
    try { await notebook.run(i); } catch (e) { console.log('cell', i, String(e).slice(0, 300)); }
    if (i === 3 || i === 5 || i >= cells.length - 2) await page.screenshot({ path: join(ROOT, `tests/artifacts/look-${i}.png`) });
  }
  await notebook.theme('JupyterLab Dark');
  await new Promise(r => setTimeout(r, 1500));
  await page.screenshot({ path: join(ROOT, 'tests/artifacts/look-dark.png') });
  await lab.close();
}, 400_000);
