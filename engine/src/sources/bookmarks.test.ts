import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchRows, sourceRequest } from '../../../tests/support/sourceRows.js';
import { memoryInput } from './bytes.js';
import { inspectCsv } from './csvText.js';
import { openLines } from './lineSource.js';
import type { SourceReader } from './source.js';

const runs = Number(process.env.MILLRACE_RUNS ?? 100);
const seed = Number(process.env.MILLRACE_SEED ?? 20240308);

/** The rows of a reading from here on, with their marks. */
async function restOf(reader: SourceReader): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let batch = await reader.next(7); batch !== null; batch = await reader.next(7))
    rows.push(...batchRows(batch).map((row, k) => [row, batch?.marks?.[k]]));
  return rows;
}

it('a reading from a bookmark goes on as the one that made it, with its counts, its lines and its marks', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom('a', '"b\nb"', '"c""c"', 'bad,row')),
        {
          minLength: 1,
          maxLength: 60,
        },
      ),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 30 }),
      async (lines, size, chunk) => {
        const text = `ts,name\n${lines
          .map(([second, name]) => `2024-03-08T14:30:${String(second % 60).padStart(2, '0')}Z,${name}\n`)
          .join('')}`;
        const bytes = new TextEncoder().encode(text);
        const source = await openLines(
          inspectCsv,
          () => Promise.resolve(memoryInput(bytes, 'the text', chunk)),
          sourceRequest({}, { time: 'ts', boundUs: 2e6 }),
        );
        const reader = source.read();
        for (let turn = 0; turn < 3; turn++) await reader.next(size);
        const place = reader.bookmark?.();
        const again = source.read(null, place);
        const rest = await restOf(reader);
        if (place === null) return;
        expect(await restOf(again)).toEqual(rest);
        expect({ ...again.counters, bytes: 0 }).toEqual({ ...reader.counters, bytes: 0 });
      },
    ),
    { numRuns: runs, seed },
  ));
