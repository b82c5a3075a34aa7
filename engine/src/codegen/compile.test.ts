import { afterEach, describe, expect, it } from 'vitest';
import { FLOAT64, INT64 } from '../columns/types.js';
import { columnOf, valueAt } from '../columns/values.js';
import type { Expr } from '../expr/ast.js';
import { bind } from '../functions/bind.js';
import { compileColumn } from './column.js';
import { generatedScript } from './ahead.js';
import { codegenMode, compileFunction, generatedTexts, NotWrittenAheadError, setCodegen } from './compile.js';

const SCHEMA = {
  fields: [
    { name: 'price', type: FLOAT64, nullable: false },
    { name: 'size', type: INT64, nullable: false },
  ],
};
const column = (name: string): Expr => ({ kind: 'column', name });
const product = (type = 'mul'): Expr => ({ kind: 'call', fn: type, args: [column('price'), column('size')] });
const batch = { columns: [columnOf(FLOAT64, [1.5, 2]), columnOf(INT64, [4n, 2n ** 60n])], length: 2 };

afterEach(() => setCodegen('generate'));

describe('the seam of generated code', () => {
  it('keeps the text of what it compiles, once', () => {
    const double = () => compileFunction<(x: number) => number>(['x'], 'return x * two;', ['two'], [2]);
    expect(double()(21)).toBe(42);
    const before = generatedTexts().length;
    expect(double()(1)).toBe(2);
    expect(generatedTexts()).toHaveLength(before);
    expect(generatedTexts().at(-1)).toMatchObject({
      text: expect.stringContaining('return x * two;') as string,
      constants: ['two'],
    });
  });

  it('takes functions that were written out ahead of time, and interprets expressions that were not', () => {
    const read = (expr: Expr) =>
      [0, 1].map(row => valueAt(compileColumn(bind(expr, SCHEMA), SCHEMA).run(batch), row));
    compileFunction(['x'], 'return x * ahead;', ['ahead'], [2]);
    const script = generatedScript();
    setCodegen('ahead');
    new Function(script)();
    expect(compileFunction<(x: number) => unknown>(['x'], 'return x * ahead;', ['ahead'], [3])(7)).toBe(21);
    expect(() => compileFunction(['x'], 'return x / never;', ['never'], [3])).toThrow(NotWrittenAheadError);
    const ahead = read(product('div'));
    setCodegen('generate');
    expect(read(product('div'))).toEqual(ahead);
  });

  it('is left alone where the interpreter is chosen, with the same results', () => {
    const bound = bind(product(), SCHEMA);
    const read = () => [0, 1].map(row => valueAt(compileColumn(bound, SCHEMA).run(batch), row));
    const generated = read();
    setCodegen('interpret');
    expect(codegenMode()).toBe('interpret');
    const texts = generatedTexts().length;
    expect(read()).toEqual(generated);
    expect(generated).toEqual([6, 2 ** 61]);
    expect(generatedTexts()).toHaveLength(texts);
  });

  it('uses lanes again from batch to batch', () => {
    const kernel = compileColumn(bind(product('add'), SCHEMA), SCHEMA);
    const small = { ...batch, columns: [batch.columns[0], columnOf(INT64, [1n, 2n])] };
    expect(kernel.run(small).data).toBe(kernel.run(small).data);
  });
});
