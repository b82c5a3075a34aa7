import type { OriginsRequest } from '@millrace/protocol';
import { MillraceError } from '../columns/error.js';
import { isInt64Like, typeName, type Field } from '../columns/types.js';
import type { LiteralValue } from '../expr/ast.js';
import { literalToValue, valueToLiteral } from '../expr/literal.js';

/** A question that names a row in a way that no row has. */
export class OriginRequestError extends MillraceError {
  override readonly name = 'OriginRequestError';
}

/** Characters of a row's values that are taken at most, all together. */
const MOST_CHARACTERS = 1_000_000;
const INT64 = 1n << 63n;
const INT32 = 2 ** 31;

/** A front end's question about origins; null: it is none. Its values are for `checkedRow` to judge. */
export function originsRequest(request: unknown): OriginsRequest | null {
  if (typeof request !== 'object' || request === null) return null;
  const { type, id, part, values } = request as Readonly<Record<string, unknown>>;
  if (!Number.isSafeInteger(id)) return null;
  if (type === 'originsKeep' || type === 'originsClose') return { type, id: id as number };
  if (type !== 'origins') return null;
  const of = Number.isSafeInteger(part) ? (part as number) : 0;
  return { type, id: id as number, part: of, values: (values ?? null) as never };
}

/**
 * The values by which a front end names a row, as literals of the columns' types.
 *
 * @throws MillraceError `MR2233` where a column is not there, or a value is none of its column
 */
export function checkedRow(values: unknown, fields: readonly Field[]): Record<string, LiteralValue> {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw refused('the question names no row.');
  const given = Object.entries(values);
  if (given.length === 0) throw refused('the question names no column of the row.');
  let characters = 0;
  return Object.fromEntries(
    given.map(([name, value]: [string, unknown]) => {
      const field = fields.find(each => each.name === name);
      if (field === undefined) throw refused(`the table has no column '${name.slice(0, 80)}'.`);
      characters += typeof value === 'string' ? value.length : 1;
      if (characters > MOST_CHARACTERS)
        throw refused(`the row's values are longer than ${MOST_CHARACTERS} characters.`);
      const literal = literalOf(value, field);
      if (literal === undefined)
        throw refused(`a value of column '${name.slice(0, 80)}' is no ${typeName(field.type)}.`);
      return [name, literal];
    }),
  );
}

/** A value from outside as a literal; undefined where it is none of the type. */
function literalOf(value: unknown, { type }: Field): LiteralValue | undefined {
  if (value === null) return null;
  if (isInt64Like(type)) {
    const isDigits = typeof value === 'string' && /^-?\d{1,19}$/.test(value);
    if (!isDigits && !Number.isSafeInteger(value)) return undefined;
    const integer = BigInt(value as string | number);
    return integer >= -INT64 && integer < INT64 ? String(integer) : undefined;
  }
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'int32':
    case 'date':
      return Number.isInteger(value) && Math.abs(value as number) <= INT32 ? (value as number) : undefined;
    case 'float64': {
      const isText = ['NaN', 'Infinity', '-Infinity', '-0'].includes(value as string);
      if (!isText && typeof value !== 'number') return undefined;
      return valueToLiteral(literalToValue(value as LiteralValue, type), type);
    }
    default:
      return typeof value === 'string' ? value : undefined;
  }
}

function refused(what: string): OriginRequestError {
  return new OriginRequestError(
    'MR2233',
    `it cannot be told where this row comes from: ${what}`,
    'Ask again once the view has been drawn anew.',
  );
}
