import { describe, expect, it } from 'vitest';
import { columnOf } from '../../columns/values.js';
import { compileColumn } from '../../codegen/column.js';
import { valueAt } from '../../columns/values.js';
import type { Expr } from '../../expr/ast.js';
import { interpretColumn, interpreter } from '../../expr/interpret.js';
import { valueToLiteral } from '../../expr/literal.js';
import type { Example } from '../../expr/function.js';
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

describe.each([...SCALAR_FUNCTIONS.values()])('$name', fn => {
  it('says what it does and shows it', () => {
    expect(fn.doc).toMatch(/\.$/);
    expect(fn.examples.length).toBeGreaterThan(0);
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
