import { INT64 } from '../../columns/types.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { ScalarFunction, SqlForms } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { checkInt64, guardSafe } from './int64.js';

/** One of & | ^ over int64s in two's complement. 32-bit integers, by far the most, take the machine's own instruction. */
function bitwise(
  name: string,
  sign: string,
  onBigInts: (a: bigint, b: bigint) => bigint,
  onInt32: (a: number, b: number) => number,
): ScalarFunction {
  const fast = (a: number, b: number): number =>
    (a | 0) === a && (b | 0) === b
      ? onInt32(a, b)
      : Number.isSafeInteger(a) && Number.isSafeInteger(b)
        ? Number(onBigInts(BigInt(a), BigInt(b)))
        : Infinity;
  const duckdb = sign === '^' ? ([a, b]: readonly string[]) => `xor(${a}, ${b})` : infixed(sign);
  return fixedFunction({
    name,
    signature: `${name}(a, b)`,
    doc: `\`a ${sign} b\`, bit by bit, of integers in two's complement.`,
    examples: [
      [[12n, 10n], onBigInts(12n, 10n)],
      [[-1n, 2n ** 40n], onBigInts(-1n, 2n ** 40n)],
    ],
    args: [INT64, INT64],
    type: INT64,
    sql: { duckdb, flink: null },
    evaluate: ([a, b]) => onBigInts(a as bigint, b as bigint),
    emit: ([a, b], _call, scope) => ({
      value: guardSafe(`${scope.constant(fast)}(${a.value}, ${b.value})`, scope),
    }),
  });
}

function infixed(sign: string): SqlForms['duckdb'] {
  return ([a, b]) => `(${a} ${sign} ${b})`;
}

export const bitAnd = bitwise(
  'bitAnd',
  '&',
  (a, b) => a & b,
  (a, b) => a & b,
);
export const bitOr = bitwise(
  'bitOr',
  '|',
  (a, b) => a | b,
  (a, b) => a | b,
);
export const bitXor = bitwise(
  'bitXor',
  '^',
  (a, b) => a ^ b,
  (a, b) => a ^ b,
);

export const bitNot = fixedFunction({
  name: 'bitNot',
  signature: 'bitNot(x)',
  doc: 'Every bit of an integer turned over: `-x - 1`.',
  examples: [[[5n], -6n]],
  args: [INT64],
  type: INT64,
  sql: { duckdb: ([x]) => `(~ ${x})`, flink: ([x]) => `(-1 - ${x})` },
  evaluate: ([x]) => ~(x as bigint),
  emit: ([x], _call, scope) => ({ value: guardSafe(`-1 - ${x.value}`, scope) }),
});

export const shiftLeft = fixedFunction({
  name: 'shiftLeft',
  signature: 'shiftLeft(x, bits)',
  doc: 'An integer times 2 to the power of `bits` (0 to 63); leaving int64 is an error.',
  examples: [[[3n, 4n], 48n]],
  args: [INT64, INT64],
  type: INT64,
  mayFail: true,
  sql: { duckdb: null, flink: null },
  evaluate: ([x, bits]) =>
    checkInt64((x as bigint) << checkBits('shiftLeft', bits as bigint), `${String(x)} << ${String(bits)}`),
  emit([x, bits], _call, scope) {
    const count = scope.local(bits.value);
    return {
      value: guardSafe(`(${count} >= 0 && ${count} < 64 ? ${x.value} * 2 ** ${count} : Infinity)`, scope),
    };
  },
});

export const shiftRight = fixedFunction({
  name: 'shiftRight',
  signature: 'shiftRight(x, bits)',
  doc: 'An integer divided by 2 to the power of `bits` (0 to 63), rounded down.',
  examples: [
    [[48n, 4n], 3n],
    [[-1n, 1n], -1n],
  ],
  args: [INT64, INT64],
  type: INT64,
  mayFail: true,
  sql: { duckdb: null, flink: null },
  evaluate: ([x, bits]) => (x as bigint) >> checkBits('shiftRight', bits as bigint),
  emit([x, bits], _call, scope) {
    const count = scope.local(bits.value);
    return {
      value: guardSafe(
        `(${count} >= 0 && ${count} < 64 ? Math.floor(${x.value} / 2 ** ${count}) : Infinity)`,
        scope,
      ),
    };
  },
});

function checkBits(fn: string, bits: bigint): bigint {
  if (bits >= 0n && bits < 64n) return bits;
  throw new ArgumentTypeError(`${fn}() shifts by 0 to 63 bits, not ${bits}.`);
}
