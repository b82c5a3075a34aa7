import {
  hasDictionary,
  isInt64Like,
  JSON_TYPE,
  STRING,
  typeName,
  type DataType,
} from '../../columns/types.js';
import { formatDecimal } from '../../columns/decimal.js';
import type { Dictionary } from '../../columns/dictionary.js';
import { formatDurationTicks } from '../../columns/durationTicks.js';
import { formatDate, formatTimestamp } from '../../columns/iso.js';
import type { CallOptions } from '../../expr/ast.js';
import { defineAggregate, type BoundAggregate, type ReferenceValue } from './define.js';
import { requireOrder } from './ends.js';
import { AggregateArgumentError, requireArguments } from './errors.js';
import { orderedRows } from './objects.js';
import { inEventOrder } from './references.js';
import type { HeldValue } from './state/held.js';
import type { OrderedRows } from './state/orderedRows.js';

export const list = defineAggregate({
  name: 'list',
  doc: 'The values as a JSON array in event order; times are ISO text, decimals and int64 exact numbers, NaN and infinities text. With distinct each value once, where it came first. NULL for none.',
  signature: 'x: any',
  sql: () => null,
  ordered: true,
  distinct: 'own',
  retracts: true,
  resolve(args) {
    requireArguments('list', args, 1, () => true, 'a value');
    return { type: JSON_TYPE, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    requireOrder('list', context);
    const type = JSON.stringify(context.args[0].type);
    return {
      parts: { rows: orderedRows(0, context.retracting) },
      counts: false,
      makesText: true,
      value(emit) {
        const part = emit.part('rows');
        return {
          value: `jsonList(${part.lane('rows')}, ${context.distinct}, ${type}, ${part.dictionaries[0]})`,
        };
      },
    };
  },
  reference(rows, [arg], { retracting, distinct }) {
    if (rows.length === 0) return null;
    const values = inEventOrder(rows, retracting).map(row => row.args[0]);
    return `[${(distinct ? [...new Set(values)] : values).map(value => jsonText(value, arg.type)).join(',')}]`;
  },
});

const DEFAULT_SEPARATOR = ',';

function separatorOf({ separator = DEFAULT_SEPARATOR }: CallOptions): string {
  return String(separator);
}

export const listAgg = defineAggregate({
  name: 'listAgg',
  doc: 'The texts one after the other in event order, with a separator (a comma) between them. With distinct each text once, where it came first. NULL for none.',
  signature: 'x: string, separator?: string',
  sql: (args, { options }) => `LISTAGG(${args[0]}, ${sqlText(separatorOf(options))})`,
  duckdb: (args, { options, order }) =>
    args[0].startsWith('DISTINCT')
      ? null
      : `string_agg(${args[0]}, ${sqlText(separatorOf(options))} ORDER BY ${order})`,
  ordered: true,
  distinct: 'own',
  retracts: true,
  resolve(args) {
    requireArguments('listAgg', args, 1, () => true, 'text');
    if (args[0].type.kind !== 'string') {
      throw new AggregateArgumentError(
        'MR3103',
        `listAgg() takes text, not ${typeName(args[0].type)}.`,
        'Cast the column first: listAgg(t.x.cast(string)), or write list(t.x) for a JSON array.',
      );
    }
    return { type: STRING, nullable: args[0].nullable };
  },
  bind(context): BoundAggregate {
    requireOrder('listAgg', context);
    const separator = JSON.stringify(separatorOf(context.options));
    return {
      parts: { rows: orderedRows(0, context.retracting) },
      counts: false,
      makesText: true,
      value(emit) {
        const part = emit.part('rows');
        return {
          value: `joinedTexts(${part.lane('rows')}, ${context.distinct}, ${separator}, ${part.dictionaries[0]})`,
        };
      },
    };
  },
  reference(rows, _, { retracting, distinct, options }) {
    if (rows.length === 0) return null;
    const texts = inEventOrder(rows, retracting).map(row => row.args[0] as string);
    return (distinct ? [...new Set(texts)] : texts).join(separatorOf(options));
  },
});

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The values of rows in order, each once where `distinct`. */
function listed(rows: OrderedRows, distinct: boolean): readonly HeldValue[] {
  return distinct ? [...new Set(rows.values())] : rows.values();
}

/** A JSON array of held values. */
export function jsonList(
  rows: OrderedRows,
  distinct: boolean,
  type: DataType,
  dictionary: Dictionary | null,
): string {
  const items = listed(rows, distinct).map(value => jsonText(valueOf(value, type, dictionary), type));
  return `[${items.join(',')}]`;
}

/** Texts by their codes, joined. */
export function joinedTexts(
  rows: OrderedRows,
  distinct: boolean,
  separator: string,
  dictionary: Dictionary,
): string {
  return listed(rows, distinct)
    .map(code => dictionary.at(code as number))
    .join(separator);
}

/** A held value as what it stands for. */
function valueOf(held: HeldValue, type: DataType, dictionary: Dictionary | null): ReferenceValue {
  if (hasDictionary(type)) return (dictionary as Dictionary).at(held as number);
  if (isInt64Like(type)) return BigInt(held);
  return type.kind === 'boolean' ? held !== 0 : held;
}

/** One value as JSON text. */
function jsonText(value: ReferenceValue, type: DataType): string {
  switch (type.kind) {
    case 'json':
      return value as string;
    case 'float64':
      return Number.isFinite(value) ? floatText(value as number) : JSON.stringify(String(value));
    case 'timestamp':
      return JSON.stringify(formatTimestamp(value as bigint, type.unit));
    case 'date':
      return JSON.stringify(formatDate(value as number));
    case 'duration':
      return JSON.stringify(formatDurationTicks(value as bigint, type.unit));
    case 'decimal':
      return formatDecimal(value as bigint, type.scale);
    case 'string':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
