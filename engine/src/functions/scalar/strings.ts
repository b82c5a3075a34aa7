import { BOOLEAN, INT32, STRING } from '../../columns/types.js';
import type { DataType } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import type { Example, ScalarFunction, SqlForms } from '../../expr/function.js';
import { inBoth, infix, named, sqlString } from './sql.js';
import { anyNullable, requireCount, requireKind } from './types.js';

/** What JavaScript's `trim` takes away. */
const WHITE_SPACE =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

interface StringFunction {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
  readonly example: readonly [args: readonly Value[], result: Value];
  readonly args: readonly DataType[];
  /** How many arguments must be there; the last ones may be left out. */
  readonly least?: number;
  readonly type: DataType;
  readonly aliases?: readonly string[];
  readonly sql: SqlForms;
  evaluate(args: readonly Value[]): Value;
}

/** A function of strings: generated code runs it once a dictionary code, not once a row. */
function stringFunction(definition: StringFunction): ScalarFunction {
  const { name, args: types, type } = definition;
  const [args, result] = definition.example;
  const example: Example = { args: args.map((value, at) => ({ type: types[at], value })), result };
  return {
    name,
    signature: definition.signature,
    doc: definition.doc,
    examples: [example],
    nulls: 'propagate',
    ...(definition.aliases === undefined ? {} : { aliases: definition.aliases }),
    sql: definition.sql,
    bind(given) {
      requireCount(name, given, definition.least ?? types.length, types.length);
      given.forEach((arg, at) =>
        requireKind(name, arg, types[at].kind === 'string' ? 'a string' : 'a number of code points', kind =>
          types[at].kind === 'string'
            ? kind.kind === 'string'
            : kind.kind === 'int32' || kind.kind === 'int64',
        ),
      );
      return { args: types.slice(0, given.length), type, nullable: anyNullable(given) };
    },
    evaluate: definition.evaluate,
  };
}

export const upper = stringFunction({
  name: 'upper',
  signature: 'upper(text)',
  aliases: ['UCASE'],
  sql: named('UPPER'),
  doc: 'The string in upper case.',
  example: [['aß'], 'ASS'],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).toUpperCase(),
});

export const lower = stringFunction({
  name: 'lower',
  signature: 'lower(text)',
  aliases: ['LCASE'],
  sql: named('LOWER'),
  doc: 'The string in lower case.',
  example: [['AÉ'], 'aé'],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).toLowerCase(),
});

export const trim = stringFunction({
  name: 'trim',
  signature: 'trim(text)',
  sql: {
    duckdb: ([s]) => `TRIM(${s}, ${sqlString(WHITE_SPACE)})`,
    flink: ([s]) => `TRIM(BOTH ${sqlString(WHITE_SPACE)} FROM ${s})`,
  },
  doc: 'The string without white space at its ends.',
  example: [[' a b '], 'a b'],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).trim(),
});

export const length = stringFunction({
  name: 'length',
  signature: 'length(text)',
  aliases: ['CHAR_LENGTH', 'CHARACTER_LENGTH'],
  sql: {
    duckdb: ([s]) => `CAST(LENGTH(${s}) AS INTEGER)`,
    flink: ([s]) => `CHAR_LENGTH(${s})`,
  },
  doc: 'The number of code points.',
  example: [['a😀'], 2],
  args: [STRING],
  type: INT32,
  evaluate: ([s]) => codePoints(s as string).length,
});

export const contains = stringFunction({
  name: 'contains',
  signature: 'contains(text, part)',
  sql: {
    duckdb: ([s, part]) => `CONTAINS(${s}, ${part})`,
    flink: ([s, part]) => `(POSITION(${part} IN ${s}) > 0)`,
  },
  doc: 'Whether the string contains the other one.',
  example: [['abc', 'bc'], true],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).includes(part as string),
});

export const startsWith = stringFunction({
  name: 'startsWith',
  signature: 'startsWith(text, start)',
  sql: {
    duckdb: ([s, part]) => `STARTS_WITH(${s}, ${part})`,
    flink: ([s, part]) => `(LEFT(${s}, CHAR_LENGTH(${part})) = ${part})`,
  },
  doc: 'Whether the string starts with the other one.',
  example: [['abc', 'ab'], true],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).startsWith(part as string),
});

export const endsWith = stringFunction({
  name: 'endsWith',
  signature: 'endsWith(text, end)',
  sql: {
    duckdb: ([s, part]) => `ENDS_WITH(${s}, ${part})`,
    flink: ([s, part]) => `(RIGHT(${s}, CHAR_LENGTH(${part})) = ${part})`,
  },
  doc: 'Whether the string ends with the other one.',
  example: [['abc', 'ab'], false],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).endsWith(part as string),
});

export const substring = stringFunction({
  name: 'substring',
  signature: 'substring(text, start, count?)',
  aliases: ['SUBSTR'],
  sql: inBoth(([s, start, count]) =>
    count === undefined
      ? `SUBSTRING(${s}, GREATEST(${start}, 1))`
      : `SUBSTRING(${s}, GREATEST(${start}, 1), GREATEST(${start} + GREATEST(${count}, 0) - GREATEST(${start}, 1), 0))`,
  ),
  doc: 'From code point `start` (1 is the first, as in SQL) so many code points, or all that follow.',
  example: [['a😀bc', 2, 2], '😀b'],
  args: [STRING, INT32, INT32],
  least: 2,
  type: STRING,
  evaluate: ([s, start, count]) => {
    const from = (start as number) - 1;
    const to = count === undefined ? Infinity : from + Math.max(0, count as number);
    return codePoints(s as string)
      .slice(Math.max(0, from), Math.max(0, to))
      .join('');
  },
});

export const concat: ScalarFunction = {
  name: 'concat',
  signature: 'concat(a, b, …)',
  doc: 'The strings joined; NULL where any is NULL.',
  examples: [{ args: ['a', '', 'b'].map(value => ({ type: STRING, value })), result: 'ab' }],
  nulls: 'propagate',
  sql: infix('||'),
  bind(args) {
    requireCount('concat', args, 1, Infinity);
    for (const arg of args) requireKind('concat', arg, 'strings', type => type.kind === 'string');
    return { args: args.map(() => STRING), type: STRING, nullable: anyNullable(args) };
  },
  evaluate: args => args.join(''),
};

function codePoints(text: string): string[] {
  return Array.from(text);
}
