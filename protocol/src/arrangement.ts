/** How a grid's rows are sorted: by one column, then by the next; rows that are alike as they came. NULL is last, NaN the greatest number. */
export interface ColumnSort {
  readonly column: string;
  readonly descending: boolean;
}

/** What a value is tested for. `contains` compares text in any case of its letters. NULL passes `null` only. */
export const FILTER_TESTS = ['contains', '=', '!=', '<', '<=', '>', '>=', 'null', 'notNull'] as const;
export type FilterTest = (typeof FILTER_TESTS)[number];

/** A test that rows have to pass; `value` is what to compare with, as text that is read by the column's type, empty for those that need none. */
export interface ColumnFilter {
  readonly column: string;
  readonly test: FilterTest;
  readonly value: string;
}

/** In which order a grid shows its rows, and which of them: those that pass every filter. */
export interface Arrangement {
  readonly order: readonly ColumnSort[];
  readonly filter: readonly ColumnFilter[];
}
