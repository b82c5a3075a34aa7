import { FLOAT64, INT32, INT64 } from '../../columns/types.js';
import type { ScalarFunction } from '../../expr/function.js';
import { decimalAbs, decimalAdd, decimalMod, decimalMul, decimalNeg, decimalSub } from './decimalForms.js';
import { exactFloorDiv, exactSign } from './decimalForms.js';
import { withForms } from './forms.js';
import { checkInt64, guardSafe } from './int64.js';
import { inBoth, infix, named } from './sql.js';
import {
  durationAbs,
  durationDiv,
  durationMul,
  durationNeg,
  temporalAdd,
  temporalSub,
} from './temporalForms.js';
import { anyNullable, commonNumber, requireCount } from './types.js';

/** One of + - *: of integers an exact int64, whose overflow is an error; with a float64 a float64. */
function arithmetic(
  name: string,
  sign: string,
  onFloats: (a: number, b: number) => number,
  onIntegers: (a: bigint, b: bigint) => bigint,
): ScalarFunction {
  return {
    name,
    signature: `${name}(a, b)`,
    doc: `\`a ${sign} b\`: int64 of integers, exact for decimals (overflow is an error), float64 where either is one; of times and durations in their finest unit.`,
    examples: [
      { args: [int(7n), int(-2n)], result: onIntegers(7n, -2n) },
      { args: [float(0.5), float(0.25)], result: onFloats(0.5, 0.25) },
    ],
    nulls: 'propagate',
    mayFail: true,
    sql: infix(sign),
    bind(args) {
      requireCount(name, args, 2);
      const type = commonNumber(name, args).kind === 'float64' ? FLOAT64 : INT64;
      return { args: [type, type], type, nullable: anyNullable(args) };
    },
    evaluate([a, b], call) {
      if (call.type.kind === 'float64') return onFloats(a as number, b as number);
      return checkInt64(onIntegers(a as bigint, b as bigint), `${String(a)} ${sign} ${String(b)}`);
    },
    emit([a, b], call, scope) {
      const text = `(${a.value} ${sign} ${b.value})`;
      return { value: call.type.kind === 'float64' ? text : guardSafe(text, scope) };
    },
  };
}

const int = (value: bigint) => ({ type: INT64, value });
const float = (value: number) => ({ type: FLOAT64, value });

export const add = withForms(
  arithmetic(
    'add',
    '+',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  decimalAdd,
  temporalAdd,
);
export const sub = withForms(
  arithmetic(
    'sub',
    '-',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  decimalSub,
  temporalSub,
);
export const mul = withForms(
  arithmetic(
    'mul',
    '*',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  decimalMul,
  durationMul,
);

/** Division is of float64, whatever the arguments. */
export const div = withForms(
  {
    name: 'div',
    signature: 'div(a, b)',
    doc: '`a / b` as float64, also of integers; division by zero gives ±Infinity or NaN.',
    examples: [
      { args: [int(7n), int(2n)], result: 3.5 },
      { args: [float(1), float(0)], result: Infinity },
    ],
    nulls: 'propagate',
    sql: infix('/'),
    bind(args) {
      requireCount('div', args, 2);
      commonNumber('div', args);
      return { args: [FLOAT64, FLOAT64], type: FLOAT64, nullable: anyNullable(args) };
    },
    evaluate: ([a, b]) => (a as number) / (b as number),
    emit: ([a, b]) => ({ value: `(${a.value} / ${b.value})` }),
  },
  durationDiv,
);

export const mod = withForms(
  {
    name: 'mod',
    signature: 'mod(a, b)',
    doc: 'The remainder of `a / b`, with the sign of `a`. Of integers by zero: NULL; of floats: NaN.',
    examples: [
      { args: [int(-7n), int(3n)], result: -1n },
      { args: [int(7n), int(0n)], result: null },
      { args: [float(7.5), float(2)], result: 1.5 },
    ],
    nulls: 'propagate',
    aliases: ['REM'],
    sql: {
      duckdb: ([a, b]) => `(${a} % ${b})`,
      flink: ([a, b], call) => (call.type.kind === 'float64' ? null : `MOD(${a}, NULLIF(${b}, 0))`),
    },
    bind(args) {
      requireCount('mod', args, 2);
      const type = commonNumber('mod', args);
      return { args: [type, type], type, nullable: type.kind !== 'float64' || anyNullable(args) };
    },
    evaluate([a, b], call) {
      if (typeof b === 'bigint') return b === 0n ? null : (a as bigint) % b;
      if (call.type.kind === 'int32') return b === 0 ? null : ((a as number) % (b as number)) + 0;
      return (a as number) % (b as number);
    },
    emit([a, b], call, scope) {
      if (call.type.kind === 'float64') return { value: `(${a.value} % ${b.value})` };
      const divisor = scope.local(b.value);
      return { value: `((${a.value} % ${divisor}) + 0)`, valid: `${divisor} !== 0` };
    },
  },
  decimalMod,
);

export const floorDiv = withForms(
  {
    name: 'floorDiv',
    signature: 'floorDiv(a, b)',
    doc: '`a / b` rounded down: an integer of integers (by zero: NULL), float64 where either is.',
    examples: [
      { args: [int(-7n), int(2n)], result: -4n },
      { args: [int(7n), int(0n)], result: null },
      { args: [float(7.5), float(2)], result: 3 },
    ],
    nulls: 'propagate',
    mayFail: true,
    sql: {
      duckdb: ([a, b], call) =>
        call.type.kind === 'float64'
          ? `FLOOR(${a} / ${b})`
          : `((${a} - ((${a} % ${b}) + ${b}) % ${b}) // ${b})`,
      flink: ([a, b], call) => (call.type.kind === 'float64' ? `FLOOR(${a} / ${b})` : null),
    },
    bind(args) {
      requireCount('floorDiv', args, 2);
      const type = commonNumber('floorDiv', args).kind === 'float64' ? FLOAT64 : INT64;
      return { args: [type, type], type, nullable: type.kind === 'int64' || anyNullable(args) };
    },
    evaluate([a, b], call) {
      if (call.type.kind === 'float64') return Math.floor((a as number) / (b as number));
      if (b === 0n) return null;
      const [x, y] = [a as bigint, b as bigint];
      const quotient = x / y;
      return checkInt64(x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient, `${x} / ${y}`);
    },
    emit([a, b], call, scope) {
      if (call.type.kind === 'float64') return { value: `Math.floor(${a.value} / ${b.value})` };
      const [x, y] = [scope.local(a.value), scope.local(b.value)];
      // The remainder is exact, where a quotient of large integers would be rounded.
      const rest = scope.local(`${x} % ${y}`);
      const below = `(${rest} !== 0 && ${x} < 0 !== ${y} < 0 ? 1 : 0)`;
      return { value: `((${x} - ${rest}) / ${y} - ${below} + 0)`, valid: `${y} !== 0` };
    },
  },
  exactFloorDiv,
);

export const sign = withForms(
  {
    name: 'sign',
    signature: 'sign(x)',
    doc: '-1, 0 or 1: an int32 of integers, float64 of floats (of NaN NaN).',
    examples: [
      { args: [int(-5n)], result: -1 },
      { args: [float(0.5)], result: 1 },
    ],
    nulls: 'propagate',
    sql: {
      duckdb: ([x], call) => (call.type.kind === 'float64' ? null : `SIGN(${x})`),
      flink: ([x], call) => (call.type.kind === 'float64' ? `SIGN(${x})` : `CAST(SIGN(${x}) AS INT)`),
    },
    bind(args) {
      requireCount('sign', args, 1);
      const isFloat = commonNumber('sign', args).kind === 'float64';
      return {
        args: [isFloat ? FLOAT64 : INT64],
        type: isFloat ? FLOAT64 : INT32,
        nullable: anyNullable(args),
      };
    },
    evaluate([x]) {
      if (typeof x === 'number') return Math.sign(x);
      return x === 0n ? 0 : (x as bigint) > 0n ? 1 : -1;
    },
    emit: ([x]) => ({ value: `Math.sign(${x.value})` }),
  },
  exactSign,
);

export const neg = withForms(
  {
    name: 'neg',
    signature: 'neg(x)',
    doc: '`-x`: int64 of integers, float64 of floats.',
    examples: [
      { args: [int(5n)], result: -5n },
      { args: [float(0)], result: -0 },
    ],
    nulls: 'propagate',
    mayFail: true,
    sql: inBoth(([x]) => `(- ${x})`),
    bind(args) {
      requireCount('neg', args, 1);
      const type = commonNumber('neg', args).kind === 'float64' ? FLOAT64 : INT64;
      return { args: [type], type, nullable: anyNullable(args) };
    },
    evaluate: ([x], call) =>
      call.type.kind === 'float64' ? -(x as number) : checkInt64(-(x as bigint), `-(${String(x)})`),
    emit: ([x], call) => ({ value: call.type.kind === 'float64' ? `(-${x.value})` : `(0 - ${x.value})` }),
  },
  decimalNeg,
  durationNeg,
);

export const abs = withForms(
  {
    name: 'abs',
    signature: 'abs(x)',
    doc: 'The absolute value: int64 of integers, float64 of floats.',
    examples: [
      { args: [int(-5n)], result: 5n },
      { args: [float(-0.5)], result: 0.5 },
    ],
    nulls: 'propagate',
    mayFail: true,
    sql: named('ABS'),
    bind(args) {
      requireCount('abs', args, 1);
      const type = commonNumber('abs', args).kind === 'float64' ? FLOAT64 : INT64;
      return { args: [type], type, nullable: anyNullable(args) };
    },
    evaluate([x], call) {
      if (call.type.kind === 'float64') return Math.abs(x as number);
      return checkInt64((x as bigint) < 0n ? -(x as bigint) : (x as bigint), `abs(${String(x)})`);
    },
    emit: ([x]) => ({ value: `Math.abs(${x.value})` }),
  },
  decimalAbs,
  durationAbs,
);
