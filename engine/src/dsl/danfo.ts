import { MillraceError } from '../columns/error.js';
import type { Field } from '../columns/types.js';
import { columnsOfArrow } from './arrowRows.js';
import { exactDate, rememberFields } from './danfoValues.js';

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
  refuseOwnNames(danfo, fields);
  const exact = columnsOfArrow(arrow, fields, {
    time: 'instant',
    decimal: 'text',
    json: 'text',
    int64: 'bigint',
  });
  const columns = exact.map(({ values }, i) => danfoColumn(fields[i], values));
  const options = {
    columns: fields.map(field => field.name),
    dtypes: fields.map((field, i) => dtypeOf(field, columns[i])),
  };
  // As rows: an object of columns would be put into another order where their names are numbers.
  const length = columns.length === 0 ? 0 : columns[0].length;
  const rows = Array.from({ length }, (_, row) => columns.map(values => values[row]));
  return rememberFields(new danfo.DataFrame(rows, options), fields);
}

/** The values of a column as danfojs works with them. */
function danfoColumn({ type }: Field, values: readonly unknown[]): readonly unknown[] {
  switch (type.kind) {
    case 'int64':
      return (values as readonly (bigint | null)[]).every(isSafe)
        ? values.map(value => (value === null ? null : Number(value)))
        : values;
    case 'timestamp':
      return values.map(value => (value === null ? null : exactDate(value)));
    case 'duration':
      // danfojs has no such type, and would show an object.
      return values.map(value => (value === null ? null : String(value)));
    default:
      return values;
  }
}

function isSafe(value: bigint | null): boolean {
  return value === null || Number.isSafeInteger(Number(value));
}

/**
 * danfojs's name for a type. Dates are objects to it, which it files under text, as decimals are: it has floats alone. So are
 * whole numbers that are bigints because one of them is too large for a number.
 */
function dtypeOf({ type }: Field, values: readonly unknown[]): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'int32':
    case 'int64':
      return values.some(value => typeof value === 'bigint') ? 'string' : 'int32';
    case 'float64':
      return 'float32';
    default:
      return 'string';
  }
}

/** A column is a property of the DataFrame, and would take the place of what danfojs keeps under that name. */
function refuseOwnNames({ DataFrame }: Danfo, fields: readonly Field[]): void {
  const own = fields.find(({ name }) => isOwnName((DataFrame as { prototype?: object }).prototype, name));
  if (own === undefined) return;
  throw new MillraceError(
    'MR4106',
    `a DataFrame of danfojs cannot have a column '${own.name}', which is a property of its own.`,
    `Name it otherwise first: select(t => ({ ${own.name}_: t.${own.name} })).`,
  );
}

function isOwnName(prototype: object | undefined, name: string): boolean {
  if (name.startsWith('$') || name === '__proto__') return true;
  for (let at: object | null = prototype ?? null; at !== null; at = Reflect.getPrototypeOf(at)) {
    if (Reflect.getOwnPropertyDescriptor(at, name)?.get !== undefined) return true;
  }
  return false;
}

interface Danfo {
  readonly DataFrame: new (
    rows: readonly (readonly unknown[])[],
    options: { columns: string[]; dtypes: string[] },
  ) => DanfoDataFrame;
}

/** Told of packages that are loaded here, where somebody wants to know: a notebook's kernel makes danfojs's plots charts. */
const PACKAGE_LOADED = Symbol.for('millrace.packageLoaded');

async function loadDanfo(): Promise<Danfo> {
  // A name that bundlers cannot see: danfojs is optional.
  const name = 'danfojs';
  try {
    const module = (await import(/* @vite-ignore */ name)) as Danfo & { readonly default?: Danfo };
    const loaded = (globalThis as Record<symbol, unknown>)[PACKAGE_LOADED];
    if (typeof loaded === 'function') (loaded as (name: string, module: object) => void)(name, module);
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
