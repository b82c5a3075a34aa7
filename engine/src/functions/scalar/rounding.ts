import { FLOAT64, INT32, INT64 } from '../../columns/types.js';
import type { ScalarFunction } from '../../expr/function.js';
import { ArgumentTypeError } from '../../expr/error.js';
import { fixedFunction } from './fixed.js';
import { decimalCeil, decimalFloor, decimalRound, decimalTrunc } from './decimalForms.js';
import { withForms } from './forms.js';
import { inBoth, literalArgument, sqlCall } from './sql.js';
import { anyNullable, commonNumber, requireCount } from './types.js';

/** Rounds to so many decimal places, halves away from zero; -0 keeps its sign. */
export function roundTo(x: number, digits: number): number {
  if (!Number.isFinite(x)) return x;
  const scale = 10 ** digits;
  const scaled = Math.abs(x) * scale;
  if (!Number.isFinite(scaled) || scaled > 2 ** 52) return x;
  const rounded = Math.floor(scaled + 0.5);
  const exact = scaled + 0.5 === rounded && scaled < 0.5 ? 0 : rounded;
  return (x < 0 || Object.is(x, -0) ? -1 : 1) * (exact / scale);
}

/** A function to whole numbers that leaves integers as they are. */
function whole(
  name: 'floor' | 'ceil' | 'trunc',
  doc: string,
  onFloats: (x: number) => number,
  example: number,
): ScalarFunction {
  return {
    name,
    signature: `${name}(x)`,
    doc,
    examples: [
      { args: [{ type: FLOAT64, value: example }], result: onFloats(example) },
      { args: [{ type: INT64, value: 3n }], result: 3n },
    ],
    nulls: 'propagate',
    ...(name === 'ceil' ? { aliases: ['CEILING'] } : {}),
    sql: inBoth((args, call) =>
      call.type.kind === 'float64' ? sqlCall(name.toUpperCase())(args, call) : args[0],
    ),
    bind(args) {
      requireCount(name, args, 1);
      const type = commonNumber(name, args);
      return { args: [type], type, nullable: anyNullable(args) };
    },
    evaluate: ([x], call) => (call.type.kind === 'float64' ? onFloats(x as number) : x),
    emit: ([x], call) => ({ value: call.type.kind === 'float64' ? `Math.${name}(${x.value})` : x.value }),
  };
}

export const floor = withForms(
  whole('floor', 'The greatest whole number that is at most `x`.', Math.floor, -1.5),
  decimalFloor,
);
export const ceil = withForms(
  whole('ceil', 'The least whole number that is at least `x`.', Math.ceil, 1.2),
  decimalCeil,
);

export const trunc = withForms(
  whole('trunc', 'The whole number next to `x` towards zero.', Math.trunc, -1.5),
  decimalTrunc,
);

export const round = withForms(
  {
    name: 'round',
    signature: 'round(x, digits?)',
    doc: '`x` rounded to a number of decimal places (default 0), halves away from zero. Integers stay as they are.',
    examples: [
      { args: [{ type: FLOAT64, value: -2.5 }], result: -3 },
      {
        args: [
          { type: FLOAT64, value: 1.257 },
          { type: INT32, value: 2 },
        ],
        result: 1.26,
      },
    ],
    nulls: 'propagate',
    literals: [1],
    sql: inBoth((args, call) => (call.type.kind === 'float64' ? sqlCall('ROUND')(args, call) : args[0])),
    bind(args) {
      requireCount('round', args, 1, 2);
      const type = commonNumber('round', args.slice(0, 1));
      const digits = args[1]?.literal ?? 0;
      if (
        args.length > 1 &&
        (typeof args[1].literal !== 'number' || !Number.isInteger(digits) || Number(digits) < 0)
      ) {
        throw new ArgumentTypeError('round() takes the number of places as a whole number of 0 or more.');
      }
      return { args: args.length > 1 ? [type, INT32] : [type], type, nullable: anyNullable(args) };
    },
    evaluate: ([x, digits], call) =>
      call.type.kind === 'float64' ? roundTo(x as number, (digits as number | undefined) ?? 0) : x,
    emit([x], call, scope) {
      if (call.type.kind !== 'float64') return { value: x.value };
      return { value: `${scope.constant(roundTo)}(${x.value}, ${Number(literalArgument(call, 1) ?? 0)})` };
    },
  },
  decimalRound,
);

/** The multiple of `step` that is nearest to a number, halves away from zero. */
function nearestMultiple(x: number, step: number): number {
  const size = Math.abs(step);
  const near = Math.sign(x) * Math.floor(Math.abs(x) / size + 0.5) * size;
  return Number.isFinite(x) ? Number(near.toPrecision(15)) : x;
}

export const roundToMultiple = fixedFunction({
  name: 'roundTo',
  signature: 'roundTo(x, step)',
  doc: 'The multiple of `step` that is nearest to `x`, halves away from zero, as float64 to 15 digits: prices to their tick size.',
  examples: [
    [[101.37, 0.25], 101.25],
    [[-7, 2], -8],
  ],
  args: [FLOAT64, FLOAT64],
  type: FLOAT64,
  sql: { duckdb: null, flink: null },
  evaluate: ([x, step]) => nearestMultiple(x as number, step as number),
  emit: ([x, step], _call, scope) => ({
    value: `${scope.constant(nearestMultiple)}(${x.value}, ${step.value})`,
  }),
});
