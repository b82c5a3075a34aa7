import { fitsPrecision, powerOfTen, rescaleDecimal } from '../../columns/decimal.js';
import { decimalType, INT32, INT64, isNumeric, MAX_PRECISION, typeName } from '../../columns/types.js';
import type { DataType, DecimalType } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import { ArgumentTypeError, DecimalOverflowError } from '../../expr/error.js';
import type { Argument, BoundCall, EmitScope, Example } from '../../expr/function.js';
import { alignedText, alignedValues } from './aligned.js';
import { roundedDown } from './castExactEmit.js';
import type { Form } from './forms.js';
import { checkInt64 } from './int64.js';
import { decimalOf, isTextLiteral, literalDecimal } from './literals.js';
import { inBoth, sqlCall } from './sql.js';
import { anyNullable, isNullLiteral } from './types.js';

/**
 * Arithmetic of decimals, with integers and numbers as they were written in the query. Results have the digits that Flink gives them
 * (`LogicalTypeMerging`), but never more than 18, and never fewer places than are needed to be exact: a result that has more digits
 * is an error, not rounded. A float64 makes the whole a float64.
 */

/** The decimals of a call's arguments; null where the call is not one of decimals. */
function decimalsOf(args: readonly Argument[]): DecimalType[] | null {
  if (!args.some(arg => arg.type.kind === 'decimal' && !isNullLiteral(arg))) return null;
  const types = args.map(arg => {
    if (isNullLiteral(arg)) return decimalType(1, 0);
    const literal = isNumeric(arg.type) || isTextLiteral(arg) ? literalDecimal(arg) : null;
    return literal ?? decimalOf(arg.type);
  });
  const known = types.filter(type => type !== null);
  return known.length === types.length ? known : null;
}

/** What the arguments are cast to: columns stay as they are, so that no value is lost before it is computed with. */
function ownTypes(args: readonly Argument[], decimals: readonly DecimalType[]): DataType[] {
  return args.map((arg, i) => (arg.literal === undefined ? arg.type : decimals[i]));
}

function isDecimalCall(call: BoundCall): boolean {
  return call.type.kind === 'decimal';
}

function checked(value: bigint, type: DataType, operation: string): bigint {
  if (fitsPrecision(value, (type as DecimalType).precision)) return value;
  throw new DecimalOverflowError(operation, typeName(type));
}

/** A result in the fast lane: stops the loop where it has more digits than its type, or leaves ±(2^53 − 1). */
function guardDigits(text: string, type: DataType, scope: EmitScope): string {
  const result = scope.fresh('n');
  const most = Math.min(Number.MAX_SAFE_INTEGER, 10 ** (type as DecimalType).precision - 1);
  scope.statement(`const ${result} = ${text} + 0;`);
  scope.statement(`if (Math.abs(${result}) > ${most}) ${scope.bail}`);
  return result;
}

const PRICE = { type: decimalType(6, 2), value: 1250n };
const example = (other: Example['args'][number], result: Value): Example => ({
  args: [PRICE, other],
  result,
});
const RATE = { type: decimalType(4, 3), value: -1250n };

function sumForm(sign: '+' | '-', combine: (a: bigint, b: bigint) => bigint): Form {
  return {
    examples: [example(RATE, combine(12500n, -1250n))],
    bind(args) {
      const decimals = decimalsOf(args);
      if (decimals === null || args.length !== 2) return null;
      const scale = Math.max(...decimals.map(type => type.scale));
      const whole = Math.max(...decimals.map(type => type.precision - type.scale));
      const type = decimalType(Math.min(MAX_PRECISION, whole + 1 + scale), scale);
      return { args: ownTypes(args, decimals), type, nullable: anyNullable(args) };
    },
    handles: isDecimalCall,
    evaluate(args, call) {
      const [a, b] = alignedValues(args, call);
      return checked(combine(BigInt(a!), BigInt(b!)), call.type, sign);
    },
    emit(args, call, scope) {
      const [a, b] = alignedText(args, call, scope);
      return { value: guardDigits(`(${a.value} ${sign} ${b.value})`, call.type, scope) };
    },
  };
}

export const decimalAdd = sumForm('+', (a, b) => a + b);
export const decimalSub = sumForm('-', (a, b) => a - b);

export const decimalMul: Form = {
  examples: [example(RATE, -1562500n)],
  bind(args) {
    const decimals = decimalsOf(args);
    if (decimals === null || args.length !== 2) return null;
    const [a, b] = decimals;
    const scale = a.scale + b.scale;
    if (scale > MAX_PRECISION) {
      throw new ArgumentTypeError(
        `mul() of ${typeName(a)} and ${typeName(b)} has ${scale} places, and decimals have at most ${MAX_PRECISION} digits.`,
        'Round one of them first, t.rate.round(4), or cast one to float64.',
      );
    }
    const type = decimalType(Math.min(MAX_PRECISION, a.precision + b.precision), scale);
    return { args: ownTypes(args, decimals), type, nullable: anyNullable(args) };
  },
  handles: isDecimalCall,
  evaluate: ([a, b], call) => checked(BigInt(a!) * BigInt(b!), call.type, '*'),
  emit: ([a, b], call, scope) => ({ value: guardDigits(`(${a.value} * ${b.value})`, call.type, scope) }),
};

export const decimalMod: Form = {
  examples: [example({ type: decimalType(3, 2), value: 500n }, 250n)],
  bind(args) {
    const decimals = decimalsOf(args);
    if (decimals === null || args.length !== 2) return null;
    const scale = Math.max(...decimals.map(type => type.scale));
    const whole = Math.min(...decimals.map(type => type.precision - type.scale));
    return {
      args: ownTypes(args, decimals),
      type: decimalType(Math.max(1, whole + scale), scale),
      nullable: true,
    };
  },
  handles: isDecimalCall,
  evaluate(args, call) {
    const [a, b] = alignedValues(args, call).map(value => BigInt(value!));
    return b === 0n ? null : a % b;
  },
  emit(args, call, scope) {
    const [a, b] = alignedText(args, call, scope);
    const divisor = scope.local(b.value);
    return { value: `((${a.value} % ${divisor}) + 0)`, valid: `${divisor} !== 0` };
  },
};

/** A function of one decimal that stays within its digits. */
function sameDigits(value: Value, exact: (x: bigint) => bigint, text: (x: string) => string): Form {
  return {
    examples: [{ args: [RATE], result: value }],
    bind(args) {
      const [type] = args.map(arg => arg.type);
      if (args.length !== 1 || type.kind !== 'decimal') return null;
      return { args: [type], type, nullable: anyNullable(args) };
    },
    handles: isDecimalCall,
    evaluate: ([x]) => exact(x as bigint),
    emit: ([x]) => ({ value: text(x.value) }),
  };
}

export const decimalNeg = sameDigits(
  1250n,
  x => -x,
  x => `(0 - ${x})`,
);
export const decimalAbs = sameDigits(
  1250n,
  x => (x < 0n ? -x : x),
  x => `Math.abs(${x})`,
);

/** The type of a decimal rounded to so many places: rounding up may carry into one more digit. */
function roundedType({ precision, scale }: DecimalType, places: number): DecimalType {
  if (places >= scale) return decimalType(precision, scale);
  return decimalType(Math.min(MAX_PRECISION, precision - scale + 1 + places), places);
}

const UNIT = (call: BoundCall): number =>
  (call.args[0].type as DecimalType).scale - (call.type as DecimalType).scale;

/** A function of one decimal, and for `round` of places, that gives fewer places. */
function fewerPlaces(
  name: 'round' | 'floor' | 'ceil' | 'trunc',
  result: bigint,
  exact: (x: bigint, unit: bigint) => bigint,
  text: (x: string, unit: number, scope: EmitScope) => string,
): Form {
  return {
    examples: [{ args: [RATE], result }],
    bind(args) {
      const { type, literal } = args[0];
      if (type.kind !== 'decimal' || literal === null) return null;
      const places = args.length > 1 ? args[1].literal : 0;
      // A wrong number of places is the plain function's to say.
      if (typeof places !== 'number' || !Number.isInteger(places) || places < 0) return null;
      return { args: [type], type: roundedType(type, places), nullable: anyNullable(args.slice(0, 1)) };
    },
    handles: isDecimalCall,
    evaluate([x], call) {
      const places = UNIT(call);
      const value = places === 0 ? (x as bigint) : exact(x as bigint, powerOfTen(places));
      return checked(value, call.type, name);
    },
    emit([x], call, scope) {
      const places = UNIT(call);
      return { value: places === 0 ? x.value : text(x.value, 10 ** places, scope) };
    },
    sql: inBoth(sqlCall(name.toUpperCase())),
  };
}

export const decimalRound = fewerPlaces(
  'round',
  -1n,
  (x, unit) => rescaleDecimal(x, String(unit).length - 1, 0),
  roundedDown,
);
export const decimalFloor = fewerPlaces(
  'floor',
  -2n,
  (x, unit) => (x - (((x % unit) + unit) % unit)) / unit,
  (x, unit) => `(Math.floor(${x} / ${unit}) + 0)`,
);
export const decimalCeil = fewerPlaces(
  'ceil',
  -1n,
  (x, unit) => -((-x - (((-x % unit) + unit) % unit)) / unit),
  (x, unit) => `(Math.ceil(${x} / ${unit}) + 0)`,
);
export const decimalTrunc = fewerPlaces(
  'trunc',
  -1n,
  (x, unit) => x / unit,
  (x, unit) => `(Math.trunc(${x} / ${unit}) + 0)`,
);

/** -1, 0 or 1 of a decimal or a duration. */
export const exactSign: Form = {
  examples: [{ args: [RATE], result: -1 }],
  bind(args) {
    const [{ type }] = args;
    if (args.length !== 1 || (type.kind !== 'decimal' && type.kind !== 'duration')) return null;
    return { args: [type], type: INT32, nullable: anyNullable(args) };
  },
  handles: call => call.args[0].type.kind === 'decimal' || call.args[0].type.kind === 'duration',
  evaluate: ([x]) => (x === 0n ? 0 : (x as bigint) > 0n ? 1 : -1),
  emit: ([x]) => ({ value: `(Math.sign(${x.value}) + 0)` }),
};

/** How often a decimal goes into another, or a duration into another, rounded down; NULL by zero. */
export const exactFloorDiv: Form = {
  examples: [example(RATE, -10n)],
  bind(args) {
    if (args.length !== 2) return null;
    const decimals = decimalsOf(args);
    if (decimals !== null)
      return { args: ownTypes(args, decimals), type: decimalType(MAX_PRECISION, 0), nullable: true };
    if (!args.every(arg => arg.type.kind === 'duration')) return null;
    return { args: args.map(arg => arg.type), type: INT64, nullable: true };
  },
  handles: call => isDecimalCall(call) || call.args[0].type.kind === 'duration',
  evaluate(args, call) {
    const [a, b] = alignedValues(args, call).map(value => BigInt(value!));
    if (b === 0n) return null;
    const quotient = a / b;
    const floor = a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
    return isDecimalCall(call) ? checked(floor, call.type, 'floorDiv') : checkInt64(floor, 'floorDiv');
  },
  emit(args, call, scope) {
    const [x, y] = alignedText(args, call, scope).map(arg => scope.local(arg.value));
    const rest = scope.local(`${x} % ${y}`);
    const below = `(${rest} !== 0 && ${x} < 0 !== ${y} < 0 ? 1 : 0)`;
    return { value: `((${x} - ${rest}) / ${y} - ${below} + 0)`, valid: `${y} !== 0` };
  },
  sql: { duckdb: null, flink: null },
};
