import type { RowTexts } from '../sources/pin.js';
import type { RowDifference, RowDifferences } from './rowDifferences.js';

/** A cell is cut to so many characters. */
const MOST_CHARACTERS = 40;

/**
 * Differences as people read them: what differs and how often, and a table of the first rows that do.
 *
 * @param most so many rows are shown
 * @param before what the rows that were there are called: pinned, saved
 */
export function differencesText(found: RowDifferences, most: number, before = 'pinned'): string {
  return [headline(found, before), ...lines(found, most, before)].join('\n');
}

function headline({ rows, counts, schema, ranges }: RowDifferences, before: string): string {
  const were = `${rowsText(rows.pinned)} ${rows.pinned === 1 ? 'was' : 'were'} ${before}, ${number(rows.now)} ${rows.now === 1 ? 'is' : 'are'} there now`;
  if (schema.length > 0) return `other columns: ${were}`;
  if (ranges.length > 0)
    return `rows differ in ${ranges.length === 1 ? 'one stretch' : `${number(ranges.length)} stretches`}: ${were}`;
  const parts = Object.entries(counts).flatMap(([kind, count]) =>
    count > 0 ? [`${number(count)} ${kind}`] : [],
  );
  const total = counts.changed + counts.missing + counts.extra;
  if (total === 0) return `other rows: ${were}`;
  return `${total === 1 ? '1 row differs' : `${number(total)} rows differ`} (${parts.join(', ')}): ${were}`;
}

function lines(
  { schema, ranges, differences, columns, counts }: RowDifferences,
  most: number,
  before: string,
): string[] {
  if (schema.length > 0) return schema.map(line => `  ${line}`);
  if (ranges.length > 0) {
    const shown = ranges.slice(0, most).map(({ from, to, pinned, now }) => {
      const up = to === null ? 'the end' : placeText(to);
      return `  from ${from === null ? 'the beginning' : placeText(from)} to ${up}: ${rowsText(pinned)} ${before}, ${number(now)} now`;
    });
    return [...shown, ...more(ranges.length - shown.length, 'stretches')];
  }
  if (differences.length === 0) return [];
  const shown = differences.slice(0, most);
  const rows = shown.flatMap(difference => rowsOf(difference, before));
  const total = counts.changed + counts.missing + counts.extra;
  return [...table(['', ...columns, 'differs in'], rows), ...more(total - shown.length, 'rows that differ')];
}

function rowsOf(difference: RowDifference, before: string): RowTexts[] {
  switch (difference.kind) {
    case 'changed':
      return [
        [before, ...difference.pinned, difference.in.join(', ')],
        ['now', ...difference.now, ''],
      ];
    case 'missing':
      return [['missing', ...difference.pinned, '']];
    case 'extra':
      return [['extra', ...difference.now, '']];
  }
}

/** Columns side by side; the last one only where it says anything. */
function table(head: readonly string[], rows: readonly RowTexts[]): string[] {
  const texts = [head, ...rows].map(row => row.map(cell => cellText(cell)));
  if (texts.slice(1).every(row => row.at(-1) === '')) for (const row of texts) row.pop();
  const widths = texts[0].map((_, column) => Math.max(...texts.map(row => row[column].length)));
  return texts.map(row => `  ${row.map((text, column) => text.padEnd(widths[column])).join('  ')}`.trimEnd());
}

function cellText(text: string | null): string {
  if (text === null) return 'NULL';
  // Data may hold what a terminal takes for commands.
  const line = text.replaceAll(/[\s\p{Cc}]/gu, ' ');
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line;
}

function placeText(row: RowTexts): string {
  return `(${row.slice(0, 4).map(cellText).join(', ')}${row.length > 4 ? ', …' : ''})`;
}

function more(count: number, what: string): string[] {
  return count > 0 ? [`  … and ${number(count)} more ${what}`] : [];
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${number(count)} rows`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
