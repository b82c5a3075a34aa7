import { powerOfTen } from '../../columns/decimal.js';
import { TICKS_PER_SECOND } from '../../columns/iso.js';
import { isNumeric, sameType, timestampType } from '../../columns/types.js';
import type { DataType, TimeUnit } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import type { Argument, BoundCall, Emitted, EmitScope } from '../../expr/function.js';
import { guardSafe } from './int64.js';
import {
  decimalOf,
  finest,
  fitsUnit,
  isTextLiteral,
  literalDecimal,
  literalDuration,
  literalUnit,
} from './literals.js';
import { commonType, isNullLiteral } from './types.js';

/**
 * The types in which values of one family are compared: all the same where they can be, else each keeps its own and `alignment` says
 * by what each is multiplied, so that nothing is rounded and nothing overflows.
 */
export function comparedTypes(fn: string, args: readonly Argument[]): DataType[] {
  const typed = args.filter(arg => !isNullLiteral(arg));
  const own = decimalTypes(typed) ?? timeTypes(fn, typed) ?? durationTypes(typed);
  if (own === null) {
    const type = commonType(fn, args);
    return args.map(() => type);
  }
  const types = new Map(typed.map((arg, i) => [arg, own[i]]));
  return args.map(arg => types.get(arg) ?? own[0]);
}

/** Decimals beside integers and numbers as they were written; null where none is a decimal, or a float64 is among them. */
function decimalTypes(args: readonly Argument[]): DataType[] | null {
  if (!args.some(arg => arg.type.kind === 'decimal')) return null;
  const types = args.map(arg => {
    const literal = isNumeric(arg.type) || isTextLiteral(arg) ? literalDecimal(arg) : null;
    return literal ?? (decimalOf(arg.type) === null ? null : arg.type);
  });
  return types.every(type => type !== null) ? shared(args, types) : null;
}

function timeTypes(fn: string, args: readonly Argument[]): DataType[] | null {
  const isTime = (arg: Argument): boolean => arg.type.kind === 'timestamp' || arg.type.kind === 'date';
  if (!args.some(isTime) || !args.every(arg => isTime(arg) || isTextLiteral(arg))) return null;
  const columns = args.filter(arg => arg.literal === undefined);
  const units = columns.flatMap(arg => (arg.type.kind === 'timestamp' ? [arg.type.unit] : []));
  // Days among themselves are compared as days; commonType says what text they take.
  if (units.length === 0) return null;
  const unit = finest(units);
  return args.map(arg => {
    if (arg.literal === undefined) return arg.type;
    return timestampType(fitsUnit(arg, unit) ? unit : literalUnit(fn, arg));
  });
}

function durationTypes(args: readonly Argument[]): DataType[] | null {
  if (!args.some(arg => arg.type.kind === 'duration')) return null;
  const types = args.map(arg => (arg.type.kind === 'duration' ? arg.type : literalDuration(arg)));
  return types.every(type => type !== null) ? shared(args, types) : null;
}

/** The columns' type for literals that it holds exactly, so that a plain loop does. */
function shared(args: readonly Argument[], types: readonly DataType[]): DataType[] {
  const columns = types.filter((_, i) => args[i].literal === undefined);
  const [first] = columns;
  if (first === undefined || !columns.every(type => sameType(type, first))) return [...types];
  return types.map((type, i) => {
    if (args[i].literal === undefined) return type;
    return holdsExactly(first, type) ? first : type;
  });
}

function holdsExactly(type: DataType, literal: DataType): boolean {
  if (type.kind === 'decimal' && literal.kind === 'decimal')
    return type.scale >= literal.scale && type.precision - type.scale >= literal.precision - literal.scale;
  return (
    type.kind === 'duration' && literal.kind === 'duration' && finest([type.unit, literal.unit]) === type.unit
  );
}

/** By what each argument's stored number is multiplied, so that all count the same unit; null where they do already. */
function alignment(types: readonly DataType[]): readonly bigint[] | null {
  const [first] = types;
  if (types.every(type => sameType(type, first))) return null;
  if (types.some(type => type.kind === 'decimal')) {
    const scales = types.map(type => (type.kind === 'decimal' ? type.scale : 0));
    const most = Math.max(...scales);
    return scales.map(scale => powerOfTen(most - scale));
  }
  const units = types.flatMap(type =>
    type.kind === 'timestamp' || type.kind === 'duration' ? [type.unit] : [],
  );
  if (units.length === 0) return null;
  return types.map(type => perTick(type, finest(units)));
}

/** How many ticks of a unit one of a type's is: of a date, its day. */
export function perTick(type: DataType, unit: TimeUnit): bigint {
  if (type.kind === 'date') return 86400n * TICKS_PER_SECOND[unit];
  const own = type.kind === 'timestamp' || type.kind === 'duration' ? type.unit : unit;
  return TICKS_PER_SECOND[unit] / TICKS_PER_SECOND[own];
}

const factors = new WeakMap<BoundCall, { readonly by: readonly bigint[] | null }>();

/** The values of a call's arguments in one unit. */
export function alignedValues(args: readonly Value[], call: BoundCall): readonly Value[] {
  let known = factors.get(call);
  if (known === undefined) {
    known = { by: alignment(call.args.map(arg => arg.type)) };
    factors.set(call, known);
  }
  const { by } = known;
  return by === null ? args : args.map((value, i) => (value === null ? null : BigInt(value) * by[i]));
}

/** The same as text. */
export function alignedText(args: readonly Emitted[], call: BoundCall, scope: EmitScope): readonly Emitted[] {
  const by = alignment(call.args.map(arg => arg.type));
  if (by === null) return args;
  return args.map((arg, i) => ({ ...arg, value: scaledText(arg.value, by[i], scope) }));
}

/** A stored number times a factor: stops the loop where the product leaves ±(2^53 − 1). */
export function scaledText(text: string, factor: bigint, scope: EmitScope): string {
  return factor === 1n ? text : guardSafe(`${text} * ${factor}`, scope);
}
