import { DATE, durationType, FLOAT64, isInteger, timestampType, typeName } from '../../columns/types.js';
import type { DataType, TimeUnit } from '../../columns/types.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import type { Value } from '../../columns/values.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument, BoundCall, Emitted, EmitScope, Example, SqlForms } from '../../expr/function.js';
import { alignedText, alignedValues, perTick, scaledText } from './aligned.js';
import type { Form } from './forms.js';
import { checkDays, checkInt64, guardDays, guardSafe } from './int64.js';
import { finest, literalDuration, isTextLiteral } from './literals.js';
import { anyNullable, isNullLiteral } from './types.js';

/**
 * Arithmetic of times and durations. A result counts the finest unit among its arguments, so that nothing is rounded; one that
 * leaves int64 is an error. A day is 24 hours here: zones enter only through zoned functions.
 */

/** Durations are counts of ticks in other engines, and their times have no such sums. */
const NOT_IN_SQL: SqlForms = { duckdb: null, flink: null };

const SECOND = durationType('s');

type Role = 'time' | 'date' | 'duration' | 'integer';

function roleOf(type: DataType): Role | null {
  switch (type.kind) {
    case 'timestamp':
      return 'time';
    case 'date':
    case 'duration':
      return type.kind;
    default:
      return isInteger(type) ? 'integer' : null;
  }
}

function isTemporal(args: readonly Argument[]): boolean {
  return args.some(arg => ['timestamp', 'date', 'duration'].includes(arg.type.kind) && !isNullLiteral(arg));
}

/** Text as the duration that it was written as; NULL as one, too. */
function readType(arg: Argument): DataType {
  if (isNullLiteral(arg)) return arg.type.kind === 'string' ? SECOND : arg.type;
  return literalDuration(arg) ?? arg.type;
}

function unitOf(types: readonly DataType[]): TimeUnit {
  return finest(types.map(type => (type.kind === 'timestamp' || type.kind === 'duration' ? type.unit : 's')));
}

function isWholeDays(arg: Argument, type: DataType): boolean {
  if (type.kind !== 'duration' || !isTextLiteral(arg)) return false;
  return /^\s*[+-]?\s*(\d+\s*(d|days?|w|weeks?)\s*)+$/.test(String(arg.literal));
}

/** The result's type of `a + b` and `a - b`; null where there is no such sum. */
function sumType(sign: '+' | '-', args: readonly Argument[], types: readonly DataType[]): DataType | null {
  const unit = unitOf(types);
  const roles = types.map(roleOf);
  switch (roles.join(sign)) {
    case 'duration+duration':
    case 'duration-duration':
    case 'time-time':
    case 'time-date':
    case 'date-time':
    case 'date-date':
      return durationType(unit);
    case 'time+duration':
    case 'duration+time':
    case 'time-duration':
      return timestampType(unit);
    case 'date+integer':
    case 'integer+date':
    case 'date-integer':
      return DATE;
    case 'date+duration':
    case 'duration+date':
    case 'date-duration':
      if (!args.some(isTextLiteral)) return timestampType(unit);
      return args.some((arg, i) => isWholeDays(arg, types[i])) ? DATE : null;
    default:
      return null;
  }
}

const TIME = { type: timestampType('ms'), value: 1_000n };
const SPAN = { type: durationType('us'), value: 500n };

function sumForm(
  sign: '+' | '-',
  examples: readonly Example[],
  combine: (a: bigint, b: bigint) => bigint,
): Form {
  const fn = sign === '+' ? 'add' : 'sub';
  return {
    examples,
    bind(args) {
      if (args.length !== 2 || !isTemporal(args)) return null;
      const types = args.map(arg => readType(arg));
      const type = sumType(sign, args, types);
      if (type === null) {
        throw new ArgumentTypeError(
          `${fn}() cannot compute ${typeName(args[0].type)} ${sign} ${typeName(args[1].type)}.`,
          "Times take durations, t.ts.add('5 min'); dates take whole days, t.day.add('7 d') or t.day.add(7).",
        );
      }
      return { args: types, type, nullable: anyNullable(args) };
    },
    handles: call => isTemporalType(call.type),
    evaluate(args, call) {
      const [a, b] = args.map((value, i) => inResultUnit(value, call.args[i].type, call.type));
      const result = combine(a, b);
      const operation = `${fn}() of ${typeName(call.args[0].type)} and ${typeName(call.args[1].type)}`;
      return call.type.kind === 'date' ? checkDays(result, operation) : checkInt64(result, operation);
    },
    emit(args, call, scope) {
      const [a, b] = args.map((arg, i) => textInResultUnit(arg, call.args[i].type, call.type, scope));
      const text = `(${a} ${sign} ${b})`;
      return { value: call.type.kind === 'date' ? guardDays(text, scope) : guardSafe(text, scope) };
    },
    sql: NOT_IN_SQL,
  };
}

function isTemporalType(type: DataType): boolean {
  return type.kind === 'timestamp' || type.kind === 'date' || type.kind === 'duration';
}

/** The ticks of a whole day in a duration's unit. */
function ticksPerDay(type: DataType): bigint {
  return type.kind === 'duration' ? 86400n * TICKS_PER_SECOND[type.unit] : 1n;
}

function inResultUnit(value: Value, type: DataType, result: DataType): bigint {
  const exact = BigInt(value!);
  if (result.kind === 'date') return exact / ticksPerDay(type);
  return exact * perTick(type, unitOf([result]));
}

function textInResultUnit(arg: Emitted, type: DataType, result: DataType, scope: EmitScope): string {
  if (result.kind !== 'date') return scaledText(arg.value, perTick(type, unitOf([result])), scope);
  const perDay = ticksPerDay(type);
  return perDay === 1n ? arg.value : `(${arg.value} / ${perDay})`;
}

export const temporalAdd = sumForm(
  '+',
  [
    { args: [TIME, SPAN], result: 1_000_500n },
    { args: [SPAN, SPAN], result: 1_000n },
    {
      args: [
        { type: DATE, value: 10 },
        { type: { kind: 'int32' }, value: 1 },
      ],
      result: 11,
    },
  ],
  (a, b) => a + b,
);
export const temporalSub = sumForm(
  '-',
  [
    { args: [TIME, TIME], result: 0n },
    { args: [TIME, SPAN], result: 999_500n },
    {
      args: [
        { type: DATE, value: 10 },
        { type: DATE, value: 8 },
      ],
      result: 172_800n,
    },
  ],
  (a, b) => a - b,
);

export const durationMul: Form = {
  examples: [{ args: [SPAN, { type: { kind: 'int64' }, value: -3n }], result: -1500n }],
  bind(args) {
    if (args.length !== 2 || !isTemporal(args)) return null;
    const types = args.map(arg => (isNullLiteral(arg) ? ({ kind: 'int64' } as const) : arg.type));
    const durations = types.filter(type => type.kind === 'duration');
    if (durations.length !== 1 || !types.some(isInteger)) {
      throw new ArgumentTypeError(
        `mul() cannot compute ${typeName(args[0].type)} * ${typeName(args[1].type)}.`,
        'A duration takes a whole number: t.gap.mul(3).',
      );
    }
    return { args: types, type: durations[0], nullable: anyNullable(args) };
  },
  handles: call => call.type.kind === 'duration',
  evaluate: ([a, b]) => checkInt64(BigInt(a!) * BigInt(b!), 'mul() of a duration'),
  emit: ([a, b], _call, scope) => ({ value: guardSafe(`(${a.value} * ${b.value})`, scope) }),
  sql: NOT_IN_SQL,
};

export const durationDiv: Form = {
  examples: [{ args: [SPAN, { type: durationType('ms'), value: 1n }], result: 0.5 }],
  bind(args) {
    if (args.length !== 2 || !isTemporal(args)) return null;
    const types = args.map(arg => readType(arg));
    if (!types.every(type => type.kind === 'duration')) {
      throw new ArgumentTypeError(
        `div() cannot compute ${typeName(args[0].type)} / ${typeName(args[1].type)}.`,
        "A duration is divided by a duration: t.gap.div('1 s') is its seconds.",
      );
    }
    return { args: types, type: FLOAT64, nullable: anyNullable(args) };
  },
  handles: call => call.args[0].type.kind === 'duration',
  evaluate(args, call) {
    const [a, b] = alignedValues(args, call);
    return Number(a) / Number(b);
  },
  emit(args, call, scope) {
    const [a, b] = alignedText(args, call, scope);
    return { value: `(${a.value} / ${b.value})` };
  },
  sql: NOT_IN_SQL,
};

/** A function of one duration. */
function ofDuration(
  fn: string,
  result: bigint,
  exact: (x: bigint) => bigint,
  emitted: (x: string) => string,
): Form {
  return {
    examples: [{ args: [{ type: SPAN.type, value: -500n }], result }],
    bind(args) {
      const [{ type }] = args;
      if (args.length !== 1 || type.kind !== 'duration') return null;
      return { args: [type], type, nullable: anyNullable(args) };
    },
    handles: (call: BoundCall) => call.type.kind === 'duration',
    evaluate: ([x]) => checkInt64(exact(x as bigint), `${fn}() of a duration`),
    emit: ([x]) => ({ value: emitted(x.value) }),
    sql: NOT_IN_SQL,
  };
}

export const durationNeg = ofDuration(
  'neg',
  500n,
  x => -x,
  x => `(0 - ${x})`,
);
export const durationAbs = ofDuration(
  'abs',
  500n,
  x => (x < 0n ? -x : x),
  x => `Math.abs(${x})`,
);
