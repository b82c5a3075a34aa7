import type { ResultPin, RowTexts } from '../sources/pin.js';
import { hashText } from '../plan/hash.js';
import { RowsHash, type SortedRows } from './pinnedRows.js';
import {
  rowDifferences,
  schemaDifferences,
  type RangeDifference,
  type RowDifferences,
} from './rowDifferences.js';

/** How a result differs from what was pinned of it; null: it is the same. */
export function pinDifferences(pinned: ResultPin, now: ResultPin, rows: SortedRows): RowDifferences | null {
  const schema = schemaDifferences(pinned.columns, now.columns);
  if (schema.length === 0 && pinned.hash === now.hash && pinned.rows === now.rows) return null;
  const columns = now.columns.map(([name]) => name);
  const facts = {
    columns,
    rows: { pinned: pinned.rows, now: now.rows },
    counts: { changed: 0, missing: 0, extra: 0 },
    differences: [],
    schema,
  };
  if (schema.length > 0) return { ...facts, ranges: [] };
  if (pinned.all !== undefined) {
    const all = now.all ?? Array.from({ length: rows.length }, (_, at) => rows.row(at));
    const found = rowDifferences(
      { columns: pinned.columns, key: pinned.key, rows: pinned.all },
      { columns: now.columns, key: now.key, rows: all },
    );
    // The kept rows are those of the hash, unless somebody has edited the file.
    return found ?? { ...facts, ranges: [] };
  }
  return { ...facts, ranges: rangeDifferences(pinned, rows) };
}

/**
 * The stretches that differ. Those of the pin begin at rows which may still be there: between two that are, hashes of
 * all rows can be compared, whatever was put in or taken out before.
 */
function rangeDifferences({ blocks = [] }: ResultPin, rows: SortedRows): RangeDifference[] {
  const found: RangeDifference[] = [];
  let next = 0;
  let now = new RowsHash();
  let pinned = new RowsHash();
  let counts = { pinned: 0, now: 0 };
  let from: RowTexts | null = null;
  let isBefore = true;
  const begins = new Map(blocks.map(({ at }, index) => [at, index]));
  const close = (upTo: number): void => {
    for (; next < upTo; next++) {
      pinned.addText(blocks[next].hash);
      counts.pinned += blocks[next].rows;
    }
    if (now.text !== pinned.text || counts.now !== counts.pinned) {
      found.push({ from, to: blocks[upTo]?.first ?? null, ...counts });
    }
    from = blocks[upTo]?.first ?? null;
    [now, pinned, counts] = [new RowsHash(), new RowsHash(), { pinned: 0, now: 0 }];
  };
  for (let at = 0; at < rows.length; at++) {
    const row = rows.row(at);
    const begun = begins.get(hashText(rows.keyOf(row)));
    // What lies before the first block is a stretch of its own. Equal rows may begin a block more than once.
    if (begun !== undefined && (begun > next || isBefore)) {
      close(begun);
      isBefore = false;
    }
    now.add(JSON.stringify(row));
    counts.now++;
  }
  close(blocks.length);
  return found;
}
