import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import { columnsOfArrow } from './arrowRows.js';

/** What this package needs to know of a danfojs DataFrame. */
export interface DanfoDataFrame {
  readonly shape: number[];
  readonly columns: string[];
  print(): void;
  // danfojs has hundreds of methods and its own types; a cell that imports danfojs sees those.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [method: string]: any;
}

/** The rows of an Arrow IPC stream as a danfojs DataFrame. danfojs takes seconds to load: it is loaded on first use. */
export async function toDanfo(arrow: Uint8Array, fields: readonly Field[]): Promise<DanfoDataFrame> {
  const danfo = await loadDanfo();
  const columns = columnsOfArrow(arrow, fields, { time: 'date', decimal: 'text', json: 'text' }).map(
    (column, i) =>
      fields[i].type.kind === 'duration' ? { ...column, values: column.values.map(durationText) } : column,
  );
  const options = { columns: fields.map(field => field.name), dtypes: fields.map(dtypeOf) };
  // Columns of no rows are refused as an object of arrays, and taken as a list of no rows.
  const isEmpty = columns.every(({ values }) => values.length === 0);
  const data = isEmpty ? [] : Object.fromEntries(columns.map(({ name, values }) => [name, values]));
  return new danfo.DataFrame(data, options);
}

/** A duration as text: danfojs has no such type, and would show an object. */
function durationText(value: unknown): string | null {
  return value === null ? null : String(value);
}

/** danfojs's name for a type. Dates are objects to it, which it files under text, as decimals are: it has floats alone. */
function dtypeOf({ type }: Field): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'int32':
    case 'int64':
      return 'int32';
    case 'float64':
      return 'float32';
    default:
      return 'string';
  }
}

interface Danfo {
  readonly DataFrame: new (
    data: Record<string, unknown[]> | never[],
    options: { columns: string[] },
  ) => DanfoDataFrame;
}

async function loadDanfo(): Promise<Danfo> {
  // A name that bundlers cannot see: danfojs is optional.
  const name = 'danfojs';
  try {
    const module = (await import(/* @vite-ignore */ name)) as Danfo & { readonly default?: Danfo };
    return module.default ?? module;
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new MillraceError(
      'MR1501',
      'toDanfo() needs the package danfojs.',
      'Install it: npm install danfojs@1.2.0',
    );
  }
}
