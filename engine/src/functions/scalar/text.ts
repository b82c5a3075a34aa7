import { INT32, STRING } from '../../columns/types.js';
import { MillraceError } from '../../columns/error.js';
import type { ScalarFunction } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { named } from './sql.js';
import { codePoints } from './strings.js';
import { anyNullable, requireCount, requireKind } from './types.js';

/** No function makes a longer string out of a short one. */
const LONGEST = 2 ** 24;

function checkLength(fn: string, length: number): void {
  if (length <= LONGEST) return;
  throw new MillraceError(
    'MR1205',
    `${fn}() would make a string of ${length} code points.`,
    `The most is ${LONGEST}.`,
  );
}

export const left = fixedFunction({
  name: 'left',
  signature: 'left(text, count)',
  doc: 'The first `count` code points; none where `count` is below 1.',
  examples: [[['😀bc', 2], '😀b']],
  args: [STRING, INT32],
  type: STRING,
  sql: {
    duckdb: ([s, n]) => `LEFT(${s}, GREATEST(${n}, 0))`,
    flink: ([s, n]) => `LEFT(${s}, GREATEST(${n}, 0))`,
  },
  evaluate: ([s, n]) =>
    codePoints(s as string)
      .slice(0, Math.max(0, n as number))
      .join(''),
});

export const right = fixedFunction({
  name: 'right',
  signature: 'right(text, count)',
  doc: 'The last `count` code points; none where `count` is below 1.',
  examples: [[['ab😀', 2], 'b😀']],
  args: [STRING, INT32],
  type: STRING,
  sql: {
    duckdb: ([s, n]) => `RIGHT(${s}, GREATEST(${n}, 0))`,
    flink: ([s, n]) => `RIGHT(${s}, GREATEST(${n}, 0))`,
  },
  evaluate([s, n]) {
    const points = codePoints(s as string);
    return points.slice(Math.max(0, points.length - Math.max(0, n as number))).join('');
  },
});

export const indexOf = fixedFunction({
  name: 'indexOf',
  signature: 'indexOf(text, part)',
  doc: 'The position of the first occurrence, counted in code points from 1; 0 where there is none.',
  examples: [
    [['a😀bc', 'b'], 3],
    [['abc', 'x'], 0],
  ],
  args: [STRING, STRING],
  type: INT32,
  aliases: ['INSTR', 'STRPOS'],
  sql: {
    duckdb: ([s, part]) => `CAST(STRPOS(${s}, ${part}) AS INTEGER)`,
    flink: ([s, part]) => `POSITION(${part} IN ${s})`,
  },
  evaluate([s, part]) {
    const at = (s as string).indexOf(part as string);
    return at === -1 ? 0 : codePoints((s as string).slice(0, at)).length + 1;
  },
});

export const replace = fixedFunction({
  name: 'replace',
  signature: 'replace(text, part, by)',
  doc: 'The string with every occurrence of a part replaced; an empty part replaces nothing.',
  examples: [[['a-b-c', '-', '+'], 'a+b+c']],
  args: [STRING, STRING, STRING],
  type: STRING,
  mayFail: true,
  sql: named('REPLACE'),
  evaluate([s, part, by]) {
    if (part === '') return s;
    const pieces = (s as string).split(part as string);
    checkLength('replace', pieces.length * (by as string).length);
    return pieces.join(by as string);
  },
});

export const repeat = fixedFunction({
  name: 'repeat',
  signature: 'repeat(text, count)',
  doc: 'The string so many times; empty where `count` is below 1.',
  examples: [[['ab', 3], 'ababab']],
  args: [STRING, INT32],
  type: STRING,
  mayFail: true,
  sql: named('REPEAT'),
  evaluate([s, n]) {
    const count = Math.max(0, n as number);
    checkLength('repeat', (s as string).length * count);
    return (s as string).repeat(count);
  },
});

export const reverse = fixedFunction({
  name: 'reverse',
  signature: 'reverse(text)',
  doc: 'The code points in the opposite order.',
  examples: [[['a😀b'], 'b😀a']],
  args: [STRING],
  type: STRING,
  sql: { duckdb: null, flink: ([s]) => `REVERSE(${s})` },
  evaluate: ([s]) =>
    codePoints(s as string)
      .reverse()
      .join(''),
});

function padding(name: 'padStart' | 'padEnd', sqlName: string): ScalarFunction {
  const atStart = name === 'padStart';
  return fixedFunction({
    name,
    signature: `${name}(text, length, fill?)`,
    doc: `The string brought to a length in code points with a fill (a space) at its ${atStart ? 'start' : 'end'}; a longer one stays as it is.`,
    examples: [
      [['7', 3, '0'], atStart ? '007' : '700'],
      [['abcd', 3], 'abcd'],
    ],
    args: [STRING, INT32, STRING],
    least: 2,
    type: STRING,
    mayFail: true,
    sql: {
      duckdb: ([s, n, fill = "' '"]) => padSql(s, n, fill, sqlName, `LENGTH(${s})`),
      flink: ([s, n, fill = "' '"]) => padSql(s, n, fill, sqlName, `CHAR_LENGTH(${s})`),
    },
    evaluate([s, n, fill]) {
      const fills = codePoints((fill as string | undefined) ?? ' ');
      const missing = (n as number) - codePoints(s as string).length;
      if (missing <= 0 || fills.length === 0) return s;
      checkLength(name, n as number);
      const pad = Array.from({ length: missing }, (_, at) => fills[at % fills.length]).join('');
      return atStart ? pad + (s as string) : (s as string) + pad;
    },
  });
}

function padSql(s: string, n: string, fill: string, name: string, length: string): string {
  return `(CASE WHEN ${length} >= ${n} OR ${fill} = '' THEN ${s} ELSE ${name}(${s}, ${n}, ${fill}) END)`;
}

export const padStart = padding('padStart', 'LPAD');
export const padEnd = padding('padEnd', 'RPAD');

export const splitPart = fixedFunction({
  name: 'splitPart',
  signature: 'splitPart(text, separator, part)',
  doc: 'One of the parts between separators, counted from 1, or from the end by a negative number; NULL where there is none.',
  examples: [
    [['BTC-USD', '-', 2], 'USD'],
    [['BTC-USD', '-', -1], 'USD'],
    [['BTC-USD', '-', 3], null],
  ],
  args: [STRING, STRING, INT32],
  type: STRING,
  nullable: true,
  sql: {
    duckdb: ([s, separator, n]) =>
      `(CASE WHEN ${separator} = '' THEN (CASE WHEN ABS(${n}) = 1 THEN ${s} END) ELSE LIST_EXTRACT(STRING_SPLIT(${s}, ${separator}), ${n}) END)`,
    flink: null,
  },
  evaluate([s, separator, n]) {
    const parts = separator === '' ? [s as string] : (s as string).split(separator as string);
    const part = n as number;
    return part === 0 ? null : (parts.at(part > 0 ? part - 1 : part) ?? null);
  },
});

export const initcap = fixedFunction({
  name: 'initcap',
  signature: 'initcap(text)',
  doc: 'Each word with a capital first and small letters after it; words are of letters and digits.',
  examples: [[['hello wOrld-2nd'], 'Hello World-2nd']],
  args: [STRING],
  type: STRING,
  sql: { duckdb: null, flink: ([s]) => `INITCAP(${s})` },
  evaluate: ([s]) =>
    (s as string).replace(/[\p{L}\p{N}]+/gu, word => {
      const [first, ...rest] = codePoints(word);
      return first.toUpperCase() + rest.join('').toLowerCase();
    }),
});

export const codePoint = fixedFunction({
  name: 'codePoint',
  signature: 'codePoint(text)',
  doc: 'The number of the first code point; NULL of the empty string.',
  examples: [
    [['A'], 65],
    [[''], null],
  ],
  args: [STRING],
  type: INT32,
  nullable: true,
  sql: { duckdb: ([s]) => `(CASE WHEN ${s} <> '' THEN UNICODE(${s}) END)`, flink: null },
  evaluate: ([s]) => (s as string).codePointAt(0) ?? null,
});

export const concatWs: ScalarFunction = {
  name: 'concatWs',
  signature: 'concatWs(separator, a, b, …)',
  doc: 'The strings joined by a separator, NULLs left out; NULL where the separator is.',
  examples: [
    { args: ['-', 'a', null, 'b'].map(value => ({ type: STRING, value })), result: 'a-b' },
    { args: [null, 'a'].map(value => ({ type: STRING, value })), result: null },
  ],
  nulls: 'own',
  sql: named('CONCAT_WS'),
  bind(args) {
    requireCount('concatWs', args, 1, Infinity);
    for (const arg of args) requireKind('concatWs', arg, 'strings', type => type.kind === 'string');
    return { args: args.map(() => STRING), type: STRING, nullable: anyNullable(args.slice(0, 1)) };
  },
  evaluate: ([separator, ...parts]) =>
    separator === null ? null : parts.filter(part => part !== null).join(separator as string),
};
