import {
  FLOAT64,
  INT32,
  INT64,
  decimalType,
  durationType,
  isNumeric,
  MAX_PRECISION,
  sameType,
  timestampType,
  typeName,
} from '../../columns/types.js';
import type { DataType, TimeUnit } from '../../columns/types.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument } from '../../expr/function.js';
import {
  decimalOf,
  finest,
  fitsUnit,
  isTextLiteral,
  literalDecimal,
  literalDuration,
  literalUnit,
} from './literals.js';

/** Whether an argument is the NULL literal, which takes any type. */
export function isNullLiteral(arg: Argument): boolean {
  return arg.literal === null;
}

/** Whether any argument can be NULL: the nullability of a propagating function. */
export function anyNullable(args: readonly Argument[]): boolean {
  return args.some(arg => arg.nullable);
}

/** Throws unless the call has so many arguments. */
export function requireCount(fn: string, args: readonly Argument[], least: number, most = least): void {
  if (args.length >= least && args.length <= most) return;
  const wanted =
    least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
  throw new ArgumentTypeError(`${fn}() takes ${wanted} arguments, not ${args.length}.`);
}

/** Throws unless the argument is of a kind, or the NULL literal. */
export function requireKind(
  fn: string,
  arg: Argument,
  wanted: string,
  accepts: (type: DataType) => boolean,
): void {
  if (isNullLiteral(arg) || accepts(arg.type)) return;
  const hint =
    arg.type.kind === 'string' && wanted.startsWith('a number') ? "Cast it first: .cast('float64')." : null;
  throw new ArgumentTypeError(`${fn}() takes ${wanted}, not ${typeName(arg.type)}.`, hint);
}

/** The type that numbers of all types are computed in: float64 beside any float64, a decimal beside any, else the wider integer. */
export function commonNumber(fn: string, args: readonly Argument[]): DataType {
  for (const arg of args) requireKind(fn, arg, 'a number', isNumeric);
  const typed = args.filter(arg => !isNullLiteral(arg));
  const kinds = typed.map(arg => arg.type.kind);
  if (kinds.includes('float64')) return FLOAT64;
  if (kinds.includes('decimal')) return widestDecimal(typed);
  return kinds.includes('int64') ? INT64 : INT32;
}

/** The decimal of as many digits as any of the numbers has, up to 18; a value that has more is then an error. */
function widestDecimal(args: readonly Argument[]): DataType {
  const types = args.map(arg => literalDecimal(arg) ?? decimalOf(arg.type)).filter(type => type !== null);
  const scale = Math.max(...types.map(type => type.scale));
  const whole = Math.max(...types.map(type => type.precision - type.scale));
  return decimalType(Math.min(MAX_PRECISION, whole + scale), scale);
}

/** The type that all arguments can be compared in, or brought together in by coalesce and ifElse. */
export function commonType(fn: string, args: readonly Argument[]): DataType {
  const typed = args.filter(arg => !isNullLiteral(arg));
  if (typed.length === 0) return args[0].type;
  const first = typed[0].type;
  if (typed.every(arg => sameType(arg.type, first))) return first;
  if (typed.some(arg => arg.type.kind === 'decimal')) return commonOfDecimals(fn, typed);
  if (typed.every(arg => isNumeric(arg.type))) return commonNumber(fn, typed);
  if (typed.some(arg => arg.type.kind === 'duration')) return commonDuration(fn, typed);
  const times = typed.filter(arg => arg.type.kind === 'timestamp' || arg.type.kind === 'date');
  if (times.length > 0 && typed.every(arg => times.includes(arg) || isTextLiteral(arg)))
    return commonTime(fn, typed, times);
  throw notTogether(fn, typed);
}

function notTogether(fn: string, args: readonly Argument[]): ArgumentTypeError {
  const names = [...new Set(args.map(arg => typeName(arg.type)))];
  return new ArgumentTypeError(
    `${fn}() cannot bring ${names.join(' and ')} together.`,
    names.includes('string') ? "Cast the text first, e.g. .cast('float64')." : 'Cast one of them first.',
  );
}

/** Decimals with integers and numbers as they were written are a decimal; with a column of float64, a float64. */
function commonOfDecimals(fn: string, args: readonly Argument[]): DataType {
  const numbers = args.every(
    arg => isNumeric(arg.type) || (isTextLiteral(arg) && literalDecimal(arg) !== null),
  );
  if (!numbers) throw notTogether(fn, args);
  const isFloat = (arg: Argument): boolean =>
    arg.type.kind === 'float64' && (arg.literal === undefined || literalDecimal(arg) === null);
  if (args.some(isFloat)) return FLOAT64;
  return widestDecimal(args);
}

function commonDuration(fn: string, args: readonly Argument[]): DataType {
  const types = args.map(arg => (arg.type.kind === 'duration' ? arg.type : literalDuration(arg)));
  const units = types.map(type => (type?.kind === 'duration' ? type.unit : null));
  const known = units.filter(unit => unit !== null);
  if (known.length < args.length) throw notTogether(fn, args);
  return durationType(finest(known));
}

/** The unit of the columns, where every literal is a whole number of its ticks; else the finest unit. Days alone stay days. */
function commonTime(fn: string, args: readonly Argument[], times: readonly Argument[]): DataType {
  for (const arg of args) if (!times.includes(arg)) literalUnit(fn, arg);
  const fixed = times.filter(arg => arg.literal === undefined);
  const unitOf = (arg: Argument): TimeUnit => (arg.type.kind === 'timestamp' ? arg.type.unit : 's');
  const texts = args.filter(arg => !times.includes(arg));
  if (
    times.every(arg => arg.type.kind === 'date') &&
    texts.every(arg => !/\d:\d/.test(String(arg.literal)))
  ) {
    return times[0].type;
  }
  const column = finest((fixed.length > 0 ? fixed : times).map(unitOf));
  const exact = args.every(arg => arg.literal === undefined || fitsUnit(arg, column));
  return timestampType(
    exact ? column : finest([...times.map(unitOf), ...texts.map(arg => literalUnit(fn, arg))]),
  );
}
