import { BOOLEAN, INT32, STRING } from '../../columns/types.js';
import type { ScalarFunction } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { withForms } from './forms.js';
import { jsonContains } from './json.js';
import { infix, named, sqlString } from './sql.js';
import { anyNullable, requireCount, requireKind } from './types.js';

/** What JavaScript's `trim` takes away. */
const WHITE_SPACE =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

export const upper = fixedFunction({
  name: 'upper',
  signature: 'upper(text)',
  aliases: ['UCASE'],
  sql: named('UPPER'),
  doc: 'The string in upper case.',
  examples: [[['aß'], 'ASS']],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).toUpperCase(),
});

export const lower = fixedFunction({
  name: 'lower',
  signature: 'lower(text)',
  aliases: ['LCASE'],
  sql: named('LOWER'),
  doc: 'The string in lower case.',
  examples: [[['AÉ'], 'aé']],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).toLowerCase(),
});

/** Takes characters away at one end or both: white space, or those of a second argument. */
function trimming(name: 'trim' | 'ltrim' | 'rtrim', ends: string, side: string): ScalarFunction {
  return fixedFunction({
    name,
    signature: `${name}(text, characters?)`,
    doc: `The string without white space, or without the given characters, at ${ends}.`,
    examples: [
      [[' a b '], name === 'trim' ? 'a b' : name === 'ltrim' ? 'a b ' : ' a b'],
      [['xyaxbyx', 'xy'], name === 'trim' ? 'axb' : name === 'ltrim' ? 'axbyx' : 'xyaxb'],
    ],
    args: [STRING, STRING],
    least: 1,
    type: STRING,
    sql: {
      duckdb: ([s, characters]) => `${name.toUpperCase()}(${s}, ${characters ?? sqlString(WHITE_SPACE)})`,
      flink: ([s, characters]) => `TRIM(${side} ${characters ?? sqlString(WHITE_SPACE)} FROM ${s})`,
    },
    evaluate([s, characters]) {
      const set = new Set((characters as string | undefined) ?? WHITE_SPACE);
      const points = codePoints(s as string);
      let [from, to] = [0, points.length];
      if (name !== 'rtrim') while (from < to && set.has(points[from])) from++;
      if (name !== 'ltrim') while (to > from && set.has(points[to - 1])) to--;
      return points.slice(from, to).join('');
    },
  });
}

export const trim = trimming('trim', 'both ends', 'BOTH');
export const ltrim = trimming('ltrim', 'its start', 'LEADING');
export const rtrim = trimming('rtrim', 'its end', 'TRAILING');

export const length = fixedFunction({
  name: 'length',
  signature: 'length(text)',
  aliases: ['CHAR_LENGTH', 'CHARACTER_LENGTH'],
  sql: {
    duckdb: ([s]) => `CAST(LENGTH(${s}) AS INTEGER)`,
    flink: ([s]) => `CHAR_LENGTH(${s})`,
  },
  doc: 'The number of code points.',
  examples: [[['a😀'], 2]],
  args: [STRING],
  type: INT32,
  evaluate: ([s]) => codePoints(s as string).length,
});

export const contains = withForms(
  fixedFunction({
    name: 'contains',
    signature: 'contains(text, part)',
    sql: {
      duckdb: ([s, part]) => `CONTAINS(${s}, ${part})`,
      flink: ([s, part]) => `(POSITION(${part} IN ${s}) > 0)`,
    },
    doc: 'Whether the string contains the other one; of a JSON array, whether it has an item that equals the other.',
    examples: [[['abc', 'bc'], true]],
    args: [STRING, STRING],
    type: BOOLEAN,
    evaluate: ([s, part]) => (s as string).includes(part as string),
  }),
  jsonContains,
);

export const startsWith = fixedFunction({
  name: 'startsWith',
  signature: 'startsWith(text, start)',
  sql: {
    duckdb: ([s, part]) => `STARTS_WITH(${s}, ${part})`,
    flink: ([s, part]) => `(LEFT(${s}, CHAR_LENGTH(${part})) = ${part})`,
  },
  doc: 'Whether the string starts with the other one.',
  examples: [[['abc', 'ab'], true]],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).startsWith(part as string),
});

export const endsWith = fixedFunction({
  name: 'endsWith',
  signature: 'endsWith(text, end)',
  sql: {
    duckdb: ([s, part]) => `ENDS_WITH(${s}, ${part})`,
    flink: ([s, part]) => `(RIGHT(${s}, CHAR_LENGTH(${part})) = ${part})`,
  },
  doc: 'Whether the string ends with the other one.',
  examples: [[['abc', 'ab'], false]],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).endsWith(part as string),
});

function substringText([s, start, count]: readonly string[]): string {
  const from = `GREATEST(${start}, 1)`;
  if (count === undefined) return `SUBSTRING(${s}, ${from})`;
  return `SUBSTRING(${s}, ${from}, GREATEST(${start} + GREATEST(${count}, 0) - ${from}, 0))`;
}

export const substring = fixedFunction({
  name: 'substring',
  signature: 'substring(text, start, count?)',
  aliases: ['SUBSTR'],
  sql: {
    flink: substringText,
    // GREATEST passes over NULL there, and 32 bits are not enough for the end.
    duckdb: ([s, ...bounds]) => {
      const wide = bounds.map(bound => `CAST(${bound} AS BIGINT)`);
      const missing = bounds.map(bound => `${bound} IS NULL`).join(' OR ');
      return `(CASE WHEN ${missing} THEN NULL ELSE ${substringText([s, ...wide])} END)`;
    },
  },
  doc: 'From code point `start` (1 is the first, as in SQL) so many code points, or all that follow.',
  examples: [[['a😀bc', 2, 2], '😀b']],
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

/** The characters of a string, as Unicode counts them. */
export function codePoints(text: string): string[] {
  return Array.from(text);
}
