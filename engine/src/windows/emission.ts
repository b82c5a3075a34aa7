/**
 * When a window's rows are told. A window that closes is always told, and late rows that still revise it are told at once;
 * before it closes: with every change, at multiples of `everyUs` on the session clock, and with the row with which a group of a
 * window has `rows` more rows than when it was told last.
 */
export interface EmitSpec {
  readonly change: boolean;
  readonly everyUs: number | null;
  readonly rows: number | null;
}

/**
 * What stands for a window in which a group has no rows, from the group's first window on, and for at most `limit` windows in a
 * row: the values before it, or NULL.
 */
export interface FillSpec {
  readonly by: 'previous' | 'null';
  readonly limit: number;
}

/** Windows are told with every change. */
export const EVERY_CHANGE: EmitSpec = Object.freeze({ change: true, everyUs: null, rows: null });

/** What an aggregate has in an empty window: 0, NULL, or the value that the aggregate at a position had in the window before. */
export type FillValue = 'zero' | 'null' | number;
