import type { LanguageService } from '../service.js';

/** Cells of the kinds that notebooks have. */
const CELLS = [
  '1 + 1',
  'const price = { bid: 1.5, size: 2 };\nfunction total(n: number): number { return n * price.bid; }',
  'let rows = [1, 2, 3].map(n => ({ n, text: `${n}` }));\nrows.filter(row => row.n > 1)',
  'class Account { #sum = 0; add(n: number) { this.#sum += n; return this; } }\nnew Account().add(total(2))',
  'interface Quote { readonly symbol: string; readonly price: number }\nconst quotes: Quote[] = [];\nquotes.length',
  "const { readFile } = await import('node:fs/promises');\nfor (const row of rows) console.log(row.text, price.size);",
  "import { count, replay, tumble } from 'millrace';\nconst trades = replay('trades.csv', { time: 'ts', watermark: '2 s' });\nconst bars = trades.window(tumble('1 min')).groupBy('symbol').aggregate(t => ({ n: count() }));\nbars",
  'price.bidd',
  'const wrong: number = "text"',
];
const ROUNDS = 4;

/** Does what cells will ask for, so that the code for it is compiled; nothing of it is left. Completions sort by the rules of languages, which no snapshot can hold. */
export function rehearse(service: LanguageService): void {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, code] of CELLS.entries()) {
      const cellId = `rehearsal-${round}-${index}`;
      service.isComplete(code);
      service.prepare({ cellId, executionCount: 1, code });
      service.commit(cellId, []);
    }
    service.inspect('price', 2, 0);
  }
  service.forget();
}
