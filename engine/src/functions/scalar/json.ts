import { parseDecimal } from '../../columns/decimal.js';
import { parseTimestamp } from '../../columns/iso.js';
import { canonicalJson } from '../../columns/json.js';
import { jsonItem, jsonKind, jsonParts, jsonString } from '../../columns/jsonText.js';
import { BOOLEAN, FLOAT64, INT32, INT64, JSON_TYPE, STRING, decimalType } from '../../columns/types.js';
import type { DataType, DecimalType } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument, BoundCall, ScalarFunction, SqlForms } from '../../expr/function.js';
import { parseTypeName } from '../../expr/typeNames.js';
import type { Form } from './forms.js';
import { fitsInt64 } from './int64.js';
import { followSteps, jsonSteps } from './jsonPath.js';
import { sqlString } from './sql.js';
import { requireCount, requireKind } from './types.js';

/**
 * Access to nested values. The first argument is JSON, or text that holds it; text that is none, a path that leads nowhere, a JSON
 * null and a value of another kind than the one asked for give NULL. Over a column each is computed once a dictionary code.
 */

const NOT_IN_SQL: SqlForms = { duckdb: null, flink: null };

interface JsonFunction {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
  /** JSON, the further arguments, and the result. */
  readonly examples: readonly (readonly [json: string | null, rest: readonly Value[], result: Value])[];
  /** The further arguments' types. */
  readonly rest?: readonly DataType[];
  /** Whether the further arguments are read when the query is planned. */
  readonly literals?: readonly number[];
  type(rest: readonly Argument[]): DataType;
  /** The result for a value as canonical text, other than a JSON null. */
  evaluate(json: string, rest: readonly Value[], call: BoundCall): Value;
  readonly sql?: SqlForms;
}

function jsonFunction(definition: JsonFunction): ScalarFunction {
  const { name, rest: types = [], literals = [] } = definition;
  return {
    name,
    signature: definition.signature,
    doc: definition.doc,
    examples: definition.examples.map(([json, rest, result]) => ({
      args: [{ type: JSON_TYPE, value: json }, ...rest.map((value, i) => ({ type: types[i], value }))],
      result,
    })),
    nulls: 'propagate',
    ...(literals.length === 0 ? {} : { literals }),
    sql: definition.sql ?? NOT_IN_SQL,
    bind(args) {
      requireCount(name, args, 1 + types.length);
      requireKind(name, args[0], 'JSON or text', type => type.kind === 'json' || type.kind === 'string');
      types.forEach((type, i) => {
        requireKind(name, args[i + 1], type.kind === 'int32' ? 'a whole number' : 'text', given =>
          type.kind === 'int32' ? given.kind === 'int32' || given.kind === 'int64' : given.kind === type.kind,
        );
        if (literals.includes(i + 1) && typeof args[i + 1].literal !== 'string')
          throw new ArgumentTypeError(
            `${name}() takes '${String(args[i + 1].literal)}' as text in the query, not as a column.`,
          );
      });
      return { args: [args[0].type, ...types], type: definition.type(args.slice(1)), nullable: true };
    },
    evaluate([value, ...rest], call) {
      const isJson = call.args[0].type.kind === 'json';
      const json = isJson ? (value as string) : canonicalJson(value as string);
      return json === null || json === 'null' ? null : definition.evaluate(json, rest, call);
    },
  };
}

/** A value other than JSON's null. */
function present(json: string | null): string | null {
  return json === 'null' ? null : json;
}

/** The text of a scalar: a string's characters, a number's digits; null for objects and arrays. */
function scalarText(json: string): string | null {
  const kind = jsonKind(json);
  if (kind === 'object' || kind === 'array') return null;
  return kind === 'string' ? jsonString(json) : json;
}

const INTEGER = /^-?\d+$/;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const BOOK = '{"bids":[["1.25",3],["1.2",10]],"t":"2024-03-08T14:30:00Z","ok":true,"n":12345678901234567890}';

export const jsonGet = jsonFunction({
  name: 'jsonGet',
  signature: 'jsonGet(json, path)',
  doc: 'The value that a path leads to, as JSON; NULL where there is none, for a JSON null, and for text that is no JSON. Numbers keep their digits.',
  examples: [
    [BOOK, ['$.bids[0]'], '["1.25",3]'],
    [BOOK, ['$.bids[-1][1]'], '10'],
    [BOOK, ["$['n']"], '12345678901234567890'],
    [BOOK, ['$.__proto__'], null],
  ],
  rest: [STRING],
  literals: [1],
  type([path]) {
    jsonSteps(String(path.literal));
    return JSON_TYPE;
  },
  evaluate: (json, [path]) => present(followSteps(json, jsonSteps(path as string))),
  sql: {
    duckdb: null,
    flink: ([x], call) =>
      call.args[1].kind === 'literal' ? `JSON_QUERY(${x}, ${sqlString(String(call.args[1].value))})` : null,
  },
});

export const jsonText = jsonFunction({
  name: 'jsonText',
  signature: 'jsonText(json)',
  doc: 'A string, number or truth value as text; NULL for objects and arrays.',
  examples: [
    ['"a\\nb"', [], 'a\nb'],
    ['1.50', [], '1.50'],
    ['[1]', [], null],
  ],
  type: () => STRING,
  evaluate: scalarText,
});

export const jsonNumber = jsonFunction({
  name: 'jsonNumber',
  signature: 'jsonNumber(json)',
  doc: 'A number, or a string that holds one, as float64; NULL for anything else.',
  examples: [
    ['1.25', [], 1.25],
    ['"1.25"', [], 1.25],
    ['true', [], null],
  ],
  type: () => FLOAT64,
  evaluate(json) {
    const text = numberText(json);
    return text === null ? null : Number(text);
  },
});

/** The digits of a number, or of a string that holds one. */
function numberText(json: string): string | null {
  const text = jsonKind(json) === 'boolean' ? null : scalarText(json);
  return text !== null && NUMBER.test(text) ? text : null;
}

export const jsonInt64 = jsonFunction({
  name: 'jsonInt64',
  signature: 'jsonInt64(json)',
  doc: 'A whole number, or a string that holds one, as int64, exact; NULL for anything else and beyond int64.',
  examples: [
    ['9223372036854775807', [], 9223372036854775807n],
    ['"-5"', [], -5n],
    ['1.5', [], null],
  ],
  type: () => INT64,
  evaluate(json) {
    const text = numberText(json);
    if (text === null || !INTEGER.test(text) || text.length > 400) return null;
    const value = BigInt(text);
    return fitsInt64(value) ? value : null;
  },
});

export const jsonDecimal = jsonFunction({
  name: 'jsonDecimal',
  signature: 'jsonDecimal(json, type)',
  doc: 'A number, or a string that holds one, as a decimal, exact; NULL for anything else, and for more digits than the type has.',
  examples: [
    ['"1.25"', ['decimal(10, 4)'], 12500n],
    ['1.23456', ['decimal(10, 4)'], null],
  ],
  rest: [STRING],
  literals: [1],
  type([name]) {
    const type = parseTypeName(String(name.literal));
    if (type?.kind === 'decimal') return type;
    throw new ArgumentTypeError(
      `jsonDecimal() takes a decimal type, not '${String(name.literal)}'.`,
      "Write e.g. 'decimal(18, 4)'.",
    );
  },
  evaluate(json, _rest, call) {
    const text = numberText(json);
    return text === null ? null : parseDecimal(text, call.type as DecimalType);
  },
});

export const jsonBoolean = jsonFunction({
  name: 'jsonBoolean',
  signature: 'jsonBoolean(json)',
  doc: "true or false, or the strings 'true' and 'false'; NULL for anything else.",
  examples: [
    ['true', [], true],
    ['"false"', [], false],
    ['1', [], null],
  ],
  type: () => BOOLEAN,
  evaluate(json) {
    const text = scalarText(json);
    return text === 'true' ? true : text === 'false' ? false : null;
  },
});

export const jsonTimestamp = jsonFunction({
  name: 'jsonTimestamp',
  signature: 'jsonTimestamp(json, type)',
  doc: 'A string of ISO 8601, or a whole number of ticks of the unit, as a timestamp; NULL for anything else.',
  examples: [
    ['"2024-03-08T14:30:00Z"', ["timestamp('ms')"], 1_709_908_200_000n],
    ['1709908200000', ["timestamp('ms')"], 1_709_908_200_000n],
    ['"soon"', ["timestamp('ms')"], null],
  ],
  rest: [STRING],
  literals: [1],
  type([name]) {
    const type = parseTypeName(String(name.literal));
    if (type?.kind === 'timestamp') return type;
    throw new ArgumentTypeError(
      `jsonTimestamp() takes a timestamp type, not '${String(name.literal)}'.`,
      "Write e.g. timestamp('ms').",
    );
  },
  evaluate(json, _rest, call) {
    const text = scalarText(json);
    if (text === null || call.type.kind !== 'timestamp') return null;
    if (INTEGER.test(text) && text.length < 21) return fitsInt64(BigInt(text)) ? BigInt(text) : null;
    return jsonKind(json) === 'string' ? parseTimestamp(text, call.type.unit) : null;
  },
});

export const jsonLength = jsonFunction({
  name: 'jsonLength',
  signature: 'jsonLength(json)',
  doc: 'How many items an array has, or keys an object; NULL for anything else.',
  examples: [
    ['[1,[2,3]]', [], 2],
    ['{"a":1,"b":{"c":2}}', [], 2],
    ['"abc"', [], null],
  ],
  type: () => INT32,
  evaluate(json) {
    const kind = jsonKind(json);
    if (kind === 'array') return jsonParts(json).length;
    return kind === 'object' ? jsonParts(json).length / 2 : null;
  },
});

export const jsonAt = jsonFunction({
  name: 'jsonAt',
  signature: 'jsonAt(json, place)',
  doc: 'The item of an array at a place from 0, or from -1 for the last, as JSON; NULL where there is none.',
  examples: [
    ['[1,[2,3]]', [1], '[2,3]'],
    ['[1,2]', [-2], '1'],
    ['[1,2]', [2], null],
  ],
  rest: [INT32],
  type: () => JSON_TYPE,
  evaluate: (json, [place]) => present(jsonItem(json, Number(place))),
});

const ITEMS = new Set<DataType['kind']>(['string', 'boolean', 'int32', 'int64', 'float64']);

/** `contains` over JSON: whether an array has an item that equals a value (numbers by value); NULL where it is no array. */
export const jsonContains: Form = {
  examples: [
    {
      args: [
        { type: JSON_TYPE, value: '["a",1.0]' },
        { type: STRING, value: 'a' },
      ],
      result: true,
    },
    {
      args: [
        { type: JSON_TYPE, value: '["a",1.0]' },
        { type: INT64, value: 1n },
      ],
      result: true,
    },
    {
      args: [
        { type: JSON_TYPE, value: '{"a":1}' },
        { type: INT64, value: 1n },
      ],
      result: null,
    },
  ],
  bind(args) {
    if (args.length !== 2 || args[0].type.kind !== 'json') return null;
    requireKind('contains', args[1], 'text, a number or a boolean', type => ITEMS.has(type.kind));
    return { args: [], type: BOOLEAN, nullable: true };
  },
  handles: call => call.args[0].type.kind === 'json',
  evaluate([value, item], call) {
    const json = value as string;
    if (jsonKind(json) !== 'array') return null;
    const wanted = call.args[1].type.kind === 'string' ? JSON.stringify(item) : String(item);
    return jsonParts(json).some(part => part === wanted || sameNumber(part, wanted));
  },
  sql: NOT_IN_SQL,
};

const MANY_DIGITS = decimalType(18, 9);

function sameNumber(a: string, b: string): boolean {
  if (jsonKind(a) !== 'number' || jsonKind(b) !== 'number') return false;
  const [x, y] = [parseDecimal(a, MANY_DIGITS), parseDecimal(b, MANY_DIGITS)];
  return x === null || y === null ? Number(a) === Number(b) : x === y;
}

export const jsonKeys = jsonFunction({
  name: 'jsonKeys',
  signature: 'jsonKeys(json)',
  doc: 'The keys of an object as a JSON array of strings, in their order; NULL for anything else.',
  examples: [
    ['{"a":1,"__proto__":2}', [], '["a","__proto__"]'],
    ['[1]', [], null],
  ],
  type: () => JSON_TYPE,
  evaluate(json) {
    if (jsonKind(json) !== 'object') return null;
    return `[${jsonParts(json)
      .filter((_, i) => i % 2 === 0)
      .join(',')}]`;
  },
});
