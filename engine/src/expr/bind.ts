import { fieldIndex } from '../columns/schema.js';
import type { Schema } from '../columns/schema.js';
import { STRING, sameType, typeName } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import type { Expr } from './ast.js';
import type { BoundExpr } from './bound.js';
import { UnknownColumnError } from './error.js';
import type { Argument, ScalarFunction } from './function.js';
import { literalToValue, valueToLiteral } from './literal.js';

/** Finds a function by name, or throws an `UnknownFunctionError`. */
export type FunctionLookup = (name: string) => ScalarFunction;

/**
 * Finds an expression's columns in a schema and gives every node its type and nullability; arguments get the casts that their function
 * asks for. Throws `UnknownColumnError`, `UnknownFunctionError` or `ArgumentTypeError`.
 */
export function bindExpr(expr: Expr, schema: Schema, lookup: FunctionLookup): BoundExpr {
  switch (expr.kind) {
    case 'column': {
      const index = fieldIndex(schema, expr.name);
      if (index === -1)
        throw new UnknownColumnError(
          expr.name,
          schema.fields.map(field => field.name),
        );
      const { type, nullable } = schema.fields[index];
      return { kind: 'column', index, name: expr.name, type, nullable };
    }
    case 'literal':
      return {
        kind: 'literal',
        value: expr.value,
        type: expr.type,
        nullable: expr.value === null,
        ...(expr.parameter === undefined ? {} : { parameter: expr.parameter }),
      };
    case 'call': {
      const fn = lookup(expr.fn);
      const args = expr.args.map(arg => bindExpr(arg, schema, lookup));
      const signature = fn.bind(args.map(argumentOf));
      const cast = args.map((arg, at) =>
        at < signature.args.length ? castTo(arg, signature.args[at], lookup) : arg,
      );
      const nullable = signature.nullable || (fn.nulls === 'propagate' && cast.some(arg => arg.nullable));
      return { kind: 'call', fn: expr.fn, args: cast, type: signature.type, nullable };
    }
  }
}

function argumentOf(arg: BoundExpr): Argument {
  return arg.kind === 'literal'
    ? { type: arg.type, nullable: arg.nullable, literal: arg.value }
    : { type: arg.type, nullable: arg.nullable };
}

/** The expression as another type: a literal is converted at once, anything else becomes a call of `cast`. */
export function castTo(arg: BoundExpr, type: DataType, lookup: FunctionLookup): BoundExpr {
  if (sameType(arg.type, type)) return arg;
  const target: BoundExpr = { kind: 'literal', value: typeName(type), type: STRING, nullable: false };
  if (arg.kind === 'literal' && arg.value === null)
    return { kind: 'literal', value: null, type, nullable: true };
  const cast = lookup('cast');
  const signature = cast.bind([argumentOf(arg), argumentOf(target)]);
  const call = { kind: 'call' as const, fn: 'cast', args: [arg, target], type, nullable: signature.nullable };
  if (arg.kind !== 'literal') return call;
  const value = cast.evaluate([literalToValue(arg.value, arg.type), target.value], call);
  return { ...arg, value: valueToLiteral(value, type), type, nullable: value === null };
}
