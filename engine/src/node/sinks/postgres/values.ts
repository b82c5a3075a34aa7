import { AS_IS, valueText } from '../../../codecs/valueText.js';
import type { Batch } from '../../../columns/batch.js';
import type { Column } from '../../../columns/column.js';
import { formatTimestamp } from '../../../columns/iso.js';
import { SourceError } from '../../../sources/error.js';

const MICROSECONDS = { s: 1_000_000n, ms: 1_000n, us: 1n, ns: 1n } as const;

/** The values of a column's rows as Postgres reads them; NULL is null. `asText`: for a column of text. Error `MR3917` for a text with NUL. */
export function texts(column: Column, length: number, name: string, asText: boolean): (string | null)[] {
  const { valid, type } = column;
  const write = asText ? valueText(column, AS_IS, new Map()) : exactText(column);
  const out = new Array<string | null>(length);
  for (let row = 0; row < length; row++) out[row] = valid !== null && valid[row] === 0 ? null : write(row);
  if (type.kind === 'string' || type.kind === 'json') refuseNul(out, name);
  return out;
}

function exactText(column: Column): (row: number) => string {
  const { data, type } = column;
  if (type.kind === 'duration') {
    const factor = MICROSECONDS[type.unit];
    return row => `${BigInt(data[row]) * factor} microseconds`;
  }
  if (type.kind === 'timestamp') return row => yearText(formatTimestamp(BigInt(data[row]), type.unit));
  const text = valueText(column, AS_IS, new Map());
  return type.kind === 'date' ? row => yearText(text(row)) : text;
}

/** A time whose year has more than four digits, or is before the first, as Postgres writes it. */
function yearText(iso: string): string {
  if (iso.startsWith('+')) return iso.slice(1).replace(/^0+(?=\d{4})/, '');
  if (!iso.startsWith('-')) return iso;
  const [, year, rest] = /^-(\d+)(.*)$/.exec(iso) as RegExpExecArray;
  return `${String(Number(year) + 1).padStart(4, '0')}${rest} BC`;
}

function refuseNul(values: readonly (string | null)[], name: string): void {
  if (!values.some(value => value?.includes('\0') === true)) return;
  throw new SourceError(
    'MR3917',
    `column '${name}' has a text with a NUL character, which Postgres cannot hold.`,
    `Take it out: t.derive(r => ({ ${name}: r.${name}.replaceAll('\\0', '') })).`,
  );
}

/** Values as the text of an array. */
export function arrayText(values: readonly (string | null)[]): string {
  const items = values.map(value =>
    value === null ? 'NULL' : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  );
  return `{${items.join(',')}}`;
}

/** The rows of batches by column. */
export function rowsByColumn(
  batches: readonly Batch[],
  names: readonly string[],
  asText: readonly boolean[],
): (string | null)[][] {
  return names.map((name, at) =>
    batches.flatMap(({ columns, length }) => texts(columns[at], length, name, asText[at])),
  );
}
