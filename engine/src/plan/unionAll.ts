import { MillraceError } from '../columns/error.js';
import { nearestNames } from '../columns/nearestNames.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { sameType, STRING, typeName, type DataType, type Field } from '../columns/types.js';
import type { Expr } from '../expr/ast.js';
import { ArgumentTypeError } from '../expr/error.js';
import { bind } from '../functions/bind.js';
import { commonType } from '../functions/scalar/types.js';
import type { Relation } from './relation.js';

/**
 * What unionAll, or another method by columns of one name, puts out: the first input's columns in its order, each in the type that holds every input's values. Event time goes on
 * where all inputs have it in the same column. Rows have no key any more, since two inputs may hold the same.
 */
export function bindUnionAll(inputs: readonly Relation[], method = 'unionAll'): Relation {
  const [first, ...others] = inputs;
  const names = first.schema.fields.map(field => field.name);
  others.forEach((other, k) => requireSameColumns(names, other.schema, k + 2, method));
  const types = names.map(name => commonColumnType(name, inputs, method));
  const fields = names.map((name, k): Field => {
    const nullable = inputs.some(({ schema }) => bind(aligned(name, types[k], schema), schema).nullable);
    return { name, type: types[k], nullable };
  });
  return {
    schema: { fields },
    time: inputs.every(({ time }) => time === first.time) ? first.time : null,
    mode: inputs.some(({ mode }) => mode === 'retract') ? 'retract' : 'append',
    key: null,
  };
}

/** How an input's columns become the union's; null where they are the same already. */
export function unionColumns(
  input: Schema,
  output: Schema,
): readonly { readonly name: string; readonly expr: Expr }[] | null {
  const same =
    input.fields.length === output.fields.length &&
    input.fields.every((field, k) => {
      const wanted = output.fields[k];
      return field.name === wanted.name && sameType(field.type, wanted.type);
    });
  if (same) return null;
  return output.fields.map(({ name, type }) => ({ name, expr: aligned(name, type, input) }));
}

function aligned(name: string, type: DataType, input: Schema): Expr {
  const column: Expr = { kind: 'column', name };
  if (sameType(input.fields[fieldIndex(input, name)].type, type)) return column;
  return {
    kind: 'call',
    fn: 'cast',
    args: [column, { kind: 'literal', type: STRING, value: typeName(type) }],
  };
}

function commonColumnType(name: string, inputs: readonly Relation[], method: string): DataType {
  const fields = inputs.map(({ schema }) => schema.fields[fieldIndex(schema, name)]);
  if (fields.every(field => sameType(field.type, fields[0].type))) return fields[0].type;
  try {
    return commonType(method, fields);
  } catch (error) {
    if (!(error instanceof ArgumentTypeError)) throw error;
    const types = [...new Set(fields.map(field => typeName(field.type)))];
    throw new MillraceError(
      'MR2116',
      `${method}() cannot bring column '${name}' together: it is ${types.join(' and ')}.`,
      `Cast it first: .derive(t => ({ ${name}: t.${name}.cast(${types[0]}) })).`,
    );
  }
}

function requireSameColumns(names: readonly string[], other: Schema, position: number, method: string): void {
  const others = other.fields.map(field => field.name);
  const missing = names.filter(name => !others.includes(name));
  const extra = others.filter(name => !names.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const list = (items: readonly string[]): string => items.map(item => `'${item}'`).join(', ');
  const parts = [
    ...(missing.length === 0 ? [] : [`input ${position} has no ${list(missing)}`]),
    ...(extra.length === 0 ? [] : [`input 1 has no ${list(extra)}`]),
  ];
  const near = missing.length === 0 ? [] : nearestNames(missing[0], extra);
  throw new MillraceError(
    'MR2115',
    `${method}() needs the same columns on all inputs: ${parts.join(', and ')}.`,
    near.length > 0
      ? `Rename '${near[0]}' to '${missing[0]}', or select the columns that both have.`
      : 'Select the columns that all have: .select(…).',
  );
}
