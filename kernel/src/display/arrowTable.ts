import { decimalText } from '@millrace/protocol';
import type { CellText, TextTable } from './html.js';
import { cellText } from './recordTable.js';
import { counted, ownProperty, storedProperty } from './safely.js';

/** Rows and columns of an Arrow table that are shown. */
const MOST_ROWS = 20;
const MOST_COLUMNS = 40;

/** Ids of types in Arrow's own format, which every implementation has. */
const DECIMAL = 7;
const DATE = 8;
const TIMESTAMP = 10;
const NUMBERS: ReadonlySet<unknown> = new Set([2, 3, DECIMAL]);

interface ArrowField {
  readonly name: string;
  readonly type?: { readonly typeId?: unknown; readonly scale?: unknown };
}

interface ArrowColumn {
  at?(row: number): unknown;
  get?(row: number): unknown;
}

interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly ArrowField[] };
  getChildAt(index: number): ArrowColumn | null | undefined;
}

/** A table of any implementation of Arrow, known by what it has: a schema, rows and columns; null for other values. */
export function arrowTable(value: object): { readonly table: TextTable; readonly caption: string } | null {
  if (!isArrowTable(value)) return null;
  try {
    return shown(value);
  } catch {
    // It only looked like one.
    return null;
  }
}

function shown(value: ArrowTable): { readonly table: TextTable; readonly caption: string } {
  const fields = value.schema.fields.slice(0, MOST_COLUMNS);
  const all = value.numRows;
  const first = all <= MOST_ROWS ? all : MOST_ROWS / 2;
  const places = Array.from({ length: Math.min(all, MOST_ROWS) }, (_, i) =>
    i < first ? i : all - MOST_ROWS + i,
  );
  const columns = fields.map((field, i) => {
    const column = value.getChildAt(i);
    return places.map(row => valueText(column?.get?.(row) ?? column?.at?.(row), field));
  });
  const omitted = value.schema.fields.length - fields.length;
  const rows = counted(all, 'row');
  return {
    table: {
      columns: fields.map(field => field.name),
      rows: places.map((_, row) => columns.map(column => column[row])),
      numeric: fields.map(({ type }) => NUMBERS.has(type?.typeId)),
      gapBefore: all > places.length ? first : null,
    },
    caption: `Arrow table · ${rows}${omitted > 0 ? ` · ${counted(omitted, 'column')} not shown` : ''}`,
  };
}

function isArrowTable(value: object): value is ArrowTable {
  const schema = storedOrGot(value, 'schema');
  if (typeof schema !== 'object' || schema === null) return false;
  const fields = storedOrGot(schema, 'fields');
  const rows = storedOrGot(value, 'numRows');
  const child = storedProperty(value, 'getChildAt');
  return (
    Array.isArray(fields) &&
    fields.every(field => typeof (field as { name?: unknown } | null)?.name === 'string') &&
    Number.isSafeInteger(rows) &&
    (rows as number) >= 0 &&
    child.kind === 'value' &&
    typeof child.value === 'function'
  );
}

/** A property that implementations store, or compute by a getter of their class: never one of the object's own. */
function storedOrGot(object: object, key: string): unknown {
  const own = ownProperty(object, key);
  if (own.kind === 'value') return own.value;
  if (own.kind === 'accessor') return undefined;
  // Asked for only of what has the method of a table, or is the schema of one.
  if (key !== 'fields' && storedProperty(object, 'getChildAt').kind !== 'value') return undefined;
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function valueText(value: unknown, { type }: ArrowField): CellText {
  if (value === null || value === undefined) return null;
  const id = type?.typeId;
  if (id === TIMESTAMP || id === DATE) return timeText(value, id);
  if (id === DECIMAL && typeof type?.scale === 'number') {
    const unscaled = unscaledOf(value);
    if (unscaled !== null) return decimalText(unscaled, `decimal(38, ${type.scale})`);
  }
  return cellText(value);
}

/** Epoch milliseconds, which is what implementations give, with a fraction where the unit is finer. */
function timeText(value: unknown, id: number): CellText {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number') return cellText(value);
  const date = new Date(Math.floor(number));
  if (Number.isNaN(date.getTime())) return cellText(value);
  const text = date.toISOString();
  return id === DATE ? text.slice(0, 10) : text.replace('.000Z', 'Z');
}

/** A decimal that is given as words of 32 bits, least significant first, or as a bigint. */
function unscaledOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (!(value instanceof Uint32Array)) return null;
  const bits = value.reduceRight((high, word) => (high << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(value.length * 32, bits);
}
