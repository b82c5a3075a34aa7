import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../support/checkout.js';

/** What would run where it is taken for markup; it says so by a property of the window. */
export const HOSTILE = '</script><img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

const IMPORTS = `import { count, first, float64, input, last, max, md, min, replay, sum, tumble, udf } from 'millrace';
const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });`;

const MARKDOWN = `# A day of trades

Markdown with a [link](https://example.com/), \`code\`, <kbd>Enter</kbd> and a [bad link](javascript:window.harmed=1).

${HOSTILE}

<svg onload="window.harmed=1"></svg><iframe srcdoc="<script>parent.harmed=1</script>"></iframe>

| side | meaning |
|---|---|
| B | bought |

## Every kind of view`;

/** A cell of a notebook to be. */
export interface Cell {
  readonly type: 'markdown' | 'code';
  readonly source: string;
  readonly tags?: readonly string[];
}

const text = (source: string): Cell => ({ type: 'markdown', source });
const code = (source: string, tags: readonly string[] = []): Cell => ({ type: 'code', source, tags });

/** A notebook with every kind of output, whose names, values and texts are hostile. */
export const CELLS: readonly Cell[] = [
  text(MARKDOWN),
  code(IMPORTS),
  code(`const bars = trades.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ open: first(t.price), high: max(t.price), low: min(t.price), close: last(t.price), volume: sum(t.size), n: count() }));
bars`),
  code(`bars.where(b => b.symbol.eq('AAPL')).candlestick({ title: ${JSON.stringify(`AAPL ${HOSTILE}`)} })`),
  code(
    `bars.groupBy().aggregate(b => ({ volume: sum(b.volume) })).stat({ value: 'volume', title: 'Shares' })`,
  ),
  text('## Text and inputs'),
  code(
    "md`There were **${trades.count()}** trades, the dearest at ${trades.max('price')}; ${" +
      JSON.stringify(HOSTILE) +
      '} is text.`',
  ),
  code(`const least = input.range({ name: 'least size', min: 0, max: 500, step: 1, value: 100 });\nleast`),
  code(`trades.where(t => t.size.ge(least)).groupBy('symbol').aggregate(() => ({ n: count() }))`),
  text('## What does not run'),
  code(
    `const twice = udf('twice', { args: [float64], returns: float64 }, (x: number) => x * 2);\ntrades.derive(t => ({ double: twice(t.price) }))`,
  ),
  code(`display.html(${JSON.stringify(`<b>bold</b>${HOSTILE}`)})`),
  code(
    `console.log(${JSON.stringify(HOSTILE)}); console.error('a warning'); ({ a: 1, list: [1, 2, { deep: ${JSON.stringify(HOSTILE)} }] })`,
  ),
  code(`throw new RangeError(${JSON.stringify(HOSTILE)})`, ['raises-exception']),
];

/** Trades of five minutes; one symbol is hostile. */
export function tradesOfFiveMinutes(): string {
  const lines = Array.from({ length: 900 }, (_, k) => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30) + k * 333).toISOString();
    const symbol = ['AAPL', 'MSFT', `"${HOSTILE.replaceAll('"', '""')}"`][k % 3];
    return `${at},${symbol},${(100 + 5 * Math.sin(k / 90) + (k % 3) * 40).toFixed(2)},${(k * 37) % 500}`;
  });
  return `ts,symbol,price,size\n${lines.join('\n')}\n`;
}

/** A folder with a notebook of such cells, which finds packages as the checkout does. */
export function notebookFolder(name: string, cells = CELLS): string {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'export-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'trades.csv'), tradesOfFiveMinutes());
  const notebook = {
    cells: cells.map(({ type: cell_type, source, tags = [] }, at) => ({
      cell_type,
      id: `cell-${at}`,
      metadata: { tags },
      source,
      ...(cell_type === 'code' ? { outputs: [], execution_count: null } : {}),
    })),
    metadata: {
      kernelspec: { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(join(folder, name), JSON.stringify(notebook));
  return folder;
}
