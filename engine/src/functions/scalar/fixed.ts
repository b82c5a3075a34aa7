import type { DataType } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import { ArgumentTypeError } from '../../expr/error.js';
import type { Argument, BoundCall, Example, ScalarFunction, SqlForms } from '../../expr/function.js';
import { anyNullable, isNullLiteral, requireCount, requireKind } from './types.js';

/** A function of arguments whose types are fixed, that is NULL where any of them is. */
interface FixedFunction extends Pick<ScalarFunction, 'emit' | 'literals' | 'mayFail' | 'aliases'> {
  readonly name: string;
  readonly signature: string;
  readonly doc: string;
  /** Arguments and results. */
  readonly examples: readonly (readonly [args: readonly Value[], result: Value])[];
  readonly args: readonly DataType[];
  /** How many arguments must be there; the last ones may be left out. */
  readonly least?: number;
  readonly type: DataType;
  /** Whether the result may be NULL of arguments that are not. */
  readonly nullable?: boolean;
  /** Refuses literals that it cannot take. */
  check?(args: readonly Argument[]): void;
  readonly sql: SqlForms;
  evaluate(args: readonly Value[], call: BoundCall): Value;
}

const WANTED: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'a boolean',
  int32: 'a whole number',
  int64: 'a whole number',
  float64: 'a number',
  date: 'a date',
};

/** Makes a function out of its types: generated code runs one of strings once a dictionary code, not once a row. */
export function fixedFunction(definition: FixedFunction): ScalarFunction {
  const { name, args: types, type, least = types.length, nullable = false, check, ...rest } = definition;
  const { literals = [] } = definition;
  return {
    ...rest,
    name,
    nulls: 'propagate',
    examples: definition.examples.map(([args, result]): Example => ({
      args: args.map((value, at) => ({ type: types[at], value })),
      result,
    })),
    bind(given) {
      requireCount(name, given, least, types.length);
      given.forEach((arg, at) => {
        requireKind(name, arg, WANTED[types[at].kind], kind => takes(types[at], kind));
        if (literals.includes(at)) requireLiteral(name, arg);
      });
      check?.(given);
      return { args: types.slice(0, given.length), type, nullable: nullable || anyNullable(given) };
    },
  };
}

function takes(wanted: DataType, given: DataType): boolean {
  if (wanted.kind === 'float64') return ['float64', 'int32', 'int64', 'decimal'].includes(given.kind);
  return wanted.kind === given.kind || (isWhole(wanted) && isWhole(given));
}

function isWhole(type: DataType): boolean {
  return type.kind === 'int32' || type.kind === 'int64';
}

/** Throws unless the argument is a literal other than NULL. */
export function requireLiteral(fn: string, arg: Argument): void {
  if (arg.literal !== undefined && !isNullLiteral(arg)) return;
  throw new ArgumentTypeError(
    `${fn}() reads this argument when the query is planned, so it has to be a literal.`,
    "Write the text itself, e.g. 'yyyy-MM-dd', and not a column.",
  );
}
