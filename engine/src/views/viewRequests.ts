import type { ChartPixels, RowRange, ViewRequest } from '@millrace/protocol';

/** Rows of a range at most: what a screen shows, or what a reader selects, is less. */
const MOST_ROWS = 2000;

/** A front end's request as far as it can be taken for one; null: it is none. What it asks a table for is the table's to judge. */
export function checkedRequest(request: unknown): ViewRequest | null {
  if (typeof request !== 'object' || request === null) return null;
  const asked = request as Readonly<Record<string, unknown>>;
  switch (asked.type) {
    case 'ack':
      return { type: 'ack', seq: credits(asked.seq), credit: credits(asked.credit), paintMs: 0 };
    case 'hide':
    case 'resync':
      return { type: asked.type };
    case 'range': {
      const range = checkedRange(asked.range);
      return range === null ? null : { type: 'range', range };
    }
    case 'arrange': {
      const range = checkedRange(asked.range);
      return range === null ? null : { type: 'arrange', arrangement: asked.arrangement as never, range };
    }
    case 'pixels': {
      const pixels = checkedPixels(asked.pixels);
      return pixels === null ? null : { type: 'pixels', pixels };
    }
    default:
      return null;
  }
}

/** Pixels of a screen at most. */
const MOST_COLUMNS = 8192;

/** What a chart's front end says that can be seen; null: it is none. */
export function checkedPixels(pixels: unknown): ChartPixels | null {
  if (typeof pixels !== 'object' || pixels === null) return null;
  const { columns, rows, span } = pixels as Readonly<Record<string, unknown>>;
  if (!Number.isSafeInteger(columns) || (columns as number) < 1) return null;
  const isHigh = Number.isSafeInteger(rows) && (rows as number) > 0;
  const known = {
    columns: Math.min(MOST_COLUMNS, columns as number),
    ...(isHigh ? { rows: Math.min(MOST_COLUMNS, rows as number) } : {}),
  };
  if (span === null) return { ...known, span };
  if (!Array.isArray(span) || span.length !== 2) return null;
  const [from, to] = span as unknown[];
  if (typeof from !== 'number' || typeof to !== 'number') return null;
  return Number.isFinite(to - from) && from < to ? { ...known, span: [from, to] } : null;
}

/** A range of rows, of no more than so many; null: it is none. */
export function checkedRange(range: unknown): RowRange | null {
  if (typeof range !== 'object' || range === null) return null;
  const { from, limit, tail } = range as Readonly<Record<string, unknown>>;
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(limit)) return null;
  return {
    from: Math.max(0, from as number),
    limit: Math.max(0, Math.min(MOST_ROWS, limit as number)),
    tail: tail === true,
  };
}

/** A count that comes from outside: a whole number from 0; 0 for what is none. */
export function credits(count: unknown): number {
  return Number.isSafeInteger(count) ? Math.max(0, count as number) : 0;
}
