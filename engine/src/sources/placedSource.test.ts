import { expect, it } from 'vitest';
import { sourceRequest } from '../../../tests/support/sourceRows.js';
import { memoryInput } from './bytes.js';
import { inspectCsv } from './csvText.js';
import { openLines } from './lineSource.js';
import { placedSource } from './placedSource.js';

const TEXT =
  'id,received,size\n1,2024-03-08T14:30:00Z,5\n2,2024-03-08T14:29:00Z,6\n3,,7\n4,2024-03-08T14:31:00Z,8\n';
const open = () =>
  openLines(
    inspectCsv,
    () => Promise.resolve(memoryInput(new TextEncoder().encode(TEXT), 'it')),
    sourceRequest({}),
  );
const START = Date.UTC(2024, 2, 8, 14, 30) * 1000;

it('gives each row the latest time of receipt so far, also where its reading goes on from a bookmark', async () => {
  const source = placedSource(await open(), 'received');
  const places = async (from?: unknown): Promise<number[]> => {
    const reader = source.read(new Set(['id']), from);
    const found: number[] = [];
    for (let batch = await reader.next(1); batch !== null; batch = await reader.next(1))
      found.push(...batch.places!.subarray(0, batch.length));
    return found;
  };
  expect(await places()).toEqual([START, START, START, START + 60e6]);
  const reader = source.read();
  await reader.next(1);
  const bookmark = reader.bookmark!();
  expect(bookmark).not.toBeNull();
  expect(await places(bookmark)).toEqual([START, START, START + 60e6]);
});

it('says which columns there are, and what a time of receipt has to be', async () => {
  const source = await open();
  expect(() => placedSource(source, 'recieved')).toThrow(/MR3512.*'test'.*Did you mean 'received'/s);
  expect(() => placedSource(source, 'size')).toThrow(/MR3513.*int64.*timestamp\('us'\)/s);
});
