import { BOOLEAN, INT32, STRING } from '../../columns/types.js';
import type { DataType } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import type { Example, ScalarFunction } from '../../expr/function.js';
import { anyNullable, requireCount, requireKind } from './types.js';

interface StringFunction {
  readonly name: string;
  readonly doc: string;
  readonly example: readonly [args: readonly Value[], result: Value];
  readonly args: readonly DataType[];
  /** How many arguments must be there; the last ones may be left out. */
  readonly least?: number;
  readonly type: DataType;
  evaluate(args: readonly Value[]): Value;
}

/** A function of strings: generated code runs it once a dictionary code, not once a row. */
function stringFunction(definition: StringFunction): ScalarFunction {
  const { name, args: types, type } = definition;
  const [args, result] = definition.example;
  const example: Example = { args: args.map((value, at) => ({ type: types[at], value })), result };
  return {
    name,
    doc: definition.doc,
    examples: [example],
    nulls: 'propagate',
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
  doc: 'The string in upper case.',
  example: [['aß'], 'ASS'],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).toUpperCase(),
});

export const lower = stringFunction({
  name: 'lower',
  doc: 'The string in lower case.',
  example: [['AÉ'], 'aé'],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).toLowerCase(),
});

export const trim = stringFunction({
  name: 'trim',
  doc: 'The string without white space at its ends.',
  example: [[' a b '], 'a b'],
  args: [STRING],
  type: STRING,
  evaluate: ([s]) => (s as string).trim(),
});

export const length = stringFunction({
  name: 'length',
  doc: 'The number of code points.',
  example: [['a😀'], 2],
  args: [STRING],
  type: INT32,
  evaluate: ([s]) => codePoints(s as string).length,
});

export const contains = stringFunction({
  name: 'contains',
  doc: 'Whether the string contains the other one.',
  example: [['abc', 'bc'], true],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).includes(part as string),
});

export const startsWith = stringFunction({
  name: 'startsWith',
  doc: 'Whether the string starts with the other one.',
  example: [['abc', 'ab'], true],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).startsWith(part as string),
});

export const endsWith = stringFunction({
  name: 'endsWith',
  doc: 'Whether the string ends with the other one.',
  example: [['abc', 'ab'], false],
  args: [STRING, STRING],
  type: BOOLEAN,
  evaluate: ([s, part]) => (s as string).endsWith(part as string),
});

export const substring = stringFunction({
  name: 'substring',
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
  doc: 'The strings joined; NULL where any is NULL.',
  examples: [{ args: ['a', '', 'b'].map(value => ({ type: STRING, value })), result: 'ab' }],
  nulls: 'propagate',
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
