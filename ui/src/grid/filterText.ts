import type { ColumnFilter, FilterTest } from '@millrace/protocol';

/** How filters are written, for whoever asks. */
export const FILTER_HELP = 'text, = value, != value, < value, >= value, from..to, NULL, !NULL';

/**
 * The filters that a reader has written for a column: none where the text is empty. A text without a sign is looked for in text, and is the value
 * elsewhere.
 *
 * @example filtersOf('price', '10..20', true) // >= 10 and <= 20
 */
export function filtersOf(column: string, text: string, isText: boolean): ColumnFilter[] {
  const trimmed = text.trim();
  const one = (test: FilterTest, value: string): ColumnFilter => ({ column, test, value });
  if (trimmed === '') return [];
  if (/^null$/i.test(trimmed)) return [one('null', '')];
  if (/^(!|not )\s*null$/i.test(trimmed)) return [one('notNull', '')];
  const signed = /^(!=|<>|<=|>=|=|<|>)\s*(.*)$/s.exec(trimmed);
  if (signed !== null) return [one(signed[1] === '<>' ? '!=' : (signed[1] as FilterTest), signed[2])];
  const range = isText ? null : /^(.*?)\.\.(.*)$/s.exec(trimmed);
  if (range === null) return [one('contains', trimmed)];
  const [from, to] = [range[1].trim(), range[2].trim()];
  return [...(from === '' ? [] : [one('>=', from)]), ...(to === '' ? [] : [one('<=', to)])];
}
