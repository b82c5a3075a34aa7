import { describe, expect, it } from 'vitest';
import { columnOf } from '../../columns/values.js';
import { compileColumn } from '../../codegen/column.js';
import { valueAt } from '../../columns/values.js';
import type { Expr } from '../../expr/ast.js';
import { interpretColumn, interpreter } from '../../expr/interpret.js';
import { valueToLiteral } from '../../expr/literal.js';
import type { Example } from '../../expr/function.js';
import type { Column } from '../../columns/column.js';
import type { Schema } from '../../columns/schema.js';
import { bind } from '../bind.js';
import { SCALAR_FUNCTIONS, scalarFunction } from './registry.js';

/** An example's call over a one-row batch: arguments as columns where they can be, else as literals. */
function calls(fn: string, { args }: Example) {
  const fields = args.map(({ type }, at) => ({ name: `a${at}`, type, nullable: true }));
  const literal = (at: number): Expr => ({
    kind: 'literal',
    type: args[at].type,
    value: valueToLiteral(args[at].value, args[at].type),
  });
  const column = (at: number): Expr => ({ kind: 'column', name: `a${at}` });
  const call = (form: (at: number) => Expr): Expr => ({
    kind: 'call',
    fn,
    args: args.map((_, at) => form(at)),
  });
  const columns = args.map(({ type, value }) => columnOf(type, [value]));
  const forms = [
    call(at => (scalarFunction(fn).literals?.includes(at) === true ? literal(at) : column(at))),
    call(at => (at === 0 ? column(at) : literal(at))),
    call(literal),
  ];
  return { schema: { fields }, batch: { columns, length: 1 }, forms };
}

/** A call's value for one row, which the interpreter and generated code agree on. */
function valueOf(expr: Expr, schema: Schema, columns: readonly Column[]): unknown {
  const bound = bind(expr, schema);
  const batch = { columns, length: 1 };
  const interpreted = valueAt(interpretColumn(interpreter(bound, scalarFunction), bound, batch), 0);
  expect(valueAt(compileColumn(bound, schema).run(batch), 0), `${bound.kind} generated`).toEqual(interpreted);
  if (interpreted === null) expect(bound.nullable).toBe(true);
  return interpreted;
}

describe.each([...SCALAR_FUNCTIONS.values()])('$name', fn => {
  it('says what it does and shows it', () => {
    expect(fn.doc).toMatch(/\.$/);
    expect(fn.signature).toMatch(new RegExp(`^${fn.name}\\(.+\\)$`));
    expect(fn.examples.length).toBeGreaterThan(0);
  });

  it('takes NULL in every position', () => {
    for (const { args } of fn.examples) {
      for (const [at] of args.entries()) {
        if (fn.literals?.includes(at) === true) continue;
        const given = args.map((arg, other) => (other === at ? { ...arg, value: null } : arg));
        const { schema, batch, forms } = calls(fn.name, { args: given, result: null });
        const results = forms.map(form => valueOf(form, schema, batch.columns));
        if (fn.nulls === 'propagate') expect(results).toEqual([null, null, null]);
        else expect(new Set(results).size).toBe(1);
      }
    }
  });

  it('gives its examples, interpreted and generated', () => {
    for (const example of fn.examples) {
      const { schema, batch, forms } = calls(fn.name, example);
      for (const form of forms) {
        const bound = bind(form, schema);
        const interpreted = interpretColumn(interpreter(bound, scalarFunction), bound, batch);
        expect(valueAt(interpreted, 0), `${fn.name} interpreted`).toEqual(example.result);
        expect(valueAt(compileColumn(bound, schema).run(batch), 0), `${fn.name} generated`).toEqual(
          example.result,
        );
      }
    }
  });
});
