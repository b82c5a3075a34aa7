import { FLOAT64, INT32, INT64, isNumeric, sameType, timestampType, typeName } from '../../columns/types.js';
import type { DataType, TimeUnit } from '../../columns/types.js';
import { literalToValue } from '../../expr/literal.js';
import { ArgumentTypeError } from '../../expr/error.js';
import { parseTimestamp, TICKS_PER_SECOND } from '../../columns/iso.js';
import type { Argument } from '../../expr/function.js';

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

/** The type that numbers of both types fit in: float64 beside any float64, else the wider integer. */
export function commonNumber(fn: string, args: readonly Argument[]): DataType {
  for (const arg of args)
    requireKind(fn, arg, 'a number', type => isNumeric(type) && type.kind !== 'decimal');
  const kinds = args.filter(arg => !isNullLiteral(arg)).map(arg => arg.type.kind);
  if (kinds.includes('float64')) return FLOAT64;
  return kinds.includes('int64') ? INT64 : INT32;
}

/** The type that all arguments can be compared in, or brought together in by coalesce and ifElse. */
export function commonType(fn: string, args: readonly Argument[]): DataType {
  const typed = args.filter(arg => !isNullLiteral(arg));
  if (typed.length === 0) return args[0].type;
  const first = typed[0].type;
  if (typed.every(arg => sameType(arg.type, first))) return first;
  if (typed.every(arg => isNumeric(arg.type))) return commonNumber(fn, typed);
  const times = typed.filter(arg => arg.type.kind === 'timestamp' || arg.type.kind === 'date');
  if (times.length > 0 && typed.every(arg => times.includes(arg) || isTimeText(arg)))
    return commonTime(typed, times);
  const names = [...new Set(typed.map(arg => typeName(arg.type)))];
  throw new ArgumentTypeError(
    `${fn}() cannot bring ${names.join(' and ')} together.`,
    names.includes('string') ? "Cast the text first, e.g. .cast('float64')." : 'Cast one of them first.',
  );
}

function isTimeText(arg: Argument): boolean {
  return typeof arg.literal === 'string' && arg.type.kind === 'string';
}

const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];

/** The unit of the columns, where every literal is a whole number of its ticks; else the finest unit. Days alone stay days. */
function commonTime(args: readonly Argument[], times: readonly Argument[]): DataType {
  for (const arg of args) {
    if (!times.includes(arg) && parseTimestamp(String(arg.literal), 's') === null) {
      throw new ArgumentTypeError(
        `'${String(arg.literal)}' is not a time.`,
        "Write it as '2024-03-08T09:30:00Z'.",
      );
    }
  }
  const fixed = times.filter(arg => arg.literal === undefined);
  const unitOf = (arg: Argument) => (arg.type.kind === 'timestamp' ? arg.type.unit : 's');
  const texts = args.filter(arg => !times.includes(arg));
  if (
    times.every(arg => arg.type.kind === 'date') &&
    texts.every(arg => !/\d:\d/.test(String(arg.literal)))
  ) {
    return times[0].type;
  }
  const column = finest((fixed.length > 0 ? fixed : times).map(unitOf));
  const exact = args.every(arg => arg.literal === undefined || fits(arg, column));
  return timestampType(exact ? column : finest([...times.map(unitOf), ...texts.map(textUnit)]));
}

function finest(units: readonly TimeUnit[]): TimeUnit {
  return UNITS[Math.max(...units.map(unit => UNITS.indexOf(unit)))];
}

function textUnit(arg: Argument): TimeUnit {
  return UNITS.find(unit => fits(arg, unit)) ?? 'ns';
}

/** Whether a time literal is a whole number of ticks of the unit. */
function fits(arg: Argument, unit: TimeUnit): boolean {
  if (arg.type.kind === 'date') return true;
  const nanos =
    arg.type.kind === 'timestamp'
      ? (literalToValue(arg.literal!, arg.type) as bigint) *
        (TICKS_PER_SECOND.ns / TICKS_PER_SECOND[arg.type.unit])
      : parseTimestamp(String(arg.literal), 'ns');
  return nanos !== null && nanos % (TICKS_PER_SECOND.ns / TICKS_PER_SECOND[unit]) === 0n;
}
